import { expect } from "vitest";
import type { Agent, Board, Caller, Demand } from "./board.ts";
import type { Effect } from "./effect.ts";
import type { LogEntry } from "./event.ts";
import { nextDeadline } from "./board.ts";
import { meets, parseRequirement, relaxRequirement } from "../../contract/requirement.ts";
import { canTake } from "./capacity.ts";
import type { QueueSettings, Ring } from "./settings.ts";

type Offered = Extract<Effect, { type: "offer" }>;

/**
 * Watches the effects like somebody outside who knows nothing of the board but its settings, and checks the
 * invariants of field-notes.md by their numbers.
 */
export class Witness {
  readonly offerIds: string[] = [];
  private readonly live = new Map<string, Offered>();
  private readonly ended = new Set<string>();
  private readonly waiting = new Map<string, number>();
  private readonly leftOutUntil = new Map<string, number>();
  private readonly voiceTalks = new Map<string, Set<string>>();
  private readonly wrapUpUntil = new Map<string, number>();
  private readonly unavailable = new Set<string>();

  watch(board: Board, entry: LogEntry, effects: Effect[]): void {
    if (!isRefused(effects)) this.before(entry);
    for (const effect of effects) this.see(board, effect);
    this.after(board);
    expectRightChoice(board, entry, effects);
  }

  /** What the event itself makes true, before the router says anything. */
  private before({ event }: LogEntry): void {
    if (event.type === "agent-set") {
      if (event.routable) this.unavailable.delete(event.agentId);
      else this.unavailable.add(event.agentId);
    }
    if (event.type === "agent-removed") {
      this.unavailable.add(event.agentId);
      this.wrapUpUntil.delete(event.agentId);
    }
    if (event.type === "wrap-up-finished") this.wrapUpUntil.delete(event.agentId);
    if (event.type === "node-lost" || event.type === "node-started") this.voiceTalks.clear();
    if (event.type === "node-started") this.wrapUpUntil.clear();
    if (event.type === "released" || event.type === "requeued") {
      const agentId = event.type === "released" ? event.agentId : event.lostAgentId;
      this.voiceTalks.get(agentId)?.delete(event.interactionId);
    }
  }

  private see(board: Board, effect: Effect): void {
    switch (effect.type) {
      case "waiting":
        expect(this.waiting.has(effect.interactionId), "entered while waiting").toBe(false);
        this.waiting.set(effect.interactionId, effect.enqueuedAt);
        break;
      case "offer":
        this.seeOffer(board, effect);
        break;
      case "accepted":
        this.end(effect.offerId);
        this.seeLeave(effect.interactionId);
        break;
      case "withdrawn":
        this.seeWithdrawn(board, effect);
        break;
      case "exit":
        expect(effect.cause, "invariant 4").not.toBe("");
        this.seeLeave(effect.interactionId);
        break;
      case "engagement":
        if (effect.engagement === "wrap-up") this.wrapUpUntil.set(effect.agentId, effect.untilMs ?? 0);
        break;
      default:
    }
  }

  private seeOffer(board: Board, offer: Offered): void {
    const { agentId, interactionId } = offer;
    for (const other of this.live.values()) expect(other.agentId, "invariant 1").not.toBe(agentId);
    expect(this.talksOf(agentId).size, "offered while talking").toBe(0);
    expect(this.waiting.has(interactionId), "offered without waiting").toBe(true);
    expect(this.unavailable.has(agentId), "invariant 5").toBe(false);
    const leftOut = this.leftOutUntil.get(`${interactionId} ${agentId}`) ?? 0;
    expect(leftOut <= board.now, "invariant 3: left out for a moment").toBe(true);
    const wrapUp = this.wrapUpUntil.get(agentId) ?? 0;
    expect(wrapUp <= board.now, "invariant 6").toBe(true);
    this.live.set(offer.offerId, offer);
    this.offerIds.push(offer.offerId);
  }

  private seeWithdrawn(board: Board, effect: Extract<Effect, { type: "withdrawn" }>): void {
    this.end(effect.offerId);
    const { agentId, interactionId, cause } = effect;
    if (!["ring-timeout", "no-answer", "declined", "unreachable", "failed"].includes(cause)) return;
    const caller = board.callers.get(interactionId);
    if (!caller) return;
    expect(caller.enqueuedAt, "invariant 3: the original time").toBe(this.waiting.get(interactionId));
    const { leaveOutMs } = board.queues.get(caller.queueId)?.settings ?? { leaveOutMs: 0 };
    this.leftOutUntil.set(`${interactionId} ${agentId}`, board.now + leaveOutMs);
  }

