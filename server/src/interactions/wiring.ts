/**
 * How the parts hear of each other: agents' standings go to the router, the router's engagements to agents, desks
 * and ledger, the ledger's lines to the screens. Plumbing only; every decision is elsewhere.
 */
import type { Acd, AcdNotice, AgentProfile, Capacity } from "../acd/acd.ts";
import { oneCall } from "../acd/acd.ts";
import type { Agents, AgentStanding, Engagement as AgentEngagement } from "../agents/agents.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Interaction } from "../contract/interactions.ts";
import type { LedgerEntry } from "../contract/ledger.ts";
import type { LiveEvent } from "../contract/live.ts";
import type { Registrar } from "../telephony/telephony.ts";
import type { Desks } from "./desks.ts";
import type { Ledger } from "./ledger.ts";
import type { LiveBoard } from "./live-board.ts";
import { WaitingRows } from "./waiting-rows.ts";

export interface WiredParts {
  acd: Acd;
  agents: Agents;
  clock: Clock;
  desks: Desks;
  ledger: Ledger;
  live: LiveBoard;
  log: Log;
  registrar: Registrar;
  /** What an agent is to the router by configuration: queues and the terms there, skills, capacity (null: one call). */
  routingOf(
    personId: string,
  ): Pick<AgentProfile, "queues" | "skills" | "handledToday"> & { capacity: Capacity | null };
  publishTo(personId: string, event: LiveEvent): void;
  publishToSupervisors(event: LiveEvent): void;
}

type EngagementNotice = Extract<AcdNotice, { type: "engagement" }>;

/** Connects the parts; `stop` takes the connections apart. */
export function wire(parts: WiredParts): {
  /** An agent's configuration changed. Of one who is at work on another node, that node tells the router. */
  tellRouter(personId: string): void;
  stop(): void;
} {
  const { acd, agents, desks, ledger, registrar, log } = parts;

  const tellRouter = (personId: string) => {
    const standing = agents.standing(personId);
    if (standing === null) return;
    acd.setAgent(profileOf(standing, parts.routingOf(personId))).catch((error: unknown) => {
      log.error({ personId, error }, "The router could not be told of an agent");
    });
  };
  const rows = new WaitingRows();
  const stops = [
    agents.on((now, before) => {
      ledger.appendAgentState(now.personId, now.state, now.reason, parts.clock.now());
      if (before === null || before.routable !== now.routable || before.cause !== now.cause)
        tellRouter(now.personId);
      desks.refresh(now.personId);
    }),
    acd.on((notice) => {
      if (notice.type === "engagement") followEngagement(notice, parts);
      if (notice.type === "held") agents.takeOut(notice.agentId, notice.cause);
    }),
    registrar.onRegistered((personId) => {
      agents.setRegistered(personId, true);
      desks.refresh(personId);
    }),
    registrar.onUnregistered((personId, _kind, _cause, stillRegistered) => {
      agents.setRegistered(personId, stillRegistered);
      desks.refresh(personId);
    }),
    ledger.on((entry, interaction) => {
      showOnScreens(entry, interaction, rows, parts);
    }),
  ];
  return {
    tellRouter: (personId) => {
      const standing = agents.standing(personId);
      const isHere = standing?.connected === true || standing?.registered === true;
      if (isHere || acd.agent(personId)?.routable !== true) tellRouter(personId);
    },
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}

function profileOf(
  standing: AgentStanding,
  { capacity, ...routing }: ReturnType<WiredParts["routingOf"]>,
): AgentProfile {
  const { personId, routable, cause } = standing;
  return { agentId: personId, routable, cause, ...routing, capacity: capacity ?? oneCall };
}

const engagementOf: Record<EngagementNotice["engagement"], AgentEngagement> = {
  idle: "idle",
  offered: "offered",
  busy: "talking",
  "wrap-up": "wrap-up",
};

function followEngagement(notice: EngagementNotice, parts: WiredParts): void {
  const { agents, desks, ledger } = parts;
  const { agentId, interactionId, queueId, untilMs } = notice;
  if (notice.engagement === "wrap-up" && interactionId !== null) {
    const isNew = desks.desk(agentId).wrapUp === null;
    desks.wrapUpStarted(agentId, interactionId, untilMs);
    const limitMs = untilMs === null ? null : Math.max(0, untilMs - notice.since);
    if (isNew && queueId !== null)
      ledger.append(interactionId, { type: "wrap-up.started", agentId, queueId, limitMs });
  } else {
    endWrapUp(agentId, parts);
  }
  agents.setEngagement(agentId, engagementOf[notice.engagement]);
}

function endWrapUp(agentId: string, { clock, desks, ledger }: WiredParts): void {
  const { wrapUp } = desks.desk(agentId);
  const ended = desks.wrapUpEnded(agentId);
  if (ended === null) return;
  const now = clock.now();
  const isTimedOut = wrapUp?.endsAt !== null && wrapUp?.endsAt !== undefined && now >= wrapUp.endsAt - 50;
  ledger.append(ended.interactionId, {
    type: "wrap-up.ended",
    agentId,
    wrapUpMs: Math.max(0, now - ended.startedAt),
    cause: isTimedOut ? "timer" : "agent",
  });
}

/** The live board's waiting callers come from the ledger's own lines, so that screen and report can't disagree. */
function showOnScreens(
  entry: LedgerEntry,
  interaction: Interaction,
  rows: WaitingRows,
  parts: WiredParts,
): void {
  const { live, desks } = parts;
  const { event, interactionId } = entry;
  const row = rows.tell(entry, interaction);
  if (row !== null) live.waits(row);
  if (event.type === "offer.made") live.offered(event.queueId, event.timeToOfferMs);
  if (event.type === "queue.left" || event.type === "interaction.ended") live.left(interactionId);
  if (event.type === "queue.left") live.refreshQueue(event.queueId);
  if (event.type === "talk.ended" || event.type === "wrap-up.ended") desks.refresh(event.agentId);
  const update: LiveEvent = { kind: "interaction", interaction };
  parts.publishToSupervisors(update);
  if (interaction.agentId !== null) parts.publishTo(interaction.agentId, update);
}
