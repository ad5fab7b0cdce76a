/** An API command: gets what follows its name, returns what the client reads. */
export type ApiCommand = (argument: string) => string | Promise<string>;

export type ApiTable = ReadonlyMap<string, ApiCommand>;

/** Runs a command; an unknown one gets FreeSWITCH's own words. */
export async function runApi(table: ApiTable, name: string, argument: string): Promise<string> {
  const command = table.get(name.toLowerCase());
  return command === undefined ? `-ERR ${name} Command not found!\n` : command(argument);
}
