import {
  bothRequired,
  formatRequirement,
  meets,
  parseRequirement,
  relaxRequirement,
  skillsAsked,
  type Requirement,
} from "../../contract/requirement.ts";
import type { Agent, Board, Caller, Demand, Lane, Queue } from "./board.ts";
import { OrderedSet } from "./ordered-set.ts";
import type { Membership } from "./settings.ts";
import type { Stage } from "./stages.ts";
import { scoreOf } from "./strategies.ts";

/*
 * A demand is what some callers of a lane ask for: the same requirement at the same stage of widening. Each demand
 * keeps the free agents that would do in the strategy's order, so that the best is found at once, and an agent who
 * becomes free looks at the first caller of each demand. There are as many demands as configuration makes:
 * requirements times stages, whatever the number of agents and callers.
 */

/** Demands without callers that a lane keeps, so that the next caller of the kind finds its agents sorted. */
const keptDemands = 64;

/** The stage of somebody who has waited so long. */
export function stageAt(queue: Queue, waitedMs: number): Stage {
  let stage = firstStage(queue);
  for (const each of queue.stages) if (each.afterMs <= waitedMs) stage = each;
  return stage;
}

function firstStage({ stages }: Queue): Stage {
  const [first] = stages;
  if (!first) throw new Error("A queue has at least one stage");
  return first;
}

/** When the caller reaches the next stage, or null. */
export function widensAt(caller: Caller, queue: Queue): number | null {
  const next = queue.stages.find(({ afterMs }) => afterMs > caller.stageMs);
  return next ? caller.widensFrom + next.afterMs : null;
}

const known = new Map<string, Requirement | null>();
const mostKnown = 10_000;

/** What an expression asks for; one that cannot be read (the door refuses those) asks for nothing. */
function requirementOf(text: string | null): Requirement | null {
  if (text === null) return null;
  let requirement = known.get(text);
  if (requirement === undefined) {
    const parsed = parseRequirement(text);
    requirement = parsed.ok ? parsed.requirement : null;
    if (known.size >= mostKnown) known.clear();
    known.set(text, requirement);
  }
  return requirement;
}

/** What the queue and the caller ask for together, before any ring. */
export function askedOnEntry(queue: Queue, caller: Caller): Requirement | null {
  return bothRequired(requirementOf(queue.settings.requirement), requirementOf(caller.requirement));
}

/** The requirement after the rings that the stage has passed. */
function relaxedAt(stage: Stage, requirement: Requirement | null): Requirement | null {
  if (!requirement || (stage.lowerBy === 0 && stage.drop.length === 0)) return requirement;
  return relaxRequirement(requirement, stage);
}

function keyOf({ stageMs, requirement }: Caller): string {
  return requirement === null ? String(stageMs) : `${stageMs} ${requirement}`;
}

/** The caller's demand; made, with the free agents that would do, when it is the first of its kind. */
export function demandOf(board: Board, queue: Queue, lane: Lane, caller: Caller): Demand {
  const key = keyOf(caller);
  const found = lane.demands.get(key);
  if (found) return found;
  const stage = stageAt(queue, caller.stageMs);
  const onEntry = askedOnEntry(queue, caller);
  const requirement = relaxedAt(stage, onEntry);
  const demand: Demand = {
    key,
    stage,
    requirement,
    text: requirement ? formatRequirement(requirement) : null,
    onEntry,
    skills: onEntry ? skillsAsked(onEntry) : [],
    callers: new Set(),
    open: new OrderedSet(),
    available: new OrderedSet(),
    lacking: new Set(),
    early: new Set(),
  };
  forgetIdleDemand(lane);
  lane.demands.set(key, demand);
  for (const place of placesIn(board, queue)) {
    if (place.agent.freeFor.includes(caller.channel)) sortIn(queue, demand, place.agent, place);
  }
  return demand;
}

function forgetIdleDemand(lane: Lane): void {
  if (lane.demands.size < keptDemands) return;
  for (const [key, { callers }] of lane.demands) {
    if (callers.size > 0) continue;
    lane.demands.delete(key);
    return;
  }
}

/** An agent's way into a queue: as a member, or borrowed from the queues that they belong to. */
export interface Place {
  queue: Queue;
  membership: Membership;
  /** The agent's queues that lend them, or null for a member. */
  lenders: string[] | null;
}

/** All queues that might get the agent. */
export function placesOf(board: Board, agent: Agent): Place[] {
  const places: Place[] = [];
  for (const membership of agent.queues) {
    const queue = board.queues.get(membership.queueId);
    if (queue) places.push({ queue, membership, lenders: null });
  }
  if (board.lending.size > 0) addBorrowers(board, agent, places);
  return places;
}

function addBorrowers(board: Board, agent: Agent, places: Place[]): void {
  const borrowers = new Map<string, string[]>();
  for (const { queueId } of agent.queues) {
    for (const borrower of board.lending.get(queueId) ?? []) {
      const lenders = borrowers.get(borrower) ?? [];
      lenders.push(queueId);
      borrowers.set(borrower, lenders);
    }
  }
  for (const [queueId, lenders] of borrowers) {
    const queue = board.queues.get(queueId);
    const isMember = agent.queues.some((membership) => membership.queueId === queueId);
    if (queue && !isMember) places.push({ queue, membership: { queueId, priority: 0 }, lenders });
  }
}

/** Everybody whom the queue might get. Looks at all members: for what happens rarely. */
export function* placesIn(board: Board, queue: Queue): Iterable<Place & { agent: Agent }> {
  const { queueId } = queue.settings;
  const seen = new Set<string>();
  const sources = [queueId, ...new Set(queue.settings.rings.flatMap(({ borrowFrom }) => borrowFrom))];
  for (const source of sources) {
    for (const agentId of board.members.get(source) ?? []) {
      const agent = board.agents.get(agentId);
      if (!agent || seen.has(agentId)) continue;
      seen.add(agentId);
      const place = placesOf(board, agent).find((each) => each.queue === queue);
      if (place) yield { ...place, agent };
    }
  }
}

/** Whether the stage has reached the agent, by level and delay, or by borrowing. */
export function isReached(
  stage: Stage,
  { membership, lenders }: Pick<Place, "membership" | "lenders">,
): boolean {
  if (lenders) return lenders.some((lender) => stage.borrowFrom.includes(lender));
  return (membership.level ?? 1) <= stage.level && (membership.delayMs ?? 0) <= stage.afterMs;
}

export function isSkilled(requirement: Requirement | null, agent: Agent): boolean {
  return requirement === null || meets(agent.skills, requirement);
}

/** Puts a free agent where they belong in the demand: among those who would do, or among those who would not. */
export function sortIn(queue: Queue, demand: Demand, agent: Agent, place: Omit<Place, "queue">): void {
  const { agentId } = agent;
  if (!isReached(demand.stage, place)) {
    if (place.lenders === null) demand.early.add(agentId);
  } else if (isSkilled(demand.requirement, agent)) {
    const score = scoreOf(queue, agent, place.membership, demand.skills);
    demand.available.add(agentId, score, agent.idleOrder, agent);
  } else if (place.lenders === null) demand.lacking.add(agentId);
}

export function sortOut(demand: Demand, agentId: string): void {
  if (demand.available.remove(agentId)) return;
  demand.early.delete(agentId);
  demand.lacking.delete(agentId);
}
