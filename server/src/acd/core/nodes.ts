import { leave } from "./callers.ts";
import type { ReplyResult } from "./effect.ts";
import type { AcdEvent } from "./event.ts";
import { disown } from "./agents.ts";
import { finishWrapUp, release } from "./talks.ts";
import type { Turn } from "./turn.ts";

/** What a session brings lives as long as the session. */
const bringing = new Set<AcdEvent["type"]>(["enqueued", "requeued", "engaged", "agent-set"]);

/**
 * Lines may land late, even after their sender is gone. What the former session of a node says is refused: nobody
 * would ever let go of it. One that was taken for lost and still brings something counts as present again, so that
 * its silence is noticed again.
 */
export function refuseLate(turn: Turn, event: AcdEvent): ReplyResult | null {
  if (event.type === "node-started" || event.type === "tick") return null;
  const nodeId = nodeOf(turn.session);
  const current = turn.board.nodes.get(nodeId);
  if (current !== undefined && current !== turn.session) {
    return { code: "conflict", sentence: `Node ${nodeId} has started again; its former session is over` };
  }
  if (bringing.has(event.type)) turn.board.nodes.set(nodeId, turn.session);
  return null;
}

function nodeOf(session: string): string {
  return session.slice(0, Math.max(0, session.lastIndexOf("/")));
}

/**
 * A node begins a session; what an earlier session of the same node held is lost. Wrap-up too: the talk was cut, the
 * interaction is closed, and the agent's screen after the restart knows of none.
 */
export function startNode(turn: Turn, nodeId: string): ReplyResult {
  const before = turn.board.nodes.get(nodeId);
  if (before !== undefined && before !== turn.session) loseSession(turn, before);
  turn.board.nodes.set(nodeId, turn.session);
  for (const session of turn.board.lines.keys()) {
    if (session !== turn.session && nodeOf(session) === nodeId) turn.board.lines.delete(session);
  }
  for (const { agentId, session, wrapUp } of turn.board.agents.values()) {
    if (wrapUp && session !== turn.session && nodeOf(session) === nodeId) finishWrapUp(turn, agentId);
  }
  return "done";
}

/**
 * Lets go of all that a session held: its callers leave, its agents get no offers, its talks end. Rare, so that
 * it may look at everything. A node that was only slow states again what it holds when it hears of this; the lines
 * it has done are remembered, since it may send one twice across this.
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
  turn.effects.push({ type: "node-lost", session });
  return "done";
}
