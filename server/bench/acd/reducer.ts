import type { Board } from "../../src/acd/core/board.ts";
import { createBoard, nextDeadline } from "../../src/acd/core/board.ts";
import type { Effect } from "../../src/acd/core/effect.ts";
import type { AcdEvent } from "../../src/acd/core/event.ts";
import { reduce } from "../../src/acd/core/reduce.ts";
import { defaultQueueSettings, oneCall, type Ring } from "../../src/acd/core/settings.ts";
import { percentiles, type Percentiles } from "./percentiles.ts";

export interface ReducerResult {
  agents: number;
  waiting: number;
  events: number;
  eventsPerSecond: number;
  /** By the processor time that was used: what a core of one's own would do, on a machine that is shared. */
  eventsPerCpuSecond: number;
  /** Of one event, in milliseconds. */
  eventMs: Percentiles;
}

const queues = 20;
const queuesPerAgent = 3;
const talkMs = 300_000;

/**
 * A saturated center: as many callers wait as there are agents, everybody talks for five minutes, so that talks end
 * the more often the more agents there are. Over and over: a talk ends, wrap-up ends, the next caller is offered
 * and accepted, and another comes; some offers are declined and each tenth caller hangs up. The queues announce
 * positions every minute, with a tick for each. `isSkilled`: every caller asks for one of twenty combinations of
 * skills, every agent has some, and rings lower and drop what is asked for as the wait goes on.
 */
export function benchReducer(
  agents: number,
  { events = 300_000, isSkilled = false }: { events?: number; isSkilled?: boolean } = {},
): ReducerResult {
  const world = new World(agents, isSkilled);
  world.fill();
  world.work(Math.min(events / 4, 50_000));
  const samples = new Float64Array(events);
  world.times = { samples, count: 0 };
  const started = performance.now();
  const cpuBefore = process.cpuUsage();
  const done = world.work(events);
  const seconds = (performance.now() - started) / 1_000;
  const cpu = process.cpuUsage(cpuBefore);
  return {
    agents,
    waiting: world.board.callers.size,
    events: done,
    eventsPerSecond: Math.round(done / seconds),
    eventsPerCpuSecond: Math.round((done * 1e6) / (cpu.user + cpu.system)),
    eventMs: percentiles(samples.subarray(0, world.times.count)),
  };
}

const languages = ["zh", "en", "de", "es", "fr"];
const topics = ["billing", "returns", "technical", "sales"];
/** Twenty kinds: each language with each topic, at a proficiency. */
const requirements = languages.flatMap((language, one) =>
  topics.map((topic, other) => `language=${language} and ${topic}>=${3 + ((one + other) % 4)}`),
);
const rings: Ring[] = [
  { afterMs: 60_000, lowerBy: 2, drop: [], level: 1, borrowFrom: [] },
  { afterMs: 180_000, lowerBy: 4, drop: topics, level: 1, borrowFrom: [] },
  { afterMs: 600_000, lowerBy: 10, drop: ["*"], level: 1, borrowFrom: [] },
];

/** Two languages and two topics each, at proficiencies from 1 to 10. */
function skillsOf(agent: number): Record<string, number> {
  const pick = (names: string[], by: number): string => names[(agent * by + by) % names.length] ?? "";
  return {
    [`language=${pick(languages, 1)}`]: 5 + (agent % 6),
    [`language=${pick(languages, 3)}`]: 3 + (agent % 8),
    [pick(topics, 1)]: 1 + ((agent * 7) % 10),
    [pick(topics, 3)]: 1 + ((agent * 3) % 10),
  };
}

class World {
  readonly board: Board = createBoard();
  times: { samples: Float64Array; count: number } | null = null;
  private readonly agents: number;
  private readonly isSkilled: boolean;
  private now = 1_800_000_000_000;
  private lines = 0;
  private seed = 1;
  private callers = 0;
  private offers: { offerId: string; interactionId: string; agentId: string }[] = [];
  private talks: { interactionId: string; agentId: string }[] = [];
  private waitingIds: string[] = [];

  constructor(agents: number, isSkilled: boolean) {
    this.agents = agents;
    this.isSkilled = isSkilled;
  }

