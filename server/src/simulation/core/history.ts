import type { Distribution } from "./distribution.ts";
import { figuresOfRun } from "./figures.ts";
import { groupBy } from "./group-by.ts";
import type { Inputs } from "./inputs.ts";
import type { IntervalMinutes } from "./intervals.ts";
import { estimatePatience, type Leaving, type ObservedWait, type Patience } from "./patience.ts";
import type {
  Answering,
  ConfiguredQueue,
  EntryProfile,
  KnownVisit,
  QueueBehaviour,
  Shift,
} from "./scenario.ts";
import { mergeShifts } from "./shifts.ts";
import { Tally } from "./tally.ts";

/** One visit of a queue, as it was. Times: epoch ms. */
export interface VisitRow {
  interactionId: string;
  /** 1, 2... within the interaction. */
  visit: number;
  queueId: string;
  enteredAt: number;
  leftAt: number | null;
  cause: string | null;
  waitMs: number | null;
  /** Talks that came of it and have ended. */
  handled: number;
  /** Hold included. */
  talkMs: number;
  wrapUpMs: number;
  priority: number | null;
  requirement: string | null;
  ageMs: number | null;
  sticky: EntryProfile["sticky"] | null;
}

export interface OfferRow {
  cause: string;
  ringMs: number | null;
}

/** An agent's state from one change to the next. */
export interface AgentSpan {
  agentId: string;
  state: string;
  reason: string | null;
  from: number;
  to: number;
}

export interface History {
  visits: VisitRow[];
  offers: OfferRow[];
  spans: AgentSpan[];
}

export interface HistoryPeriod {
  from: number;
  to: number;
  warmUpMs: number;
  zone: string;
  intervalMinutes: IntervalMinutes;
}

/** With fewer than this, a queue's own behaviour says too little: that of all queues is taken. */
const enough = 10;
/** A wrap-up that came so near to the queue's time was ended by the router's timer. */
const timerSlackMs = 500;
const busyStates = new Set(["talking", "holding", "wrap-up"]);
const availableStates = new Set(["idle", "offered"]);
/** Ways out that are the caller's own choice: patience ends with them. */
const ownChoices = new Set(["abandoned", "exit-key"]);

/** The past as inputs: the callers who came, with what each of them is known to have done; who worked, and when. */
export function inputsOfHistory(
  history: History,
  period: HistoryPeriod,
  queues: readonly ConfiguredQueue[],
): Inputs {
  const configured = new Map(queues.map((queue) => [queue.settings.queueId, queue]));
  const usual = behaviourOf(history.visits, history, configured);
  const byQueue = groupBy(history.visits, ({ queueId }) => queueId);
  const behaviours = new Map(
    [...configured.keys()].map((queueId) => {
      const own = byQueue.get(queueId) ?? [];
      return [queueId, preferOwn(behaviourOf(own, history, configured), own, usual)] as const;
    }),
  );
  const known = chain(history.visits, configured);
  const shifts = shiftsOf(history.spans);
  return {
    ...period,
    arrivals: { known, streams: [] },
    agents: [...shifts].map(([agentId, each]) => ({ agentId, name: agentId, shifts: each })),
    behaviours,
    usual,
    recorded: record(history, period, queues),
    remarks: remarksOn(history),
  };
}

function remarksOn({ visits, spans }: History): string[] {
  const remarks: string[] = [];
  if (visits.length === 0) remarks.push("Nobody entered a queue in this period.");
  if (spans.length === 0) remarks.push("No agent was signed in in this period.");
  const leavers = visits.filter(({ cause }) => cause !== null && ownChoices.has(cause)).length;
  if (visits.length > 0 && leavers === 0)
    remarks.push("Nobody hung up while waiting: callers are taken for endlessly patient.");
  else if (leavers < 2 * enough && visits.length > 0)
    remarks.push(`Only ${leavers} callers hung up while waiting: their patience is a rough guess.`);
  return remarks;
}

