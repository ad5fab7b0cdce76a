import { formatRequirement } from "../../contract/requirement.ts";
import type { Agent, Caller, Demand, Lane, Queue } from "./board.ts";
import { waitingIn } from "./board.ts";
import type { OfferReason, Trigger } from "./reason.ts";
import { namedAtMost } from "./reason.ts";
import { levelIn } from "./strategies.ts";
import type { Turn } from "./turn.ts";

export interface Choice {
  agent: Agent;
  score: number;
}

/** What the search saw on the way to its choice. */
export interface Circumstances {
  trigger: Trigger;
  passedOver: number;
  rest: Choice[];
  position: number;
}

interface Where {
  queue: Queue;
  lane: Lane;
  demand: Demand;
}

/** Why this agent for this caller. Of bounded size and cost, whatever the number of agents and callers. */
export function explain(
  turn: Turn,
  caller: Caller,
  where: Where,
  { agent, score }: Choice,
  seen: Circumstances,
): OfferReason {
  const { queue, demand } = where;
  const { queueId } = caller;
  const leftOut = Object.entries(caller.leftOut).filter(([, untilMs]) => untilMs > turn.now);
  const membership = agent.queues.find((each) => each.queueId === queueId);
  return {
    trigger: seen.trigger,
    strategy: queue.settings.strategy,
    score,
    idleMs: Math.max(0, turn.now - agent.idleSince),
    waitedMs: Math.max(0, turn.now - caller.enqueuedAt),
    priority: caller.priority,
    position: seen.position,
    waiting: waitingWith(caller, where),
    staffing: { ...queue.staffing },
    nextBest: seen.rest.map((other) => ({ agentId: other.agent.agentId, score: other.score })),
    leftOut: {
      count: leftOut.length,
      named: leftOut.slice(0, namedAtMost).map(([agentId, untilMs]) => ({ agentId, untilMs })),
    },
    passedOver: seen.passedOver,
    competing: [],
    requirement: demand.text,
    requirementOnEntry: demand.onEntry && formatRequirement(demand.onEntry),
    skills: Object.fromEntries(demand.skills.map((skill) => [skill, levelIn(agent, skill)])),
    ring: demand.stage.ring,
    level: membership?.level ?? 1,
    delayMs: membership?.delayMs ?? 0,
    borrowedFrom: membership ? null : lenderOf(agent, demand),
    sticky: caller.sticky?.agentId === agent.agentId ? caller.sticky.because : null,
    ageMs: caller.ageMs,
    unsuited: unsuitedIn(where),
  };
}

/** A caller who is just coming in is not in a lane yet. */
function waitingWith({ interactionId }: Caller, { queue, lane }: Where): number {
  const isIn = lane.open.has(interactionId) || lane.ringing.has(interactionId);
  return waitingIn(queue) + (isIn ? 0 : 1);
}

function lenderOf(agent: Agent, { stage }: Demand): string | null {
  return agent.queues.find(({ queueId }) => stage.borrowFrom.includes(queueId))?.queueId ?? null;
}

/** How many free agents are looked at to name a few of those who would not do. */
const lookedAt = 32;

function unsuitedIn({ lane, demand }: Where): OfferReason["unsuited"] {
  const named: OfferReason["unsuited"]["named"] = [];
  const { lacking, early } = demand;
  if (lacking.size + early.size > 0) {
    let looked = 0;
    lane.available.walk(({ agentId }) => {
      looked += 1;
      if (lacking.has(agentId)) named.push({ agentId, because: "skills" });
      else if (early.has(agentId)) named.push({ agentId, because: "not-yet" });
      return looked < lookedAt && named.length < namedAtMost / 2;
    });
  }
  return { skills: lacking.size, notYet: early.size, named };
}