  fill(): void {
    for (let queue = 0; queue < queues; queue += 1) {
      const settings = { queueId: `q${queue}`, ...defaultQueueSettings, wrapUpMs: 5_000 };
      this.apply({
        type: "queue-set",
        settings: {
          ...settings,
          announceEveryMs: 60_000,
          maxWaitMs: 3_600_000,
          rings: this.isSkilled ? rings : [],
        },
      });
    }
    for (let agent = 0; agent < this.agents; agent += 1) this.addAgent(agent);
    for (let caller = 0; caller < 2 * this.agents; caller += 1) {
      this.pass((talkMs / this.agents) * this.chance());
      this.addCaller();
      while (this.offers.length > 0) this.answer(false);
    }
  }

  private addAgent(number: number): void {
    const memberships = Array.from({ length: queuesPerAgent }, (_, index) => ({
      queueId: `q${(number + index * 7) % queues}`,
      priority: index,
    }));
    const skills = this.isSkilled ? { skills: skillsOf(number) } : {};
    const profile = { routable: true, cause: "ready", queues: memberships, capacity: oneCall, ...skills };
    this.apply({ type: "agent-set", agentId: `agent-${number}`, ...profile });
  }

  private addCaller(): void {
    this.callers += 1;
    const interactionId = `interaction-${this.callers}`;
    const queueId = `q${this.callers % queues}`;
    const priority = this.callers % 7 === 0 ? 5 : 0;
    this.waitingIds.push(interactionId);
    this.apply({
      type: "enqueued",
      interactionId,
      queueId,
      channel: "voice",
      priority,
      enqueuedAt: this.now,
      ...(this.isSkilled ? { requirement: requirements[this.callers % requirements.length] ?? "" } : {}),
    });
  }

  /** Does about so many events; returns how many. */
  work(events: number): number {
    const before = this.lines;
    for (let round = 0; this.lines - before < events - 8; round += 1) {
      this.pass((talkMs / this.agents) * 2 * this.chance());
      const talk = this.talks[round % Math.max(1, this.talks.length)];
      if (talk) this.finish(talk, round % Math.max(1, this.talks.length));
      // One agent declines, not one after the other: nobody is declined by hundreds in the same moment.
      for (let offer = 0; this.offers.length > 0; offer += 1) this.answer(offer === 0 && round % 10 === 0);
      if (round % 10 === 5) this.hangUp(round);
      while (this.board.callers.size < this.agents) this.addCaller();
    }
    return this.lines - before;
  }

  /** From 0 to 1, the same each time (a linear congruential generator). */
  private chance(): number {
    this.seed = (Math.imul(this.seed, 1_664_525) + 1_013_904_223) >>> 0;
    return this.seed / 2 ** 32;
  }

  private pass(byMs: number): void {
    const until = this.now + byMs;
    for (let at = nextDeadline(this.board); at !== null && at <= until; at = nextDeadline(this.board)) {
      this.now = Math.max(this.now, at);
      this.apply({ type: "tick" });
    }
    this.now = until;
  }

  private finish(talk: { interactionId: string; agentId: string }, index: number): void {
    const last = this.talks.pop();
    if (last && last !== talk) this.talks[index] = last;
    this.apply({ type: "released", ...talk });
    this.apply({ type: "wrap-up-finished", agentId: talk.agentId });
  }

  private answer(declines: boolean): void {
    const offer = this.offers.pop();
    if (!offer) return;
    if (declines && this.offers.length === 0 && offer.interactionId.endsWith("3")) {
      this.apply({ type: "declined", offerId: offer.offerId, cause: "declined" });
    } else this.apply({ type: "accepted", offerId: offer.offerId });
  }

  /** Somebody in the middle of a queue; those who have left meanwhile are crossed off on the way. */
  private hangUp(round: number): void {
    while (this.waitingIds.length > 0) {
      const index = (round * 7919) % this.waitingIds.length;
      const interactionId = this.waitingIds[index] ?? "";
      this.waitingIds[index] = this.waitingIds.at(-1) ?? "";
      this.waitingIds.pop();
      if (!this.board.callers.has(interactionId)) continue;
      this.apply({ type: "cancelled", interactionId, cause: "hung-up" });
      return;
    }
  }

  private apply(event: AcdEvent): void {
    this.lines += 1;
    const line = { session: "bench/1", line: this.lines, at: this.now, event };
    if (!this.times) return this.see(reduce(this.board, line));
    const started = performance.now();
    const effects = reduce(this.board, line);
    this.times.samples[this.times.count++] = performance.now() - started;
    this.see(effects);
  }

  private see(effects: Effect[]): void {
    for (const effect of effects) {
      if (effect.type === "offer") this.offers.push(effect);
      else if (effect.type === "accepted") this.talks.push(effect);
    }
  }
}
