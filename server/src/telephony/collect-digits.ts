import type { Clock } from "../base/clock.ts";
import type { Channel } from "./channel.ts";
import type { EntryStep } from "./core/digit-entry.ts";
import { DigitEntry } from "./core/digit-entry.ts";
import type { CollectOptions, CollectResult } from "./leg.ts";

/** What collecting and recording need of a leg. */
export interface KeyedLeg {
  readonly channel: Channel;
  readonly signal: AbortSignal;
  onDigit(listener: (digit: string) => void): () => void;
  /** The oldest key that was pressed and not used; "" when there is none. */
  takeDigit(): string;
  clearDigits(): void;
}

/** Says the files, stops at the first key, and collects until enough, a terminator or a time-out. */
export async function collectDigits(
  leg: KeyedLeg,
  options: CollectOptions,
  clock: Clock,
): Promise<CollectResult> {
  const entry = new DigitEntry(options);
  const signal = options.signal ? AbortSignal.any([leg.signal, options.signal]) : leg.signal;
  const ahead = takeAhead(leg, entry);
  if (ahead?.state === "done") return toResult(ahead);
  if (entry.digits === "") {
    const problem = await sayUntilKey(leg, options.files, signal);
    if (problem !== null && !signal.aborted)
      return { outcome: "failed", digits: "", terminator: null, sentence: problem };
  }
  for (;;) {
    const step = takeAhead(leg, entry);
    if (step?.state === "done") return toResult(step);
    const waitMs = entry.digits === "" ? options.firstDigitTimeoutMs : options.interDigitTimeoutMs;
    const event = await nextKey(leg, clock, waitMs, signal);
    if (event === "timeout") return toResult(entry.timeOut());
    if (event === "aborted") return stopped(leg, entry);
  }
}

/** Feeds the keys that were pressed already. */
function takeAhead(leg: KeyedLeg, entry: DigitEntry): EntryStep | null {
  let step: EntryStep | null = null;
  for (let key = leg.takeDigit(); key !== ""; key = leg.takeDigit()) {
    step = entry.press(key);
    if (step.state === "done") return step;
  }
  return step;
}

/** A sentence if the files could not be played. */
async function sayUntilKey(leg: KeyedLeg, files: string[], signal: AbortSignal): Promise<string | null> {
  const stopping = new AbortController();
  const stopListening = leg.onDigit(() => stopping.abort());
  const stop = AbortSignal.any([signal, stopping.signal]);
  try {
    for (const file of files) {
      if (stop.aborted) return null;
      const playback = await leg.channel.play(file, stop);
      if (typeof playback === "object") return playback.problem;
      if (playback !== "played") return null;
    }
    return null;
  } finally {
    stopListening();
  }
}

/** The key itself is taken from the leg's buffer. */
function nextKey(
  leg: KeyedLeg,
  clock: Clock,
  waitMs: number,
  signal: AbortSignal,
): Promise<"key" | "timeout" | "aborted"> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve("aborted");
      return;
    }
    const done = (event: "key" | "timeout" | "aborted") => {
      cancelTimer();
      stopListening();
      signal.removeEventListener("abort", onAbort);
      resolve(event);
    };
    const onAbort = () => done("aborted");
    const cancelTimer = clock.setTimer(clock.now() + waitMs, () => done("timeout"));
    const stopListening = leg.onDigit(() => done("key"));
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

function toResult(step: EntryStep): CollectResult {
  if (step.state === "open") throw new Error("The entry is not complete");
  return { outcome: step.isTimeout ? "timeout" : "digits", digits: step.digits, terminator: step.terminator };
}

function stopped(leg: KeyedLeg, entry: DigitEntry): CollectResult {
  const outcome = leg.signal.aborted ? "ended" : "aborted";
  return { outcome, digits: entry.digits, terminator: null };
}
