/** The processes of a real pair, found by the ports on which they listen (Linux's /proc). */
import { readdir, readFile, readlink } from "node:fs/promises";
import { cpuMs } from "../processes.ts";

/** The process that listens on this TCP port of this machine. Rejects when there is none, or it is not ours to see. */
export async function pidListeningOn(port: number): Promise<number> {
  const sockets = await listeningSockets(port);
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const link = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => "");
      if (sockets.has(link)) return Number(pid);
    }
  }
  throw new Error(`No process of this machine listens on TCP port ${port}`);
}

/** As `socket:[inode]`; proc(5), /proc/net/tcp: local address, state 0A is LISTEN, the inode is the tenth field. */
async function listeningSockets(port: number): Promise<Set<string>> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8").catch(() => "")),
  );
  const rows = tables
    .join("\n")
    .split("\n")
    .map((row) => row.trim().split(/\s+/));
  const found = rows.filter(([, local, , state]) => state === "0A" && local?.endsWith(`:${hex}`));
  return new Set(found.map((row) => `socket:[${row[9]}]`));
}

/** Processor time of each named process so far, in milliseconds. */
export async function cpuOf<K extends string>(pids: Record<K, number>): Promise<Record<K, number>> {
  const entries = Object.entries<number>(pids).map(async ([name, pid]) => [name, await cpuMs(pid)] as const);
  return Object.fromEntries(await Promise.all(entries)) as Record<K, number>;
}

/** Processor time of all processes of this name that run now, in milliseconds; what has ended is not in it. */
export async function cpuOfAll(name: string): Promise<number> {
  let sum = 0;
  for (const pid of (await readdir("/proc")).filter((each) => /^\d+$/.test(each))) {
    const command = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
    if (command.trim() === name) sum += await cpuMs(Number(pid)).catch(() => 0);
  }
  return sum;
}

/** Milliseconds of processor time for each call, to a tenth. */
export function perCall(usedMs: number, calls: number): number {
  return Math.round((usedMs / calls) * 10) / 10;
}