  private end(offerId: string): void {
    expect(this.live.delete(offerId), `invariant 2: ${offerId} was live`).toBe(true);
    expect(this.ended.has(offerId), "invariant 2: ends once").toBe(false);
    this.ended.add(offerId);
  }

  private seeLeave(interactionId: string): void {
    expect(this.waiting.delete(interactionId), "invariant 4: left once").toBe(true);
    for (const key of this.leftOutUntil.keys()) {
      if (key.startsWith(`${interactionId} `)) this.leftOutUntil.delete(key);
    }
  }

  private talksOf(agentId: string): Set<string> {
    let talks = this.voiceTalks.get(agentId);
    if (!talks) this.voiceTalks.set(agentId, (talks = new Set()));
    return talks;
  }

  private after(board: Board): void {
    expect([...board.callers.keys()].sort(), "invariant 4").toEqual([...this.waiting.keys()].sort());
    expect([...board.offers.keys()].sort(), "invariant 2").toEqual([...this.live.keys()].sort());
    this.voiceTalks.clear();
    for (const agent of board.agents.values()) {
      for (const { channel, interactionId } of agent.talks) {
        if (channel === "voice") this.talksOf(agent.agentId).add(interactionId);
      }
    }
    const isSettled = (nextDeadline(board) ?? Infinity) > board.now;
    if (isSettled) {
      expectNobodyWaitsInVain(board);
      expectBoundedWait(board);
    }
  }
}

function isRefused(effects: Effect[]): boolean {
  const reply = effects.at(-1);
  return reply?.type === "reply" && typeof reply.result === "object";
}

/** A free agent and a caller who may have each other have found each other. */
function expectNobodyWaitsInVain(board: Board): void {
  for (const queue of board.queues.values()) {
    for (const lane of queue.lanes.values()) {
      for (const caller of lane.open.values()) {
        for (const agent of board.agents.values()) {
          const isMissed = canTake(agent, caller.channel) && mayHave(board, caller, agent);
          expect(isMissed, `${caller.interactionId} and ${agent.agentId} were not brought together`).toBe(
            false,
          );
        }
      }
    }
  }
}

/** Written out again, by the words of the documentation, without demands and stages. */
function mayHave(board: Board, caller: Caller, agent: Agent): boolean {
  const settings = board.queues.get(caller.queueId)?.settings;
  if (!settings || isLeftOutNow(board, caller, agent)) return false;
  if (caller.sticky) return caller.sticky.agentId === agent.agentId;
  const waitedMs = board.now - caller.widensFrom;
  const passed = settings.rings.filter(({ afterMs }) => afterMs <= waitedMs);
  const membership = agent.queues.find(({ queueId }) => queueId === caller.queueId);
  const borrowed = new Set(passed.flatMap(({ borrowFrom }) => borrowFrom));
  const isReached = membership
    ? (membership.level ?? 1) <= Math.max(1, ...passed.map(({ level }) => level)) &&
      (membership.delayMs ?? 0) <= waitedMs
    : agent.queues.some(({ queueId }) => borrowed.has(queueId));
  const asked = [settings.requirement, caller.requirement];
  return isReached && asked.every((text) => isGoodEnough(text, agent, passed.at(-1)));
}

function isGoodEnough(text: string | null, agent: Agent, ring: Ring | undefined): boolean {
  if (text === null) return true;
  const parsed = parseRequirement(text);
  if (!parsed.ok) return true;
  const left = ring ? relaxRequirement(parsed.requirement, ring) : parsed.requirement;
  return left === null || meets(agent.skills, left);
}

/** Invariant 8. */
function expectBoundedWait(board: Board): void {
  for (const caller of board.callers.values()) {
    const queue = board.queues.get(caller.queueId);
    const { maxWaitMs, alarmWaitMs } = queue?.settings ?? { maxWaitMs: 0, alarmWaitMs: 0 };
    if (caller.callback) continue;
    if (maxWaitMs !== null) expect(caller.waitingSince + maxWaitMs).toBeGreaterThan(board.now);
    if (alarmWaitMs !== null && caller.enqueuedAt + alarmWaitMs <= board.now)
      expect(caller.alarmed).toBe(true);
  }
}

/**
 * When an event led to one offer, nobody who was passed over had a better claim: no agent still free was idle for
 * longer, and no caller still open, in any queue of the agent, comes first by priority and age.
 */
