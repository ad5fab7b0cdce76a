import type { Agent, Board } from "./board.ts";
import { interruptedOf } from "./capacity.ts";
import type { Effect, Engagement } from "./effect.ts";

/** The work on one event: the board, what came of it so far, and whom it touched. */
export interface Turn {
  readonly board: Board;
  readonly now: number;
  readonly session: string;
  readonly effects: Effect[];
  readonly agents: Set<Agent>;
  readonly queueIds: Set<string>;
}

export function beginTurn(board: Board, session: string): Turn {
  return { board, now: board.now, session, effects: [], agents: new Set(), queueIds: new Set() };
}

/** The next place in the board's order of things: unique, and growing. */
export function nextInOrder({ board }: Turn): number {
  board.sequence += 1;
  return board.sequence;
}

/** Tells what changed about agents and queues, once each, whatever happened in between. */
export function endTurn(turn: Turn): void {
  for (const agent of turn.agents) {
    showEngagement(turn, agent);
    showInterruptions(turn, agent);
  }
  if (turn.queueIds.size > 0) turn.effects.push({ type: "queues-changed", queueIds: [...turn.queueIds] });
}

function showEngagement(turn: Turn, agent: Agent): void {
  const shown = engagementOf(turn.board, agent);
  if (
    shown.engagement === agent.engagement &&
    shown.interactionId === agent.shownInteractionId &&
    shown.untilMs === agent.shownUntil
  ) {
    return;
  }
  if (shown.engagement !== agent.engagement || shown.interactionId !== agent.shownInteractionId) {
    agent.since = turn.now;
  }
  agent.engagement = shown.engagement;
  agent.shownInteractionId = shown.interactionId;
  agent.shownUntil = shown.untilMs;
  turn.effects.push({ type: "engagement", agentId: agent.agentId, since: agent.since, ...shown });
}

/** What another interaction of the agent's interrupts, and what goes on again. */
function showInterruptions(turn: Turn, agent: Agent): void {
  if (agent.capacity.interrupts === undefined && agent.interrupted.length === 0) return;
  const before = agent.interrupted;
  const now = interruptedOf(agent).map(({ interactionId }) => interactionId);
  agent.interrupted = now;
  const { agentId } = agent;
  for (const interactionId of now) {
    if (!before.includes(interactionId)) turn.effects.push({ type: "interrupted", agentId, interactionId });
  }
  for (const interactionId of before) {
    const goesOn =
      !now.includes(interactionId) && agent.talks.some((talk) => talk.interactionId === interactionId);
    if (goesOn) turn.effects.push({ type: "resumed", agentId, interactionId });
  }
}

type Shown = Omit<Extract<Effect, { type: "engagement" }>, "type" | "agentId" | "since">;

function engagementOf(board: Board, agent: Agent): Shown {
  const offer = agent.offers[0] === undefined ? undefined : board.offers.get(agent.offers[0]);
  if (offer) {
    const channel = board.callers.get(offer.interactionId)?.channel ?? null;
    return show("offered", offer.interactionId, offer.queueId, channel, null);
  }
  const talk = agent.talks.at(-1);
  if (talk) return show("busy", talk.interactionId, talk.queueId, talk.channel, null);
  const wrapUp = agent.wrapUp;
  if (wrapUp) return show("wrap-up", wrapUp.interactionId, wrapUp.queueId, wrapUp.channel, wrapUp.until);
  return show("idle", null, null, null, null);
}

function show(
  engagement: Engagement,
  interactionId: string | null,
  queueId: string | null,
  channel: Shown["channel"],
  untilMs: number | null,
): Shown {
  return { engagement, interactionId, queueId, channel, untilMs };
}
