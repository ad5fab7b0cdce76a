/** The place that a caller takes in a queue: all that the router is told of them. */
import type { EnqueueRequest } from "../acd/acd.ts";
import type { QueueExitCause } from "../contract/flow.ts";
import type { LedgerEvent } from "../contract/ledger.ts";
import type { QueueSettings } from "../contract/queues.ts";
import type { Conversation } from "./conversation.ts";
import { claimOf } from "./core/queue-claim.ts";
import { inTime } from "./in-time.ts";
import type { World } from "./world.ts";

/** What the flow asks of the queue. */
export interface QueueVisit {
  queueId: string;
  priority: number;
  maxWaitMs?: number;
  exitKey?: string;
  /** As it is written in the flow, placeholders and all. */
  requirement?: string;
  /** What set nodes have kept. */
  values?: Readonly<Record<string, string>>;
  ageMs?: number;
  stickyToLastAgent?: boolean;
  /** No wait on the line: a call back, or nothing. */
  callbackOnly?: true;
}

export interface QueuePlace {
  queueId: string;
  settings: QueueSettings;
  /** The original entry into the first queue. */
  enqueuedAt: number;
  priority: number;
  ageMs: number;
  requirement: string | null;
  sticky: NonNullable<EnqueueRequest["sticky"]> | null;
  values: Readonly<Record<string, string>>;
  /** The flow's own limit of this stay. */
  maxWaitMs: number | null;
  exitKey: string | null;
}

/** How a stay in a queue ended, in the flow's words. */
export type StayEnd = QueueExitCause | "answered" | "hung-up";

/** Waits a moment at most, for what the database knows of the caller. Tells the ledger what could not be used. */
export async function findPlace(
  conversation: Conversation,
  visit: QueueVisit,
  settings: QueueSettings,
  world: World,
): Promise<Omit<QueuePlace, "enqueuedAt">> {
  const { queueId, values = {}, maxWaitMs = null, exitKey = settings.exitKey } = visit;
  const [attributes, sticky] = await Promise.all([
    settings.boosts.length === 0 ? {} : conversation.attributes(),
    stickyOf(conversation, visit, settings, world),
  ]);
  const wish = { ...visit, values: { ...values, language: conversation.language } };
  const { faults, ...claim } = claimOf(settings, wish, attributes);
  for (const sentence of faults) conversation.append({ type: "fault", where: "queue", sentence });
  return { queueId, settings, ...claim, sticky, values, maxWaitMs, exitKey };
}

/** The agent that this caller should have; who owns a ticket would go before who talked with them last. */
async function stickyOf(
  { call }: Conversation,
  { stickyToLastAgent = false }: QueueVisit,
  { sticky: { lastAgent, withinMs, patienceMs } }: QueueSettings,
  { clock, log, lastAgent: findLastAgent }: World,
): Promise<QueuePlace["sticky"]> {
  if (!lastAgent && !stickyToLastAgent) return null;
  const found = findLastAgent(call.from, clock.now() - withinMs);
  const agentId = await inTime(found, null, clock, (problem) => {
    log.warn({ problem }, "Who had this caller last is not known in this call");
  });
  return agentId === null ? null : { agentId, because: "last-agent", patienceMs };
}

/** What of a place the router and the ledger are told. */
type Standing = Pick<QueuePlace, "queueId" | "priority" | "enqueuedAt" | "requirement" | "ageMs" | "sticky">;

/** The place in the router's words. */
export function entryOf(interactionId: string, place: Standing): EnqueueRequest {
  const { queueId, priority, enqueuedAt, requirement, ageMs, sticky } = place;
  return {
    interactionId,
    queueId,
    channel: "voice",
    priority,
    enqueuedAt,
    ...(requirement === null ? {} : { requirement }),
    ...(ageMs === 0 ? {} : { ageMs }),
    ...(sticky === null ? {} : { sticky }),
  };
}

/** The place in the ledger's. */
export function enteredOf(place: Standing): Extract<LedgerEvent, { type: "queue.entered" }> {
  const { queueId, priority, enqueuedAt, requirement, ageMs, sticky } = place;
  return {
    type: "queue.entered",
    queueId,
    priority,
    enqueuedAt,
    ...(requirement === null ? {} : { requirement }),
    ...(ageMs === 0 ? {} : { ageMs }),
    ...(sticky === null ? {} : { sticky: { agentId: sticky.agentId, because: sticky.because } }),
  };
}
