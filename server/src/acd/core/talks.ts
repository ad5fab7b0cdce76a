import type { Agent, Board, Talk } from "./board.ts";
import { scheduleAgent, unscheduleAgent } from "./deadlines.ts";
import type { ReplyResult } from "./effect.ts";
import { refreshAgent, withdrawFromLanes } from "./lanes.ts";
import { seekCallers } from "./matching.ts";
import { revokeOffers } from "./revoking.ts";
import type { Channel } from "./settings.ts";
import { nextInOrder, type Turn } from "./turn.ts";

/*
 * An agent's engagement. Wrap-up is the agent's own: only their timer, they themselves, or their leaving end it.
 *
 *   idle --offer--> offered --accept--> busy --release--> wrap-up --timer, finished--> idle
 *     ^                |                  |                                             ^
 *     +----ended-------+                  +--------- no wrap-up, leg lost --------------+
 */

export function beginTalk(board: Board, agent: Agent, talk: Talk): void {
  agent.talks.push(talk);
  if (talk.offerId !== null) board.accepted.set(talk.offerId, talk);
}

/** Ends the talk without deciding what the agent does next. Undefined when there is none. */
export function endTalk(board: Board, agent: Agent, interactionId: string): Talk | undefined {
  const talk = agent.talks.find((other) => other.interactionId === interactionId);
  if (!talk) return undefined;
  agent.talks = agent.talks.filter((other) => other !== talk);
  if (talk.offerId !== null) board.accepted.delete(talk.offerId);
  return talk;
}

/** The agent is busy with something that the router did not offer; what rings for them is taken back. */
export function engage(turn: Turn, agentId: string, interactionId: string, channel: Channel): ReplyResult {
  const { board, now, session } = turn;
  const agent = board.agents.get(agentId);
  if (!agent) return { code: "not-found", sentence: `There is no agent ${agentId}` };
  if (agent.talks.some((talk) => talk.interactionId === interactionId)) return "done";
  const talk = { interactionId, agentId, channel, queueId: null, offerId: null, enqueuedAt: now };
  beginTalk(board, agent, { ...talk, session, wrapUpMs: 0 });
  refreshAgent(turn, agent);
  revokeOffers(turn, agent, "agent-took-other");
  seekCallers(turn, agent, "agent-freed");
  return "done";
}

export function release(turn: Turn, agentId: string, interactionId: string): ReplyResult {
  const agent = turn.board.agents.get(agentId);
  const talk = agent && endTalk(turn.board, agent, interactionId);
  if (!agent || !talk) return "ignored";
  if (talk.wrapUpMs > 0 && !agent.leaving) beginWrapUp(turn, agent, talk);
  else becomeFree(turn, agent);
  return "done";
}

function beginWrapUp(turn: Turn, agent: Agent, talk: Talk): void {
  const { interactionId, queueId, channel } = talk;
  const until = Math.max(turn.now + talk.wrapUpMs, agent.wrapUp?.until ?? 0);
  agent.wrapUp = { since: turn.now, until, interactionId, queueId, channel };
  scheduleAgent(turn.board, agent);
  refreshAgent(turn, agent);
}

/** The agent has nothing more to do with what came before: idle from now on, and next in turn accordingly. */
export function becomeFree(turn: Turn, agent: Agent): void {
  if (agent.leaving && agent.talks.length === 0) forgetAgent(turn, agent);
  if (agent.talks.length === 0 && !agent.wrapUp) {
    withdrawFromLanes(turn, agent);
    agent.idleSince = turn.now;
    agent.idleOrder = nextInOrder(turn);
  }
  refreshAgent(turn, agent);
  seekCallers(turn, agent, "agent-freed");
}

export function forgetAgent(turn: Turn, agent: Agent): void {
  agent.wrapUp = null;
  unscheduleAgent(turn.board, agent.agentId);
  turn.board.agents.delete(agent.agentId);
}

export function finishWrapUp(turn: Turn, agentId: string): ReplyResult {
  const agent = turn.board.agents.get(agentId);
  if (!agent) return { code: "not-found", sentence: `There is no agent ${agentId}` };
  if (!agent.wrapUp) return "ignored";
  agent.wrapUp = null;
  scheduleAgent(turn.board, agent);
  becomeFree(turn, agent);
  return "done";
}

export function extendWrapUp(turn: Turn, agentId: string, byMs: number): ReplyResult {
  const agent = turn.board.agents.get(agentId);
  if (!agent) return { code: "not-found", sentence: `There is no agent ${agentId}` };
  if (!agent.wrapUp) return { code: "conflict", sentence: `Agent ${agentId} is not in wrap-up` };
  agent.wrapUp = { ...agent.wrapUp, until: agent.wrapUp.until + byMs };
  scheduleAgent(turn.board, agent);
  turn.agents.add(agent);
  return "done";
}
