import type { Agent, Caller, Lane, Queue } from "./board.ts";

/**
 * How fast a lane serves, for the estimated wait: the time from one answer of an agent in this lane to the same
 * agent's next, measured only with somebody waiting all the while; when nobody waits, answers tell how fast
 * callers come. Divided by those who work now, so that a change of staffing shows at once. Agents of several
 * queues take longer between two answers in one of them, which is as it should be.
 */
export interface Pace {
  /** How many rounds of an agent were measured. */
  rounds: number;
  /** Milliseconds from answer to answer of one agent, a running mean that forgets. */
  roundMs: number;
  /** Since when somebody has waited without a break, as far as answers show. */
  backloggedSince: number | null;
  /** Answers that had been estimated, and how far off the first estimate was: the estimate's own error. */
  judged: number;
  meanErrorMs: number;
}

/** What was told to a caller. */
export interface Estimate {
  position: number;
  waitMs: number;
  /** The first that was told, and when. */
  firstMs: number;
  firstAt: number;
}

/** The running means remember about so many. */
const remembered = 30;
/** Fewer rounds than this tell nothing yet. */
const fewestRounds = 10;

export function createPace(): Pace {
  return { rounds: 0, roundMs: 0, backloggedSince: null, judged: 0, meanErrorMs: 0 };
}

/** A caller of the lane got this agent, and has left the lane. */
export function noteAnswer(lane: Lane, agent: Agent, caller: Caller, now: number): void {
  const { pace } = lane;
  const key = `${caller.channel} ${caller.queueId}`;
  const before = agent.answeredAt[key];
  if (pace.backloggedSince !== null && before !== undefined && before >= pace.backloggedSince) {
    pace.rounds += 1;
    pace.roundMs = forgetfulMean(pace.roundMs, now - before, pace.rounds);
  }
  agent.answeredAt[key] = now;
  pace.backloggedSince = isEmpty(lane) ? null : (pace.backloggedSince ?? now);
  if (!caller.told) return;
  pace.judged += 1;
  const errorMs = Math.abs(now - caller.told.firstAt - caller.told.firstMs);
  pace.meanErrorMs = forgetfulMean(pace.meanErrorMs, errorMs, pace.judged);
}

/** A caller left the lane without an agent. */
export function noteLeaving(lane: Lane): void {
  if (isEmpty(lane)) lane.pace.backloggedSince = null;
}

function isEmpty({ open, ringing }: Lane): boolean {
  return open.size + ringing.size === 0;
}

function forgetfulMean(mean: number, sample: number, count: number): number {
  return mean + (sample - mean) / Math.min(count, remembered);
}

function staffed({ staffing }: Queue): number {
  return staffing.members - staffing.notRoutable;
}

/** Milliseconds until the caller at this position is answered; null when unknown, or when nobody works. */
export function estimateWait({ pace }: Lane, queue: Queue, position: number): number | null {
  const agents = staffed(queue);
  if (agents === 0 || pace.rounds < fewestRounds) return null;
  return Math.round((position * pace.roundMs) / agents);
}

/** The estimate as it may be told to this caller: never more than before to one who kept the place. */
export function tellEstimate(
  caller: Caller,
  lane: Lane,
  queue: Queue,
  position: number,
  now: number,
): number | null {
  const estimated = estimateWait(lane, queue, position);
  if (estimated === null) return null;
  const { told } = caller;
  const waitMs = told && position <= told.position ? Math.min(told.waitMs, estimated) : estimated;
  const { firstMs, firstAt } = told ?? { firstMs: waitMs, firstAt: now };
  caller.told = { position, waitMs, firstMs, firstAt };
  return waitMs;
}

/** For somebody who would come now. While others wait beside free agents, those agents lack what callers here ask for. */
export function estimateForNext(lane: Lane | undefined, queue: Queue): number | null {
  if (!lane) return null;
  if (lane.available.size > 0 && lane.open.size === 0) return 0;
  return estimateWait(lane, queue, lane.open.size + lane.ringing.size + 1);
}
