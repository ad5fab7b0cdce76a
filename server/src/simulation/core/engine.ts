import type { AcdEvent, Effect } from "../../acd/acd.ts";
import { type DrawnVisit, drawVisits } from "./draw-visits.ts";
import { sample } from "./distribution.ts";
import { composeEntry } from "./entries.ts";
import { EventHeap } from "./event-heap.ts";
import { edgesOf, midnightsOf } from "./intervals.ts";
import { createRandom } from "./random.ts";
import type { Answering, Scenario, SimulatedQueue } from "./scenario.ts";
import { Tally } from "./tally.ts";
import { WorkingAgent } from "./working-agent.ts";

/** The router that is simulated: the production's reducer on a board of its own. */
export interface SimulatedRouter {
  tell(event: AcdEvent, at: number): readonly Effect[];
  /** When it next has to look by itself, or null. */
  nextDeadline(): number | null;
}

/** Somebody in a queue, from entry to the end of the talk. */
interface Stay {
  visit: DrawnVisit;
  interactionId: string;
  enteredAt: number;
  isWaiting: boolean;
  offers: number;
  /** Queues that sent the caller on before this one: none of them gets the caller back. */
  leftQueues: readonly string[];
}

type Happening =
  | { type: "arrival"; visit: DrawnVisit; before: Stay | null }
  | { type: "leaving"; stay: Stay; cause: string }
  | { type: "answer"; offerId: string; isTaken: boolean }
  | { type: "hang-up"; stay: Stay; agentId: string }
  | { type: "wrapped-up"; agent: WorkingAgent; since: number }
  | { type: "shift"; agent: WorkingAgent; begins: boolean }
  | { type: "return"; agent: WorkingAgent; hold: number }
  | { type: "midnight"; day: string };

/** The router's words that the ledger has another word for. */
const ledgerCauses: Readonly<Record<string, string>> = { "max-wait": "maximum-wait" };
/** Who still waits so long after the period will not be served any more. */
const drainMs = 8 * 3_600_000;
/** A router that wakes up so often without getting on has a fault. */
const mostTicksAtOnce = 10_000;

/**
 * Runs the scenario once. Whatever happens comes from the seed, so that the same scenario, seed and router give
 * the same tally. `onProgress` hears a share from 0 to 1 now and then.
 */
export function simulate(
  scenario: Scenario,
  seed: number,
  router: SimulatedRouter,
  onProgress: (share: number) => void = () => {},
): Tally {
  return new Run(scenario, seed, router).run(onProgress);
}

class Run {
  private readonly scenario: Scenario;
  private readonly seed: number;
  private readonly router: SimulatedRouter;
  private readonly tally: Tally;
  private readonly queues: ReadonlyMap<string, SimulatedQueue>;
  private readonly agents = new Map<string, WorkingAgent>();
  private readonly stays = new Map<string, Stay>();
  private readonly heap = new EventHeap<Happening>();
  private readonly visits: readonly DrawnVisit[];
  private nextVisit = 0;
  private entered = 0;
  private now: number;

  constructor(scenario: Scenario, seed: number, router: SimulatedRouter) {
    const { from, to, intervalMinutes, zone, warmUpMs } = scenario;
    this.scenario = scenario;
    this.seed = seed;
    this.router = router;
    this.now = from - warmUpMs;
    this.tally = new Tally(edgesOf(from, to, intervalMinutes, zone));
    this.queues = new Map(scenario.queues.map((queue) => [queue.settings.queueId, queue]));
    this.visits = drawVisits(scenario, seed);
  }

  run(onProgress: (share: number) => void): Tally {
    this.open();
    const { from, to, warmUpMs } = this.scenario;
    let [steps, ticks] = [0, 0];
    for (;;) {
      const nextVisit = this.visits[this.nextVisit];
      const happeningAt = Math.min(nextVisit?.at ?? Infinity, this.heap.nextAt());
      const deadline = this.router.nextDeadline() ?? Infinity;
      const next = Math.min(happeningAt, deadline);
      if (next === Infinity || next > to + drainMs || (!nextVisit && this.isQuiet())) break;
      ticks = next > this.now ? 0 : ticks + 1;
      if (ticks > mostTicksAtOnce + this.visits.length) throw new Error("The router does not get on");
      this.now = Math.max(this.now, next);
      if (deadline <= happeningAt) this.tell({ type: "tick" });
      else if (nextVisit && nextVisit.at <= this.heap.nextAt()) this.takeVisit(nextVisit);
      else this.takeHappening();
      steps += 1;
      if (steps % 4_096 === 0) onProgress(Math.min(1, (this.now - from + warmUpMs) / (to - from + warmUpMs)));
    }
    return this.close();
  }

