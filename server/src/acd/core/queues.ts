import type { Queue } from "./board.ts";
import { createQueue } from "./board.ts";
import { leave } from "./callers.ts";
import { scheduleCaller, scheduleQueue, unscheduleQueue } from "./deadlines.ts";
import type { ReplyResult } from "./effect.ts";
import {
  callersOf,
  joinQueue,
  lendersOf,
  lendTo,
  prepareLots,
  rebuildQueue,
  reorderAgents,
} from "./lanes.ts";
import { seekAgents } from "./matching.ts";
import type { QueueSettings } from "./settings.ts";
import type { Turn } from "./turn.ts";

export function setQueue(turn: Turn, settings: QueueSettings): ReplyResult {
  const queue = turn.board.queues.get(settings.queueId);
  if (queue) changeQueue(turn, queue, settings);
  else openQueue(turn, settings);
  return "done";
}

/** Agents may have been members before the queue was known. */
function openQueue(turn: Turn, settings: QueueSettings): void {
  const { board, now } = turn;
  const queue = createQueue(settings);
  queue.unstaffedSince = now;
  board.queues.set(settings.queueId, queue);
  turn.queueIds.add(settings.queueId);
  for (const agentId of board.members.get(settings.queueId) ?? []) {
    const agent = board.agents.get(agentId);
    const membership = agent?.queues.find(({ queueId }) => queueId === settings.queueId);
    if (agent && membership) joinQueue(turn, agent, membership);
  }
  lendTo(board, settings.queueId, lendersOf(settings));
  prepareLots(board, queue);
}

/** Takes effect at once, for everybody in the queue; offers under way keep the ring time they began with. */
function changeQueue(turn: Turn, queue: Queue, settings: QueueSettings): void {
  const before = queue.settings;
  queue.settings = settings;
  turn.queueIds.add(settings.queueId);
  lendTo(turn.board, settings.queueId, lendersOf(settings));
  prepareLots(turn.board, queue);
  rebuildQueue(turn, queue);
  const callers = callersOf(queue);
  for (const caller of callers) {
    if (settings.announceEveryMs === null || caller.callback) caller.announceAt = null;
    else if (before.announceEveryMs !== settings.announceEveryMs) {
      caller.announceAt = turn.now + settings.announceEveryMs;
    }
  }
  for (const caller of callers) {
    seekAgents(turn, caller, "settings-changed");
    scheduleCaller(turn.board, caller, queue);
  }
  scheduleQueue(turn.board, queue);
}

/** A new business day: everybody has handled nothing yet. */
export function beginDay(turn: Turn, day: string): ReplyResult {
  const { board } = turn;
  if (day <= board.day) return "ignored";
  const isFirst = board.day === "";
  board.day = day;
  if (isFirst) return "done"; // what agents brought is of this day
  for (const agent of board.agents.values()) agent.handled = 0;
  for (const queue of board.queues.values()) {
    if (queue.settings.strategy === "fewest-interactions") reorderAgents(turn, queue);
  }
  return "done";
}

/** The queue goes first, so that no agent whom a leaving caller frees is offered the next one of it. */
export function removeQueue(turn: Turn, queueId: string): ReplyResult {
  const { board } = turn;
  const queue = board.queues.get(queueId);
  if (!queue) return "ignored";
  unscheduleQueue(board, queueId);
  board.queues.delete(queueId);
  lendTo(board, queueId, []);
  turn.queueIds.add(queueId);
  for (const caller of callersOf(queue)) leave(turn, caller, "queue-removed", "queue-removed");
  return "done";
}
