import type { agentDesk, interactions, live } from "@ringdown/contract";

/** What the realtime connection told so far. Maps are replaced, never changed in place. */
export interface LiveState {
  stream: string | null;
  seq: number;
  /** Server clock minus this machine's clock, in milliseconds. */
  clockOffsetMs: number;
  desk: agentDesk.Desk | null;
  queues: ReadonlyMap<string, live.LiveQueue>;
  agents: ReadonlyMap<string, live.LiveAgent>;
  waiting: ReadonlyMap<string, live.LiveWaiting>;
  router: live.LiveRouter;
}

export const nothingYet: LiveState = {
  stream: null,
  seq: 0,
  clockOffsetMs: 0,
  desk: null,
  queues: new Map(),
  agents: new Map(),
  waiting: new Map(),
  router: { timeToOfferMs: null },
};

export type Verdict =
  | { kind: "applied"; state: LiveState }
  /** Seen before, for example after a resume. */
  | { kind: "known" }
  /** An event is missing: ask again. */
  | { kind: "gap" }
  /** Not about state. */
  | { kind: "other" };

/** Takes one message of the server in; `receivedAt` is this machine's clock. */
export function applyMessage(state: LiveState, message: live.ServerMessage, receivedAt: number): Verdict {
  switch (message.type) {
    case "snapshot":
      return { kind: "applied", state: fromSnapshot(message, receivedAt) };
    case "resumed":
      if (message.stream !== state.stream) return { kind: "gap" };
      return { kind: "applied", state: { ...state, clockOffsetMs: message.now - receivedAt } };
    case "pong":
      return { kind: "applied", state: { ...state, clockOffsetMs: message.now - receivedAt } };
    case "event":
      if (message.seq <= state.seq) return { kind: "known" };
      if (message.seq !== state.seq + 1) return { kind: "gap" };
      return { kind: "applied", state: { ...applyEvent(state, message.event), seq: message.seq } };
    default:
      return { kind: "other" };
  }
}

function fromSnapshot(
  snapshot: Extract<live.ServerMessage, { type: "snapshot" }>,
  receivedAt: number,
): LiveState {
  return {
    stream: snapshot.stream,
    seq: snapshot.seq,
    clockOffsetMs: snapshot.now - receivedAt,
    desk: snapshot.desk,
    queues: new Map(snapshot.queues.map((queue) => [queue.queueId, queue])),
    agents: new Map(snapshot.agents.map((agent) => [agent.personId, agent])),
    waiting: new Map(snapshot.waiting.map((one) => [one.interactionId, one])),
    router: snapshot.router ?? nothingYet.router,
  };
}

function applyEvent(state: LiveState, event: live.LiveEvent): LiveState {
  switch (event.kind) {
    case "desk":
      return { ...state, desk: event.desk };
    case "queue":
      return { ...state, queues: new Map(state.queues).set(event.queue.queueId, event.queue) };
    case "queue-removed":
      return { ...state, queues: without(state.queues, event.queueId) };
    case "agent":
      return { ...state, agents: new Map(state.agents).set(event.agent.personId, event.agent) };
    case "agent-removed":
      return { ...state, agents: without(state.agents, event.personId) };
    case "waiting":
      return { ...state, waiting: new Map(state.waiting).set(event.waiting.interactionId, event.waiting) };
    case "waiting-left":
      return { ...state, waiting: without(state.waiting, event.interactionId) };
    case "router":
      return { ...state, router: event.router };
    default:
      return state;
  }
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}

/** An interaction that changed, or what configuration is stale: for whoever caches fetched things. */
export type Staleness =
  | { kind: "interaction"; interaction: interactions.Interaction }
  | { kind: "changed"; what: Extract<live.LiveEvent, { kind: "changed" }>["what"] }
  /** Events were missed: anything fetched may be stale. */
  | { kind: "everything" };

export function stalenessOf(message: live.ServerMessage): Staleness | null {
  if (message.type !== "event") return null;
  const { event } = message;
  return event.kind === "interaction" || event.kind === "changed" ? event : null;
}