function behaviourOf(
  visits: readonly VisitRow[],
  { offers, spans }: History,
  configured: ReadonlyMap<string, ConfiguredQueue>,
): QueueBehaviour {
  const talked = visits.filter(({ handled }) => handled > 0);
  const wrapUps = talked.map((visit) => wrapUpOf(visit, configured));
  return {
    talk: empirical(
      talked.map(({ talkMs }) => talkMs),
      { type: "lognormal", meanMs: 240_000, variation: 1 },
    ),
    wrapUp: wrapUps.length === 0 ? null : { type: "empirical", valuesMs: wrapUps },
    patience: patienceOf(visits),
    answering: answeringOf(offers, spans),
  };
}

function preferOwn(own: QueueBehaviour, visits: readonly VisitRow[], usual: QueueBehaviour): QueueBehaviour {
  const talks = visits.filter(({ handled }) => handled > 0).length;
  const leavers = visits.filter(({ cause }) => cause !== null && ownChoices.has(cause)).length;
  return {
    ...(talks >= enough ? own : usual),
    patience: leavers >= enough ? own.patience : usual.patience,
    answering: usual.answering,
  };
}

function empirical(valuesMs: number[], otherwise: Distribution): Distribution {
  return valuesMs.length === 0 ? otherwise : { type: "empirical", valuesMs };
}

function patienceOf(visits: readonly VisitRow[]): Patience | null {
  const waits = visits.flatMap(({ waitMs, cause }): ObservedWait[] => {
    if (waitMs === null || cause === null) return [];
    return [{ waitedMs: waitMs, cause: ownChoices.has(cause) ? cause : null }];
  });
  return estimatePatience(waits);
}

function answeringOf(offers: readonly OfferRow[], spans: readonly AgentSpan[]): Answering {
  const count = (...causes: string[]) => offers.filter(({ cause }) => causes.includes(cause)).length;
  const [accepted, missed, declined] = [
    count("accepted"),
    count("no-answer", "unreachable"),
    count("declined"),
  ];
  const ended = accepted + missed + declined;
  const delays = offers.flatMap(({ cause, ringMs }) => (cause === "accepted" ? (ringMs ?? []) : []));
  const absences = spans
    .filter(({ state, reason }) => state === "not-ready" && reason === "not-responding")
    .map(({ from, to }) => to - from);
  return {
    delay: empirical(delays, { type: "constant", ms: 4_000 }),
    noAnswer: ended === 0 ? 0 : missed / ended,
    decline: ended === 0 ? 0 : declined / ended,
    returnAfter: empirical(absences, { type: "constant", ms: 60_000 }),
  };
}

/** Visits of one interaction hang together: the second comes only if the first ended as it did. */
function chain(visits: readonly VisitRow[], configured: ReadonlyMap<string, ConfiguredQueue>): KnownVisit[] {
  const byInteraction = groupBy(visits, ({ interactionId }) => interactionId);
  const known: KnownVisit[] = [];
  for (const rows of byInteraction.values()) {
    let next: KnownVisit["next"] = null;
    for (const row of rows.toSorted((a, b) => b.visit - a.visit)) {
      const visit: KnownVisit = { ...knownVisit(row, configured), next };
      const before = rows.find((each) => each.visit === row.visit - 1);
      next = before ? follow(before, visit) : null;
      if (!before) known.push(visit);
    }
  }
  return known.sort((a, b) => a.at - b.at);
}

function follow(before: VisitRow, visit: KnownVisit): NonNullable<KnownVisit["next"]> {
  const isAnswered = before.cause === "answered";
  const endedAt = (before.leftAt ?? before.enteredAt) + (isAnswered ? before.talkMs : 0);
  const gapMs = Math.max(0, visit.at - endedAt);
  const keepsPlace = !isAnswered && visit.at < (before.leftAt ?? Infinity);
  return { after: isAnswered ? "answered" : "not-answered", gapMs, keepsPlace, visit };
}

