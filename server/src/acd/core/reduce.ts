import { ready, removeAgent, setAgent } from "./agents.ts";
import type { Board } from "./board.ts";
import { cancel, enqueue, requeue } from "./callers.ts";
import type { Effect, ReplyResult } from "./effect.ts";
import type { AcdEvent, LogEntry } from "./event.ts";
import { loseSession, refuseLate, startNode } from "./nodes.ts";
import { accept, decline } from "./offers.ts";
import { beginDay, removeQueue, setQueue } from "./queues.ts";
import { engage, extendWrapUp, finishWrapUp, release } from "./talks.ts";
import { tick } from "./tick.ts";
import type { Turn } from "./turn.ts";
import { beginTurn, endTurn } from "./turn.ts";

/**
 * The router: what follows from one line of the log. The board is changed in place; the same board and the same
 * lines always give the same effects. The last effect answers the line; a line that was done before has none.
 */
export function reduce(board: Board, entry: LogEntry): Effect[] {
  const { session, line } = entry;
  board.now = Math.max(board.now, entry.at);
  if (line <= (board.lines.get(session) ?? 0)) return [];
  board.lines.set(session, line);
  const turn = beginTurn(board, session);
  const result = refuseLate(turn, entry.event) ?? apply(turn, entry.event);
  endTurn(turn);
  turn.effects.push({ type: "reply", session, line, result });
  return turn.effects;
}

function apply(turn: Turn, event: AcdEvent): ReplyResult {
  switch (event.type) {
    case "enqueued":
      return enqueue(turn, event);
    case "requeued":
      return requeue(turn, event, event.lostAgentId);
    case "cancelled":
      return cancel(turn, event.interactionId, event.cause);
    case "accepted":
      return accept(turn, event.offerId);
    case "declined":
      return decline(turn, event.offerId, event.cause);
    case "engaged":
      return engage(turn, event.agentId, event.interactionId, event.channel);
    case "released":
      return release(turn, event.agentId, event.interactionId);
    case "wrap-up-finished":
      return finishWrapUp(turn, event.agentId);
    case "wrap-up-extended":
      return extendWrapUp(turn, event.agentId, event.byMs);
    case "agent-set":
      return setAgent(turn, event);
    case "agent-ready":
      return ready(turn, event.agentId);
    case "agent-removed":
      return removeAgent(turn, event.agentId);
    case "queue-set":
      return setQueue(turn, event.settings);
    case "queue-removed":
      return removeQueue(turn, event.queueId);
    case "node-started":
      return startNode(turn, event.nodeId);
    case "node-lost":
      return loseSession(turn, event.session);
    case "day-began":
      return beginDay(turn, event.day);
    case "tick":
      tick(turn);
      return "done";
  }
}
