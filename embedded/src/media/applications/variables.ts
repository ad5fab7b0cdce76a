import type { Channel } from "../channel.ts";
import { expandVariables } from "../core/arguments.ts";
import type { Application } from "./application.ts";

/** `name=value`; without a value the variable is removed. */
function setOne(channel: Channel, pair: string): void {
  const match = /^([^=,]+)[=,]?(.*)$/s.exec(pair);
  if (!match) return;
  const value = expandVariables(match[2]!, (name) => channel.variable(name));
  channel.setVariable(match[1]!.trim(), value === "" ? undefined : value);
}

/** `set name=value` */
export const setApplication: Application = (channel, argument) => setOne(channel, argument);

/** `unset name` */
export const unsetApplication: Application = (channel, argument) =>
  channel.setVariable(argument.trim(), undefined);

/** `multiset [^^<delimiter>]a=b<delimiter>c=d` */
export const multisetApplication: Application = (channel, argument) => {
  const isDelimited = argument.startsWith("^^") && argument.length > 3;
  const delimiter = isDelimited ? argument[2]! : " ";
  const list = isDelimited ? argument.slice(3) : argument;
  for (const pair of list.split(delimiter)) if (pair !== "") setOne(channel, pair);
};

/** `export [nolocal:]name=value`: legs that this channel would create inherit it; here there are none. */
export const exportApplication: Application = (channel, argument) => {
  const name = argument.split("=")[0]!.trim();
  if (name === "") return;
  const isLocal = !name.startsWith("nolocal:");
  const known = channel.variable("export_vars");
  channel.setVariable("export_vars", known === undefined ? name : `${known},${name}`);
  if (isLocal) setOne(channel, argument);
};
