import { describeError } from "../base/log.ts";
import type { Config } from "../config.ts";
import { type Finding, problem } from "./core/finding.ts";

export interface Surroundings {
  config: Config;
  environment: Readonly<Record<string, string | undefined>>;
  /** Whether a Ringdown runs on this configuration, asked once for all. */
  running(): Promise<Running>;
  /** An NTP server, if one was named. */
  ntpServer: string | null;
}

export interface Running {
  isRunning: boolean;
  /** What `/readyz` said, part by part; null when nothing answered. */
  parts: Record<string, { ok: boolean; sentence: string }> | null;
}

export interface Check {
  name: string;
  /** Rejects with what went wrong; `signal` is aborted at the deadline. */
  run(signal: AbortSignal): Promise<Finding[]>;
}

/** What could not be asked is a problem of its own: the sentence, and what to look at. */
export function unreachable(name: string, where: string, error: unknown, advice: string): Finding {
  return problem(name, `${where} can't be used: ${describeError(error)}`, advice);
}

/** Null once the signal is aborted: for what can't be aborted itself. */
export function until<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => {
      reject(new Error("no answer in time"));
    });
    promise.then(resolve, reject);
  });
}

/** The middle one of five. */
export async function medianOf(measure: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    const at = performance.now();
    await measure();
    times.push(performance.now() - at);
  }
  return times.sort((a, b) => a - b)[2] ?? 0;
}
