/** Programs that a test starts: with their output kept, stopped with all their children, none left behind. */
import { spawn } from "node:child_process";
import { waitFor, within } from "./wait-for.ts";

export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Standard output and standard error so far, interleaved. */
  output(): string;
  /** Resolves when it has ended, however. */
  readonly ended: Promise<ProcessEnd>;
  hasEnded(): boolean;
  /** Waits until its output matches; rejects if it ends before. */
  saying(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  /** Gives it a line on its standard input; it was started with `takesLines`. */
  type(line: string): void;
  /** Sends a signal to the process alone. */
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM to it and its children, SIGKILL after `graceMs`. Idempotent; resolves when it is gone. */
  stop(graceMs?: number): Promise<ProcessEnd>;
  /** SIGKILL to it and its children; resolves when it is gone. */
  kill(): Promise<ProcessEnd>;
}

export interface ProcessOptions {
  /** For messages; the command by default. */
  name?: string;
  args?: readonly string[];
  cwd?: string;
  /** Added to the environment of the test. */
  env?: Record<string, string | undefined>;
  /** Keeps its standard input open, for `type`. */
  takesLines?: boolean;
}

/** The output of a chatty program is kept from its end. */
const mostOutput = 2_000_000;
const running = new Set<number>();

// The last resort, for a test run that breaks off: a group that outlives its owner blocks ports for hours.
process.on("exit", () => {
  for (const pid of running) signalGroup(pid, "SIGKILL");
});

/** Starts a program in a process group of its own. Rejects if it cannot be started. */
export async function startProcess(command: string, options: ProcessOptions = {}): Promise<RunningProcess> {
  const name = options.name ?? command;
  const child = spawn(command, options.args ?? [], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: [options.takesLines ? "pipe" : "ignore", "pipe", "pipe"],
    detached: true,
  });
  child.stdin?.on("error", () => undefined); // it has ended, which its owner sees by `ended`
  let output = "";
  const keep = (chunk: string): void => {
    output = (output + chunk).slice(-mostOutput);
  };
  child.stdout?.setEncoding("utf8").on("data", keep);
  child.stderr?.setEncoding("utf8").on("data", keep);
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => {
      reject(new Error(`${name} cannot be started: ${error.message}`));
    });
  });
  const pid = child.pid ?? 0;
  running.add(pid);
  let end: ProcessEnd | undefined;
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once("close", (code, signal) => {
      end = { code, signal };
      running.delete(pid);
      resolve(end);
    });
  });
  return {
    name,
    pid,
    output: () => output,
    ended,
    hasEnded: () => end !== undefined,
    saying: (pattern, timeoutMs = 20_000) => sayPattern(name, pattern, timeoutMs, () => ({ output, end })),
    type(line) {
      child.stdin?.write(`${line}\n`);
    },
    signal(signal) {
      if (end === undefined) process.kill(pid, signal);
    },
    async stop(graceMs = 5_000) {
      if (end === undefined) signalGroup(pid, "SIGTERM");
      return await within(`${name} to end`, ended, graceMs).catch(() => killGroup(name, pid, ended));
    },
    kill: () => killGroup(name, pid, ended),
  };
}

function killGroup(name: string, pid: number, ended: Promise<ProcessEnd>): Promise<ProcessEnd> {
  signalGroup(pid, "SIGKILL");
  return within(`${name} to be gone after SIGKILL`, ended, 10_000);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // ESRCH: the whole group is gone, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function sayPattern(
  name: string,
  pattern: RegExp,
  timeoutMs: number,
  look: () => { output: string; end: ProcessEnd | undefined },
): Promise<RegExpExecArray> {
  const found = await waitFor(
    `${name} to say ${String(pattern)}`,
    () => {
      const { output, end } = look();
      const match = pattern.exec(output);
      if (match) return { match };
      return end ? { end, output } : undefined;
    },
    { timeoutMs },
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}\n--- what ${name} said ---\n${look().output.slice(-4_000)}`);
  });
  if (found.match) return found.match;
  const { end, output } = found;
  throw new Error(
    `${name} ended (${end.code ?? end.signal ?? ""}) without saying ${String(pattern)}\n${output.slice(-4_000)}`,
  );
}