  /** Nothing more can come that would be counted. */
  private isQuiet(): boolean {
    if (this.stays.size > 0 || this.now < this.scenario.to) return false;
    return [...this.agents.values()].every(({ wrapUp }) => wrapUp === null);
  }

  private open(): void {
    const { from, to, zone, warmUpMs } = this.scenario;
    for (const { settings, serviceLevelMs, shortAbandonMs } of this.queues.values()) {
      this.tally.addQueue(settings.queueId, { serviceLevelMs, shortAbandonMs });
      // Announcements change nothing but the time that a run takes.
      this.tell({ type: "queue-set", settings: { ...settings, announceEveryMs: null } });
    }
    for (const agent of this.scenario.agents) {
      const { agentId, queues } = agent.profile;
      this.tally.addAgent(agentId, new Set(queues.map(({ queueId }) => queueId)));
      const working = new WorkingAgent(agent, this.tally);
      this.agents.set(agentId, working);
      this.tell({ type: "agent-set", ...agent.profile, routable: false, cause: "offline" });
      for (const shift of agent.shifts) {
        this.heap.add(Math.max(this.now, shift.from), { type: "shift", agent: working, begins: true });
        // Who is there at the end of the period stays until its last caller has left.
        if (shift.to < to) this.heap.add(shift.to, { type: "shift", agent: working, begins: false });
      }
    }
    for (const { at, day } of midnightsOf(from - warmUpMs, to, zone))
      this.heap.add(at, { type: "midnight", day });
  }

  private close(): Tally {
    for (const { visit, enteredAt, isWaiting } of this.stays.values())
      if (isWaiting) this.tally.visitWaitsOn(visit.entry.queueId, enteredAt);
    for (const agent of this.agents.values()) agent.update(Math.max(this.now, this.scenario.to));
    return this.tally;
  }

  private takeVisit(visit: DrawnVisit): void {
    this.nextVisit += 1;
    this.enter(visit, null);
  }

  private takeHappening(): void {
    const happening = this.heap.take()?.what;
    if (!happening) return;
    switch (happening.type) {
      case "arrival":
        return this.enter(happening.visit, happening.before);
      case "leaving":
        return this.leave(happening.stay, happening.cause);
      case "answer":
        return this.endRing(happening.offerId, happening.isTaken);
      case "hang-up":
        return this.hangUp(happening.stay, happening.agentId);
      case "wrapped-up":
        if (happening.agent.wrapUp?.since === happening.since)
          this.tell({ type: "wrap-up-finished", agentId: happening.agent.agentId });
        return;
      case "shift":
        return this.changeShift(happening.agent, happening.begins);
      case "return":
        return this.comeBack(happening.agent, happening.hold);
      case "midnight":
        return this.tell({ type: "day-began", day: happening.day });
    }
  }

  /** `before`: the stay in the queue that sent the caller on; their wait goes on from its beginning. */
  private enter(visit: DrawnVisit, before: Stay | null): void {
    const queue = this.queues.get(visit.entry.queueId);
    if (!queue) return;
    this.entered += 1;
    const interactionId = `c${this.entered}`;
    const enteredAt = before?.enteredAt ?? this.now;
    const leftQueues = before ? [...before.leftQueues, before.visit.entry.queueId] : [];
    const stay = { visit, interactionId, enteredAt, isWaiting: true, offers: 0, leftQueues };
    this.stays.set(interactionId, stay);
    this.tally.visitBegan(visit.entry.queueId, enteredAt);
    const { leaving } = visit;
    const leavesAt = Math.max(this.now, enteredAt + (leaving?.afterMs ?? 0));
    if (leaving) this.heap.add(leavesAt, { type: "leaving", stay, cause: leaving.cause });
    const entry = composeEntry(visit.entry, queue);
    this.tell({ type: "enqueued", ...entry, interactionId, enqueuedAt: enteredAt });
  }

  private leave(stay: Stay, cause: string): void {
    if (stay.isWaiting) this.tell({ type: "cancelled", interactionId: stay.interactionId, cause });
  }

  private endRing(offerId: string, isTaken: boolean): void {
    if (isTaken) this.tell({ type: "accepted", offerId });
    else this.tell({ type: "declined", offerId, cause: "declined" });
  }

  private hangUp(stay: Stay, agentId: string): void {
    const { visit, enteredAt, interactionId } = stay;
    this.stays.delete(interactionId);
    this.tally.talkEnded(visit.entry.queueId, enteredAt, visit.talkMs);
    const agent = this.agents.get(agentId);
    if (agent) agent.talked = { queueId: visit.entry.queueId, enteredAt, wrapUpMs: visit.wrapUpMs };
    this.tell({ type: "released", interactionId, agentId });
    this.comeAgain(stay, "answered");
  }

