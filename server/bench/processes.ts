/** What the program's two processes have used, from /proc (Linux). */
import { readdir, readFile } from "node:fs/promises";

export interface Pids {
  server: number;
  embedded: number;
}

/** The SIP edge and media server is a child of the server. */
export async function findPids(server: number): Promise<Pids> {
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    if (Number(fieldsOf(stat)[1]) !== server) continue;
    const command = await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "");
    if (/embedded\/(dist|src)\/main\./.test(command)) return { server, embedded: Number(name) };
  }
  throw new Error("The embedded pair was not found among the server's children");
}

/** Processor time, user and system, in milliseconds (a clock tick of Linux is 10 ms). */
export async function cpuMs(pid: number): Promise<number> {
  const fields = fieldsOf(await readFile(`/proc/${pid}/stat`, "utf8"));
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** What a process holds in memory alone (its anonymous pages), in bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`The memory of process ${pid} can't be read`);
  return Number(kilobytes) * 1_024;
}

/** The fields behind the command's name, which may hold spaces: state is the first, the parent the second. */
function fieldsOf(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
