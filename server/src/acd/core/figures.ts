import type { Queue } from "./board.ts";
import { waitingIn } from "./board.ts";
import { estimateForNext } from "./pace.ts";

/** What a wallboard asks of a queue many times a minute: nothing here counts or walks. */
export interface QueueFigures {
  waiting: number;
  /** Of the voice lane: what somebody who came now would wait; null when unknown or nobody works. */
  estimatedWaitMs: number | null;
  /** How far off the first estimates told to callers were on average, over so many of them. */
  estimateError: { meanMs: number; callers: number };
}

export function figuresOf(queue: Queue): QueueFigures {
  const voice = queue.lanes.get("voice");
  return {
    waiting: waitingIn(queue),
    estimatedWaitMs: estimateForNext(voice, queue),
    estimateError: { meanMs: Math.round(voice?.pace.meanErrorMs ?? 0), callers: voice?.pace.judged ?? 0 },
  };
}
