import type { Agent, Board, Caller, Offer } from "./board.ts";
import { createBoard, createQueue, laneOf } from "./board.ts";
import { scheduleAgent, scheduleCaller, scheduleOffer, scheduleQueue } from "./deadlines.ts";
import { joinQueue, lendersOf, lendTo, placeCaller, refreshAgent } from "./lanes.ts";
import type { Pace } from "./pace.ts";
import { defaultQueueSettings, type Channel, type QueueSettings } from "./settings.ts";
import { beginTurn } from "./turn.ts";

/** The form of the text. An older form that can be read is brought up to date; another is refused rather than misread. */
const version = 3;

interface Snapshot {
  version: number;
  now: number;
  sequence: number;
  day: string;
  nodes: [string, string][];
  lines: [string, number][];
  queues: {
    settings: QueueSettings;
    unstaffedSince: number | null;
    lastLot: number;
    paces: [Channel, Pace][];
  }[];
  agents: Agent[];
  callers: Caller[];
  offers: Offer[];
}

/** The board as JSON text. */
export function saveBoard(board: Board): string {
  const snapshot: Snapshot = {
    version,
    now: board.now,
    sequence: board.sequence,
    day: board.day,
    nodes: [...board.nodes],
    lines: [...board.lines],
    queues: [...board.queues.values()].map(({ settings, unstaffedSince, lastLot, lanes }) => ({
      settings,
      unstaffedSince,
      lastLot,
      paces: [...lanes].map(([channel, { pace }]) => [channel, pace]),
    })),
    agents: [...board.agents.values()],
    callers: [...board.callers.values()],
    offers: [...board.offers.values()],
  };
  return JSON.stringify(snapshot);
}

/** What version 2 did not know yet gets the value that changes nothing. Throws for any other version. */
function upToDate(saved: Snapshot): Snapshot {
  if (saved.version === version) return saved;
  if (saved.version !== 2) throw new Error(`The router's snapshot has version ${saved.version}`);
  return {
    ...saved,
    version,
    day: "",
    queues: saved.queues.map((queue) => ({
      ...queue,
      settings: { ...defaultQueueSettings, ...queue.settings },
    })),
    agents: saved.agents
      .toSorted((a, b) => a.idleSince - b.idleSince)
      .map((agent, index, { length }) => {
        const added = { skills: {}, idleOrder: index - length, handled: 0, interrupted: [] };
        return { ...agent, ...added };
      }),
    callers: saved.callers.map((caller) => {
      const before = { ageMs: 0, requirement: null, callback: false, stageMs: 0, sticky: null };
      return { ...caller, ...before, widensFrom: caller.waitingSince };
    }),
  };
}

/** The board that was saved, with its indexes built again. Throws when the text is of another version. */
export function restoreBoard(text: string): Board {
  const saved = upToDate(JSON.parse(text) as Snapshot);
  const board = createBoard();
  board.now = saved.now;
  board.sequence = saved.sequence;
  board.day = saved.day;
  for (const [nodeId, session] of saved.nodes) board.nodes.set(nodeId, session);
  for (const [session, line] of saved.lines) board.lines.set(session, line);
  for (const { settings, unstaffedSince, lastLot, paces } of saved.queues) {
    const queue = { ...createQueue(settings), unstaffedSince, lastLot };
    for (const [channel, pace] of paces) laneOf(queue, channel).pace = pace;
    board.queues.set(settings.queueId, queue);
    lendTo(board, settings.queueId, lendersOf(queue.settings));
  }
  for (const offer of saved.offers) {
    board.offers.set(offer.offerId, offer);
    scheduleOffer(board, offer);
  }
  restoreAgents(board, saved.agents);
  restoreCallers(board, saved.callers);
  for (const queue of board.queues.values()) scheduleQueue(board, queue);
  return board;
}

function restoreAgents(board: Board, agents: Agent[]): void {
  const turn = beginTurn(board, "");
  for (const agent of agents) {
    board.agents.set(agent.agentId, agent);
    agent.status = "notRoutable";
    agent.freeFor = [];
    for (const membership of agent.queues) joinQueue(turn, agent, membership);
    refreshAgent(turn, agent);
    scheduleAgent(board, agent);
    for (const talk of agent.talks) if (talk.offerId !== null) board.accepted.set(talk.offerId, talk);
  }
}

function restoreCallers(board: Board, callers: Caller[]): void {
  const turn = beginTurn(board, "");
  for (const caller of callers) {
    const queue = board.queues.get(caller.queueId);
    if (!queue) throw new Error(`The snapshot's caller ${caller.interactionId} waits in no queue`);
    board.callers.set(caller.interactionId, caller);
    if (caller.callback) queue.callbacks += 1;
    placeCaller(turn, caller, queue);
    scheduleCaller(board, caller, queue);
  }
}
