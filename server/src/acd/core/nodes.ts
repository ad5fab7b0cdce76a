import { leave } from "./callers.ts";
import type { ReplyResult } from "./effect.ts";
import { disown } from "./agents.ts";
import { release } from "./talks.ts";
import type { Turn } from "./turn.ts";

/** A node begins a session; what an earlier session of the same node held is lost. */
export function startNode(turn: Turn, nodeId: string): ReplyResult {
  const before = turn.board.nodes.get(nodeId);
  if (before !== undefined && before !== turn.session) loseSession(turn, before);
  turn.board.nodes.set(nodeId, turn.session);
  return "done";
}

/**
 * Lets go of all that a session held: its callers leave, its agents get no offers, its talks end. Rare, so that
 * it may look at everything. A node that was only slow states again what it holds when it hears of this.
 */
export function loseSession(turn: Turn, session: string): ReplyResult {
  const { board } = turn;
  for (const [nodeId, current] of board.nodes) if (current === session) board.nodes.delete(nodeId);
  const agents = [...board.agents.values()];
  for (const agent of agents) if (agent.session === session) disown(turn, agent, "node-lost");
  const callers = [...board.callers.values()].filter((caller) => caller.session === session);
  for (const caller of callers) leave(turn, caller, "node-lost", "node-lost");
  for (const agent of agents) {
    for (const talk of agent.talks) {
      if (talk.session === session) release(turn, agent.agentId, talk.interactionId);
    }
  }
  if (session !== turn.session) board.lines.delete(session);
  turn.effects.push({ type: "node-lost", session });
  return "done";
}
