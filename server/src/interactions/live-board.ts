/**
 * What supervisors see live: queues, agents, who waits. Kept from the router's notices, the agents' standings and
 * the ledger's listeners; nothing here scans. A queue's row is published at most every 250 ms.
 */
import type { Acd, AcdNotice } from "../acd/acd.ts";
import type { Agents, AgentStanding } from "../agents/agents.ts";
import type { Clock } from "../base/clock.ts";
import type { AgentState } from "../contract/agent-desk.ts";
import type { LiveAgent, LiveEvent, LiveQueue, LiveRouter, LiveWaiting } from "../contract/live.ts";
import { LiveFigures } from "./live-figures.ts";

export interface LiveSources {
  clock: Clock;
  acd: Pick<Acd, "on" | "figures">;
  agents: Agents;
  today(queueId: string): LiveQueue["today"];
  /** The wait that raises the queue's alarm, or null for none. */
  alarmWaitMs(queueId: string): number | null;
  queueIdsOf(personId: string): string[];
  queueIds(): string[];
  publish(event: LiveEvent): void;
}

export interface LiveBoard {
  /** A caller entered or came back; from the story of the call. */
  waits(waiting: Omit<LiveWaiting, "late">): void;
  left(interactionId: string): void;
  /** An offer was made; null when its INVITE could not be sent. */
  offered(queueId: string, timeToOfferMs: number | null): void;
  snapshot(): { queues: LiveQueue[]; agents: LiveAgent[]; waiting: LiveWaiting[]; router: LiveRouter };
  /** Figures of a queue changed. */
  refreshQueue(queueId: string): void;
  /** Settings of a queue changed: whoever waits may be late now, or not any more. */
  queueChanged(queueId: string): void;
  removeQueue(queueId: string): void;
  /** The person's queues changed, or whether they work here at all. */
  recount(personId: string): void;
  close(): void;
}

interface Engaged {
  interactionId: string | null;
  queueId: string | null;
  from: string | null;
}

const publishEveryMs = 250;
/** Times to offer are forgotten after a while, also when nothing happens. */
const forgetEveryMs = 60_000;
type Staffing = LiveQueue["agents"];
const nobody: Staffing = { idle: 0, offered: 0, talking: 0, wrapUp: 0, notReady: 0 };
/** Where each state counts in a queue's row; who is offline is not there at all. */
const columnOf: Record<AgentState, keyof Staffing | null> = {
  offline: null,
  "not-ready": "notReady",
  unreachable: "notReady",
  idle: "idle",
  offered: "offered",
  talking: "talking",
  holding: "talking",
  "wrap-up": "wrapUp",
};
const free: Engaged = { interactionId: null, queueId: null, from: null };

