import { formatRequirement } from "../../contract/requirement.ts";
import type { Agent, Board, Caller, Demand, Queue } from "./board.ts";
import { laneOf, waitingIn } from "./board.ts";
import { canTake } from "./capacity.ts";
import { alarmAt, leavesAt } from "./deadlines.ts";
import { demandOf, isReached, isSkilled, placesIn, widensAt } from "./demands.ts";
import { positionOf } from "./lanes.ts";
import type { Staffing } from "./reason.ts";
import { offeredTo } from "./view.ts";

/** The one thing that keeps a caller waiting, the first that holds. */
export type WhyWaiting =
  /** Rings at somebody now. */
  | "ringing"
  /** The queue has no agents at all. */
  | "no-members"
  /** It has, but nobody of them works now. */
  | "nobody-works"
  /** Waits for the caller's own agent alone, until `timers.stickyUntil`. */
  | "own-agent"
  /** Nobody who works meets the requirement as it stands. */
  | "nobody-suits"
  /** Those who would do are of a level or with a delay that the caller has not reached. */
  | "not-yet"
  /** Free agents declined or did not answer this caller a moment ago. */
  | "left-out"
  /** Everybody who would do has something else to do; `position` tells the rest. */
  | "all-busy";

/** Why a caller waits, answered live. Times are epoch milliseconds. */
export interface WaitingExplanation {
  interactionId: string;
  queueId: string;
  because: WhyWaiting;
  position: number;
  waiting: number;
  /** Since the original entry. */
  waitedMs: number;
  priority: number;
  ageMs: number;
  callback: boolean;
  staffing: Staffing;
  /** What is asked of an agent now, and what was on entry; null when nothing. */
  requirement: string | null;
  requirementOnEntry: string | null;
  /** How many rings have been passed, of how many. */
  ring: number;
  rings: number;
  /** Members (and agents borrowed at this ring) who meet all of it: at all, working, and free now. */
  suited: { members: number; working: number; free: number };
  /** Members who work and would do but for their level or delay. */
  notYet: number;
  sticky: { agentId: string; because: "last-agent" | "owner" } | null;
  leftOut: { agentId: string; untilMs: number }[];
  offeredTo: string[];
  timers: {
    /** The next ring or delay that lets more agents in. */
    widensAt: number | null;
    stickyUntil: number | null;
    announceAt: number | null;
    maxWaitAt: number | null;
    alarmAt: number | null;
  };
  /** One sentence in English for logs and the API; screens build their own from the fields. */
  sentence: string;
}

/** Looks at every member of the queue: for questions that people ask. */
export function explainWaiting(board: Board, interactionId: string, now: number): WaitingExplanation | null {
  const caller = board.callers.get(interactionId);
  const queue = caller && board.queues.get(caller.queueId);
  if (!caller || !queue) return null;
  const demand = demandOf(board, queue, laneOf(queue, caller.channel), caller);
  const leftOut = Object.entries(caller.leftOut)
    .filter(([, untilMs]) => untilMs > now)
    .map(([agentId, untilMs]) => ({ agentId, untilMs }));
  const { sticky } = caller;
  const facts: Facts = {
    interactionId,
    queueId: caller.queueId,
    position: positionOf(caller, queue),
    waiting: waitingIn(queue),
    waitedMs: Math.max(0, now - caller.enqueuedAt),
    priority: caller.priority,
    ageMs: caller.ageMs,
    callback: caller.callback,
    staffing: { ...queue.staffing },
    requirement: demand.text,
    requirementOnEntry: demand.onEntry && formatRequirement(demand.onEntry),
    ring: demand.stage.ring,
    rings: queue.settings.rings.length,
    ...countAgents(board, caller, queue, demand),
    sticky: sticky ? { agentId: sticky.agentId, because: sticky.because } : null,
    leftOut,
    offeredTo: offeredTo(board, caller),
    timers: timersOf(caller, queue),
  };
  const because = whyWaiting(facts);
  return { ...facts, because, sentence: sentences[because](facts) };
}

type Facts = Omit<WaitingExplanation, "because" | "sentence">;

function timersOf(caller: Caller, queue: Queue): Facts["timers"] {
  return {
    widensAt: widensAt(caller, queue),
    stickyUntil: caller.sticky?.until ?? null,
    announceAt: caller.announceAt,
    maxWaitAt: leavesAt(caller, queue),
    alarmAt: alarmAt(caller, queue),
  };
}

function countAgents(
  board: Board,
  { channel }: Caller,
  queue: Queue,
  demand: Demand,
): Pick<Facts, "suited" | "notYet"> {
  const suited = { members: 0, working: 0, free: 0 };
  let notYet = 0;
  for (const place of placesIn(board, queue)) {
    const { agent } = place;
    if (!isSkilled(demand.requirement, agent)) continue;
    if (!isReached(demand.stage, place)) {
      if (place.lenders === null && isWorking(agent)) notYet += 1;
      continue;
    }
    suited.members += 1;
    if (isWorking(agent)) suited.working += 1;
    if (canTake(agent, channel)) suited.free += 1;
  }
  return { suited, notYet };
}

function isWorking({ routable, held, talks, wrapUp }: Agent): boolean {
  return (routable && held === null) || talks.length > 0 || wrapUp !== null;
}

function whyWaiting({ offeredTo: ringing, sticky, staffing, suited, notYet, leftOut }: Facts): WhyWaiting {
  if (ringing.length > 0) return "ringing";
  if (sticky) return "own-agent";
  if (suited.free > 0 && leftOut.length > 0) return "left-out";
  if (suited.working > 0) return "all-busy";
  if (staffing.members === 0) return "no-members";
  if (staffing.members === staffing.notRoutable) return "nobody-works";
  return notYet > 0 ? "not-yet" : "nobody-suits";
}

const sentences: Record<WhyWaiting, (facts: Facts) => string> = {
  ringing: (facts) => `Rings at ${facts.offeredTo.join(", ")}`,
  "own-agent": ({ sticky }) => `Waits for agent ${sticky?.agentId} alone, for a while`,
  "no-members": () => "The queue has no agents",
  "nobody-works": () => "No agent of the queue is ready",
  "nobody-suits": ({ requirement }) => `No agent who works meets the requirement: ${requirement ?? "none"}`,
  "not-yet": ({ notYet }) => `${notYet} agents would do, but the caller has not waited long enough for them`,
  "left-out": ({ leftOut }) =>
    `The free agents declined or did not answer this caller a moment ago (${leftOut.length} left out)`,
  "all-busy": ({ position, waiting, staffing: { busy, wrapUp, offered } }) =>
    `Number ${position} of ${waiting}; ${busy} agents talk, ${wrapUp} are in wrap-up, ${offered} are being rung`,
};
