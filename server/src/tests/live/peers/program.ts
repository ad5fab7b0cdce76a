/** What the programs of others have in common: whether one is there, and a folder of its own for each. */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A telephone that no one here wrote, at the same handles whichever it is. */
export interface ForeignPhone {
  /** The next call rings here; resolves when the program says so. */
  rings(): Promise<void>;
  answer(): void;
  hold(): void;
  resume(): void;
  hangUp(): void;
  /** The call is over, as the program says. */
  ends(): Promise<void>;
  output(): string;
  /** Gives its registration back, ends it, removes its files. */
  close(): Promise<void>;
}

export interface PhoneOptions {
  username: string;
  password: string;
  domain: string;
  /** Where the registrar is. */
  at: { host: string; port: number };
  transport: "udp" | "tcp";
  toneHz: number;
}

/** Null, or why the tests of this program are skipped. */
export function whyWithout(command: string, debianPackage: string): string | null {
  const { status } = spawnSync("sh", ["-c", `command -v ${command}`], { stdio: "ignore" });
  return status === 0 ? null : `${command} is missing (Debian package ${debianPackage})`;
}

export async function makeFolder(name: string): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), `ringdown-${name}-`));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
