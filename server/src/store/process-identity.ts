import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What tells a process from a later one with the same id: its start time. Null if there is none (or a zombie). */
export async function startOf(pid: number): Promise<string | null> {
  if (process.platform !== "linux") return await askPs(pid, "lstart=");
  try {
    const line = await readFile(`/proc/${pid}/stat`, "utf8");
    // proc(5): after the name in parentheses come state (field 3) … starttime (field 22).
    const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
  } catch {
    return null; // it is gone
  }
}

/** The command line of a process, or null. */
export async function commandOf(pid: number): Promise<string | null> {
  if (process.platform !== "linux") return await askPs(pid, "command=");
  try {
    return (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ");
  } catch {
    return null; // it is gone
  }
}

async function askPs(pid: number, column: string): Promise<string | null> {
  try {
    const { stdout } = await run("ps", ["-o", column, "-p", String(pid)]);
    return stdout.trim() === "" ? null : stdout.trim();
  } catch {
    return null; // ps fails for a process that is gone
  }
}