function expectRightChoice(board: Board, { event }: LogEntry, effects: Effect[]): void {
  const offers = effects.filter((effect) => effect.type === "offer");
  const [offer] = offers;
  const queue = offer && board.queues.get(offer.queueId);
  const agent = offer && board.agents.get(offer.agentId);
  const caller = offer && board.callers.get(offer.interactionId);
  if (!offer || !queue || !agent || !caller || offers.length > 1) return;
  if (event.type === "enqueued" && !caller.sticky && queue.settings.strategy === "longest-idle") {
    for (const other of board.agents.values()) {
      if (canTake(other, caller.channel) && mayHave(board, caller, other)) {
        expect(other.idleSince, "the longest idle").toBeGreaterThanOrEqual(agent.idleSince);
      }
    }
  }
  if (!["released", "wrap-up-finished", "agent-ready", "agent-set"].includes(event.type)) return;
  if (offer.reason.trigger !== "agent-freed") return;
  const priorityIn = (id: string) => agent.queues.find(({ queueId }) => queueId === id)?.priority ?? 0;
  const isSettled = (nextDeadline(board) ?? Infinity) > board.now;
  for (const other of board.queues.values()) {
    for (const each of other.lanes.get(caller.channel)?.open.values() ?? []) {
      if (!isSettled || !mayHave(board, each, agent)) continue;
      expect(
        rankFor(each, other.settings, priorityIn(each.queueId)),
        "the caller whose turn it is",
      ).toBeGreaterThanOrEqual(rankFor(caller, queue.settings, priorityIn(offer.queueId)));
    }
  }
}

function isLeftOutNow(board: Board, caller: Caller, agent: Agent): boolean {
  return (caller.leftOut[agent.agentId] ?? 0) > board.now;
}

/** Written out again, by the words of the documentation: each step of either priority is worth ageingMs. */
function rankFor(caller: Caller, settings: QueueSettings | undefined, priority: number): number {
  const ageingMs = settings?.ageingMs ?? 0;
  return (
    caller.enqueuedAt - caller.ageMs - (caller.priority + priority) * ageingMs - (caller.front ? 1e14 : 0)
  );
}

/** The board with its indexes spelled out, to compare two of them. */
export function spell(board: Board): unknown {
  return {
    now: board.now,
    sequence: board.sequence,
    day: board.day,
    lending: [...board.lending]
      .map(([source, borrowers]) => [source, ...[...borrowers].sort()].join(" "))
      .sort(),
    reserved: [...board.reserved]
      .map(([agentId, callers]) => ({ key: agentId, callers: spellSet(callers) }))
      .sort(byKey),
    nodes: [...board.nodes].sort(),
    callers: [...board.callers.values()].map((caller) => ({ ...caller })).sort(byInteraction),
    offers: [...board.offers.values()].sort(byInteraction),
    accepted: [...board.accepted].sort(([a], [b]) => a.localeCompare(b)),
    agents: [...board.agents.values()].map((agent) => ({ ...agent })),
    deadlines: Object.values(board.deadlines).map(spellSet),
    queues: [...board.queues.values()].map((queue) => ({
      settings: queue.settings,
      staffing: { ...queue.staffing },
      stages: queue.stages,
      callbacks: queue.callbacks,
      unstaffedSince: queue.unstaffedSince,
      lastLot: queue.lastLot,
      lanes: [...queue.lanes]
        .map(([channel, lane]) => ({
          channel,
          open: spellSet(lane.open),
          ringing: spellSet(lane.ringing),
          available: spellSet(lane.available),
          demands: [...lane.demands.values()]
            .filter(({ callers }) => callers.size > 0)
            .map(spellDemand)
            .sort(byKey),
          pace: { ...lane.pace },
        }))
        .filter(
          ({ open, ringing, available, pace }) =>
            pace.rounds + pace.judged + open.length + ringing.length + available.length > 0,
        )
        .sort((a, b) => a.channel.localeCompare(b.channel)),
    })),
  };
}

function spellDemand({ key, text, open, available, callers, lacking, early }: Demand) {
  const sets = { callers: [...callers].sort(), lacking: [...lacking].sort(), early: [...early].sort() };
  return { key, text, ...sets, open: spellSet(open), available: spellSet(available) };
}

function byKey(a: { key: string }, b: { key: string }): number {
  return a.key.localeCompare(b.key);
}

function byInteraction(a: { interactionId: string }, b: { interactionId: string }): number {
  return a.interactionId.localeCompare(b.interactionId);
}

function spellSet(set: { walk(visit: (item: unknown, score: number, id: string) => boolean): void }) {
  const items: [string, number][] = [];
  set.walk((_item, score, id) => items.push([id, score]) > 0);
  return items;
}