export function openLiveBoard(
  sources: LiveSources,
  fromOf: (interactionId: string) => string | null,
): LiveBoard {
  const waiting = new Map<string, LiveWaiting>();
  const waitingByQueue = new Map<string, Map<string, LiveWaiting>>();
  const staffing = new Map<string, Staffing>();
  /** Where each agent is counted now, so that a change is two small steps and never a scan. */
  const counted = new Map<string, { column: keyof Staffing | null; queueIds: string[] }>();
  const engaged = new Map<string, Engaged>();
  /** Whose rows the screens have. */
  const shown = new Set<string>();
  const due = new Set<string>();
  const figures = new LiveFigures(sources.acd);
  let isRouterDue = false;
  let stopTimer: (() => void) | null = null;
  let stopForgetting = () => {};

  const now = () => sources.clock.now();
  const isLate = ({ queueId, enqueuedAt }: Omit<LiveWaiting, "late">): boolean => {
    const alarmMs = sources.alarmWaitMs(queueId);
    return alarmMs !== null && now() - enqueuedAt >= alarmMs;
  };
  const liveQueue = (queueId: string): LiveQueue => {
    const callers = waitingByQueue.get(queueId);
    return {
      queueId,
      waiting: callers?.size ?? 0,
      longestSince: earliest(callers?.values()),
      agents: staffing.get(queueId) ?? nobody,
      today: sources.today(queueId),
      router: figures.queue(queueId, callers?.values() ?? [], now()),
    };
  };
  const publishDue = () => {
    stopTimer = null;
    // The last callers of a queue that is deleted leave after it: their row must not come back.
    const existing = new Set(sources.queueIds());
    for (const queueId of due)
      if (existing.has(queueId)) sources.publish({ kind: "queue", queue: liveQueue(queueId) });
    due.clear();
    if (isRouterDue) sources.publish({ kind: "router", router: figures.all(now()) });
    isRouterDue = false;
  };
  const refreshQueue = (queueId: string) => {
    due.add(queueId);
    stopTimer ??= sources.clock.setTimer(now() + publishEveryMs, publishDue);
  };
  const forgetInTime = () => {
    stopForgetting = sources.clock.setTimer(now() + forgetEveryMs, () => {
      for (const queueId of figures.queueIds()) refreshQueue(queueId);
      isRouterDue ||= due.size > 0;
      forgetInTime();
    });
  };
  forgetInTime();
  /** Who takes calls: an active member of a queue, or anybody who is on one. */
  const isShown = ({ personId, active }: AgentStanding): boolean =>
    (active && sources.queueIdsOf(personId).length > 0) ||
    (engaged.get(personId) ?? free).interactionId !== null;
  const publishAgent = (standing: AgentStanding) => {
    const { personId } = standing;
    if (isShown(standing)) {
      shown.add(personId);
      sources.publish({ kind: "agent", agent: liveAgent(standing, engaged.get(personId) ?? free) });
    } else if (shown.delete(personId)) sources.publish({ kind: "agent-removed", personId });
  };

  function count(personId: string, state: AgentState): void {
    const before = counted.get(personId);
    if (before?.column) for (const queueId of before.queueIds) add(queueId, before.column, -1);
    const after = { column: columnOf[state], queueIds: sources.queueIdsOf(personId) };
    counted.set(personId, after);
    if (after.column) for (const queueId of after.queueIds) add(queueId, after.column, 1);
  }
  function add(queueId: string, column: keyof Staffing, by: number): void {
    const row = { ...(staffing.get(queueId) ?? nobody) };
    row[column] += by;
    staffing.set(queueId, row);
    refreshQueue(queueId);
  }

  function engage({ agentId, interactionId, queueId }: Extract<AcdNotice, { type: "engagement" }>): void {
    const from = interactionId === null ? null : fromOf(interactionId);
    engaged.set(agentId, { interactionId, queueId, from });
    const standing = sources.agents.standing(agentId);
    if (standing !== null) publishAgent(standing);
  }
  function setLate(caller: LiveWaiting, late: boolean): void {
    if (caller.late === late) return;
    const changed = { ...caller, late };
    waiting.set(caller.interactionId, changed);
    waitingByQueue.get(caller.queueId)?.set(caller.interactionId, changed);
    sources.publish({ kind: "waiting", waiting: changed });
    refreshQueue(caller.queueId);
  }
  const stopNotices = sources.acd.on((notice) => {
    if (notice.type === "engagement") engage(notice);
    if (notice.type === "queues-changed") for (const queueId of notice.queueIds) refreshQueue(queueId);
    if (notice.type === "late") {
      const caller = waiting.get(notice.interactionId);
      if (caller?.queueId === notice.queueId) setLate(caller, true);
    }
  });
  const stopStandings = sources.agents.on((standing) => {
    count(standing.personId, standing.state);
    publishAgent(standing);
  });

  function left(interactionId: string): void {
    const gone = waiting.get(interactionId);
    if (gone === undefined) return;
    waiting.delete(interactionId);
    waitingByQueue.get(gone.queueId)?.delete(interactionId);
    sources.publish({ kind: "waiting-left", interactionId });
    refreshQueue(gone.queueId);
  }

  return {
    waits(entering) {
      const caller = { ...entering, late: isLate(entering) };
      left(caller.interactionId); // one place at a time, whatever the story forgot to say
      waiting.set(caller.interactionId, caller);
      const ofQueue = waitingByQueue.get(caller.queueId) ?? new Map<string, LiveWaiting>();
      ofQueue.set(caller.interactionId, caller);
      waitingByQueue.set(caller.queueId, ofQueue);
      sources.publish({ kind: "waiting", waiting: caller });
      refreshQueue(caller.queueId);
    },
    left,
    offered(queueId, timeToOfferMs) {
      if (timeToOfferMs === null) return;
      figures.offered(queueId, timeToOfferMs, now());
      isRouterDue = true;
      refreshQueue(queueId);
    },
    snapshot: () => ({
      router: figures.all(now()),
      queues: sources.queueIds().map(liveQueue),
      agents: sources.agents
        .all()
        .filter(isShown)
        .map((one) => liveAgent(one, engaged.get(one.personId) ?? free)),
      waiting: [...waiting.values()],
    }),
    refreshQueue,
    queueChanged(queueId) {
      for (const caller of [...(waitingByQueue.get(queueId)?.values() ?? [])])
        setLate(caller, isLate(caller));
      refreshQueue(queueId);
    },
    removeQueue(queueId) {
      due.delete(queueId);
      figures.forget(queueId);
      staffing.delete(queueId);
      sources.publish({ kind: "queue-removed", queueId });
    },
    recount(personId) {
      const standing = sources.agents.standing(personId);
      if (standing === null) return;
      count(personId, standing.state);
      publishAgent(standing);
    },
    close() {
      stopNotices();
      stopStandings();
      stopTimer?.();
      stopForgetting();
    },
  };
}

/** Callers mostly wait in order of entry, so the first is nearly always the answer; who came back may be earlier. */
function earliest(callers: Iterable<LiveWaiting> | undefined): number | null {
  let first: number | null = null;
  for (const { enqueuedAt } of callers ?? []) if (first === null || enqueuedAt < first) first = enqueuedAt;
  return first;
}

function liveAgent(standing: AgentStanding, { interactionId, queueId, from }: Engaged): LiveAgent {
  return {
    personId: standing.personId,
    state: standing.state,
    since: standing.stateSince,
    notReadyReason: standing.status === "not-ready" ? standing.reason : null,
    interactionId,
    queueId,
    from,
  };
}
