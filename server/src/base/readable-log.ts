/** Lines of the log as a person at a terminal reads them. */

const rest = new Set(["time", "level", "msg", "node"]);

/** `10:04:11.205 WARN  A carrier does not answer  trunkId=…`, with a stack below it, from a line of JSON. */
export function readableLine(line: string): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const clock = String(time).slice(11, 23);
  const stacks: string[] = [];
  const words = Object.entries(fields)
    .filter(([name]) => !rest.has(name))
    .map(([name, value]) => `${name}=${wordOf(value, stacks)}`);
  const head = `${clock} ${String(level).toUpperCase().padEnd(5)} ${String(msg)}`;
  return `${[[head, ...words].join("  "), ...stacks].join("\n")}\n`;
}

function wordOf(value: unknown, stacks: string[]): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "stack" in value && "message" in value) {
    stacks.push(String(value.stack));
    return String(value.message);
  }
  return JSON.stringify(value);
}