  private comeAgain(stay: Stay, after: "answered" | "not-answered"): void {
    const { next } = stay.visit;
    if (next?.after !== after) return;
    const before = next.keepsPlace ? stay : null;
    this.heap.add(this.now + next.gapMs, { type: "arrival", visit: next.visit, before });
  }

  private changeShift(agent: WorkingAgent, begins: boolean): void {
    agent.onShift = begins;
    if (begins) agent.isHeld = false;
    agent.update(this.now);
    const cause = begins ? "ready" : "offline";
    this.tell({ type: "agent-set", ...agent.agent.profile, routable: begins, cause });
  }

  private comeBack(agent: WorkingAgent, hold: number): void {
    if (!agent.isHeld || agent.holds !== hold) return;
    agent.isHeld = false;
    agent.update(this.now);
    if (agent.onShift) this.tell({ type: "agent-ready", agentId: agent.agentId });
  }

  private tell(event: AcdEvent): void {
    for (const effect of this.router.tell(event, this.now)) this.hear(effect);
  }

  private hear(effect: Effect): void {
    switch (effect.type) {
      case "offer":
        return this.ring(effect.offerId, effect.interactionId);
      case "accepted":
        return this.talk(effect.interactionId, effect.agentId);
      case "exit":
        return this.exit(effect.interactionId, effect.cause);
      case "engagement":
        return this.engage(effect);
      case "held":
        return this.hold(effect.agentId, effect.interactionId);
      default:
    }
  }

  /** What the agent will do is drawn for the caller and the attempt, whoever the agent is. */
  private ring(offerId: string, interactionId: string): void {
    const stay = this.stays.get(interactionId);
    const answering = stay && this.answeringOf(stay);
    if (!answering) return;
    stay.offers += 1;
    const random = createRandom(this.seed, stay.visit.number, stay.offers);
    const luck = random.next();
    if (luck < answering.noAnswer) return;
    const isTaken = luck >= answering.noAnswer + answering.decline;
    const at = this.now + Math.round(sample(answering.delay, random));
    this.heap.add(at, { type: "answer", offerId, isTaken });
  }

  private answeringOf({ visit }: Stay): Answering | undefined {
    return this.queues.get(visit.entry.queueId)?.behaviour.answering;
  }

  private talk(interactionId: string, agentId: string): void {
    const stay = this.stays.get(interactionId);
    if (!stay) return;
    stay.isWaiting = false;
    this.tally.visitEnded(stay.visit.entry.queueId, stay.enteredAt, "answered", this.now - stay.enteredAt);
    this.heap.add(this.now + stay.visit.talkMs, { type: "hang-up", stay, agentId });
  }

  private exit(interactionId: string, cause: string): void {
    const stay = this.stays.get(interactionId);
    if (!stay) return;
    stay.isWaiting = false;
    this.stays.delete(interactionId);
    const { visit, enteredAt, leftQueues } = stay;
    const { queueId } = visit.entry;
    this.tally.visitEnded(queueId, enteredAt, ledgerCauses[cause] ?? cause, this.now - enteredAt);
    const target = this.queues.get(queueId)?.overflow[cause];
    if (target === undefined) this.comeAgain(stay, "not-answered");
    else if (target !== queueId && !leftQueues.includes(target)) this.enter(sentOn(visit, target), stay);
  }

  private engage({ agentId, engagement, untilMs }: Extract<Effect, { type: "engagement" }>): void {
    const agent = this.agents.get(agentId);
    if (!agent) return;
    agent.engage(engagement, this.now);
    if (engagement !== "wrap-up" || !agent.talked) return;
    const { wrapUpMs } = agent.talked;
    agent.wrapUp = { ...agent.talked, since: this.now };
    if (this.now + wrapUpMs < (untilMs ?? Infinity))
      this.heap.add(this.now + wrapUpMs, { type: "wrapped-up", agent, since: this.now });
    agent.talked = null;
  }

  private hold(agentId: string, interactionId: string): void {
    const agent = this.agents.get(agentId);
    const stay = this.stays.get(interactionId);
    if (!agent) return;
    agent.isHeld = true;
    agent.holds += 1;
    agent.update(this.now);
    const random = createRandom(this.seed, stay?.visit.number ?? 0, stay?.offers ?? 0, 1);
    const away = stay && this.answeringOf(stay)?.returnAfter;
    const awayMs = away ? Math.round(sample(away, random)) : 0;
    this.heap.add(this.now + awayMs, { type: "return", agent, hold: agent.holds });
  }
}

/** The same caller for another queue: as they are known there, if they really were sent on to it. */
function sentOn(visit: DrawnVisit, queueId: string): DrawnVisit {
  const { next } = visit;
  if (next?.keepsPlace && next.visit.entry.queueId === queueId) return next.visit;
  return { ...visit, entry: { ...visit.entry, queueId }, next: null };
}
