/**
 * The figures of a queue, by docs/metrics.md version 2. Reports and live screens both count with this file, so
 * that they cannot disagree.
 */

/** What separates "in time" and "short"; a queue's settings. */
export interface Thresholds {
  serviceLevelMs: number;
  shortAbandonMs: number;
}

/** Sums over queue visits (and, for handling time, over talks) of one queue in one interval. */
export interface QueueCounts {
  /** Entries into the queue. */
  offered: number;
  /** A */
  answered: number;
  /** A_T: answered within the service level's time. */
  answeredInTime: number;
  /** B: hung up while waiting or ringing. */
  abandoned: number;
  /** B_s: abandoned sooner than the short-abandon threshold. */
  shortAbandoned: number;
  /** C: chose to be called back. */
  convertedToCallback: number;
  /** F: left by any other way. */
  flowedOut: number;
  /** Sum of the waits of the answered, ring time included. */
  answeredWaitMs: number;
  /** The longest wait of anybody who has left the queue. */
  longestWaitMs: number;
  handled: number;
  /** Talk, hold and wrap-up of the handled. */
  handleMs: number;
}

export const noCounts: QueueCounts = {
  offered: 0,
  answered: 0,
  answeredInTime: 0,
  abandoned: 0,
  shortAbandoned: 0,
  convertedToCallback: 0,
  flowedOut: 0,
  answeredWaitMs: 0,
  longestWaitMs: 0,
  handled: 0,
  handleMs: 0,
};

/** The counts with one more visit that has ended. */
export function countVisit(
  counts: QueueCounts,
  visit: { cause: string; waitMs: number },
  { serviceLevelMs, shortAbandonMs }: Thresholds,
): QueueCounts {
  const { cause, waitMs } = visit;
  const next = { ...counts, longestWaitMs: Math.max(counts.longestWaitMs, waitMs) };
  if (cause === "answered") {
    next.answered += 1;
    next.answeredWaitMs += waitMs;
    if (waitMs <= serviceLevelMs) next.answeredInTime += 1;
  } else if (cause === "abandoned") {
    next.abandoned += 1;
    if (waitMs < shortAbandonMs) next.shortAbandoned += 1;
  } else if (cause === "callback") next.convertedToCallback += 1;
  else next.flowedOut += 1;
  return next;
}

/** Counts of two intervals together: totals are sums of intervals. */
export function addCounts(a: QueueCounts, b: QueueCounts): QueueCounts {
  return {
    offered: a.offered + b.offered,
    answered: a.answered + b.answered,
    answeredInTime: a.answeredInTime + b.answeredInTime,
    abandoned: a.abandoned + b.abandoned,
    shortAbandoned: a.shortAbandoned + b.shortAbandoned,
    convertedToCallback: a.convertedToCallback + b.convertedToCallback,
    flowedOut: a.flowedOut + b.flowedOut,
    answeredWaitMs: a.answeredWaitMs + b.answeredWaitMs,
    longestWaitMs: Math.max(a.longestWaitMs, b.longestWaitMs),
    handled: a.handled + b.handled,
    handleMs: a.handleMs + b.handleMs,
  };
}

/** A_T / (A + B - B_s); null before anybody counts. */
export function serviceLevel(counts: QueueCounts): number | null {
  return ratio(counts.answeredInTime, counts.answered + counts.abandoned - counts.shortAbandoned);
}

/** B / offered. */
export function abandonRate(counts: QueueCounts): number | null {
  return ratio(counts.abandoned, counts.offered);
}

/** ASA: waits of the answered / A. */
export function averageWaitMs(counts: QueueCounts): number | null {
  return ratio(counts.answeredWaitMs, counts.answered);
}

/** AHT: (talk + hold + wrap-up) / handled. */
export function averageHandleMs(counts: { handled: number; handleMs: number }): number | null {
  return ratio(counts.handleMs, counts.handled);
}

/** (talk + hold + wrap-up) / (the same + available); time not ready is left out. */
export function occupancy(busyMs: number, availableMs: number): number | null {
  return ratio(busyMs, busyMs + availableMs);
}

function ratio(part: number, whole: number): number | null {
  return whole <= 0 ? null : part / whole;
}