function knownVisit(row: VisitRow, configured: ReadonlyMap<string, ConfiguredQueue>): KnownVisit {
  const queue = configured.get(row.queueId);
  const { requirement, ageMs, sticky } = row;
  const isTalked = row.handled > 0;
  return {
    at: Math.round(row.enteredAt),
    entry: {
      queueId: row.queueId,
      channel: "voice",
      // The ledger has the flow's and the queue's together; the queue's is added again.
      priority: Math.max(0, (row.priority ?? 0) - (queue?.priority ?? 0)),
      ...(requirement === null ? {} : { requirement }),
      ...(ageMs === null ? {} : { ageMs }),
      ...(sticky ? { sticky } : {}),
    },
    talkMs: isTalked ? row.talkMs : null,
    wrapUpMs: isTalked ? wrapUpOf(row, configured) : null,
    leaving: leavingOf(row),
    waitedMs: row.waitMs ?? 0,
    next: null,
  };
}

function leavingOf({ cause, waitMs }: VisitRow): Leaving | null {
  if (cause === null || waitMs === null || !ownChoices.has(cause)) return null;
  return { afterMs: waitMs, cause };
}

function wrapUpOf({ queueId, wrapUpMs }: VisitRow, configured: ReadonlyMap<string, ConfiguredQueue>): number {
  const limitMs = configured.get(queueId)?.settings.wrapUpMs ?? Infinity;
  return wrapUpMs >= limitMs - timerSlackMs ? Infinity : wrapUpMs;
}

/** At work: signed in and ready, busy, or held for not answering (the simulator holds by itself). */
function shiftsOf(spans: readonly AgentSpan[]): Map<string, Shift[]> {
  const isWork = ({ state, reason }: AgentSpan) =>
    busyStates.has(state) ||
    availableStates.has(state) ||
    (state === "not-ready" && reason === "not-responding");
  const byAgent = groupBy(spans.filter(isWork), ({ agentId }) => agentId);
  const shiftOf = ({ from, to }: AgentSpan) => ({ from: Math.round(from), to: Math.round(to) });
  return new Map([...byAgent].map(([agentId, each]) => [agentId, mergeShifts(each.map(shiftOf))]));
}

/** What happened, counted by the code that counts the runs. */
function record(
  history: History,
  { from, to }: HistoryPeriod,
  queues: readonly ConfiguredQueue[],
): Inputs["recorded"] {
  const tally = new Tally([from, to]);
  for (const { settings, serviceLevelMs, shortAbandonMs } of queues)
    tally.addQueue(settings.queueId, { serviceLevelMs, shortAbandonMs });
  for (const { queueId, enteredAt, cause, waitMs, handled, talkMs, wrapUpMs } of history.visits) {
    tally.visitBegan(queueId, enteredAt);
    if (cause === null) tally.visitWaitsOn(queueId, enteredAt);
    else tally.visitEnded(queueId, enteredAt, cause, waitMs ?? 0);
    if (handled > 0) tally.talkEnded(queueId, enteredAt, talkMs + wrapUpMs);
  }
  const agentIds = new Set(history.spans.map(({ agentId }) => agentId));
  for (const agentId of agentIds) tally.addAgent(agentId, new Set());
  for (const { agentId, state, from: begin, to: end } of history.spans) {
    if (busyStates.has(state)) tally.agentSpent(agentId, "busy", begin, end);
    if (availableStates.has(state)) tally.agentSpent(agentId, "available", begin, end);
  }
  const figures = figuresOfRun(tally);
  return {
    overall: figures.overall.total,
    queues: queues.flatMap(({ name, settings: { queueId } }) => {
      const line = figures.queues.get(queueId);
      return line ? [{ queueId, name, figures: line.total }] : [];
    }),
  };
}
