/**
 * The drain: no new calls; everything else goes on until the last call has ended, the time is over, or somebody
 * hurries. It may take hours, so it says what it waits for.
 */
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { type CallStates, sayCalls } from "./call-states.ts";
import { after } from "./calls.ts";

export interface Drain {
  /** Stops new calls, and resolves when the drain is over. Idempotent. */
  run(): Promise<void>;
  /** Ends it at once. */
  hurry(): void;
  /** Null before it has begun; then a sentence about what is left. */
  sentence(): string | null;
}

interface Parts {
  clock: Clock;
  log: Log;
  drainMs: number;
  calls: { count(): number; allEnded(): Promise<void> };
  states: CallStates;
  /** No new calls from now on, and whoever must know is told. */
  begin(): void;
}

/** What is left is logged so often, when it has changed. */
const everyMs = 10_000;

export function openDrain({ clock, log, drainMs, calls, states, begin }: Parts): Drain {
  let hurry = () => {};
  const hurried = new Promise<void>((resolve) => (hurry = resolve));
  let endsAt: number | null = null;
  let running: Promise<void> | null = null;
  const drain = async () => {
    endsAt = clock.now() + drainMs;
    begin();
    const left = () => sayCalls(states.count());
    const stopReporting = report(clock, left, () => {
      log.info(fieldsOf({ calls, states }), "Draining: waiting for the calls that are left");
    });
    await Promise.race([calls.allEnded(), hurried, after(drainMs)]);
    stopReporting();
    log.info(fieldsOf({ calls, states }), "The drain is over");
  };
  return {
    run: () => (running ??= drain()),
    hurry: () => {
      hurry();
    },
    sentence() {
      if (endsAt === null) return null;
      const seconds = Math.max(0, Math.ceil((endsAt - clock.now()) / 1_000));
      return `draining: no new calls; ${sayCalls(states.count())} left, ${seconds} s at most`;
    },
  };
}

function fieldsOf({ calls, states }: Pick<Parts, "calls" | "states">): object {
  const { "in a flow": inFlow, waiting, talking } = states.count();
  return { callsLeft: calls.count(), inFlow, waiting, talking };
}

/** Calls `tell` now and then, when what `look` says has changed since. */
function report(clock: Clock, look: () => string, tell: () => void): () => void {
  let told = look();
  let stop = () => {};
  const next = () => {
    stop = clock.setTimer(clock.now() + everyMs, () => {
      const now = look();
      if (now !== told) tell();
      told = now;
      next();
    });
  };
  next();
  return () => {
    stop();
  };
}
