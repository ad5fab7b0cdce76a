import {
  type Acd,
  defaultQueueSettings,
  type EventLog,
  oneCall,
  startAcd,
  type Waiting,
} from "../../src/acd/acd.ts";
import { systemClock } from "../../src/base/clock.ts";
import { openLog } from "../../src/base/log.ts";
import { percentiles, type Percentiles } from "./percentiles.ts";

export interface TimeToOfferResult {
  agents: number;
  waiting: number;
  /** From `enqueue` to the offer in the caller's hands, with free agents and others waiting elsewhere. */
  onEntryMs: Percentiles;
  /** From `release` to the offer in the hands of the caller who waited longest, with everybody busy. */
  onFreeingMs: Percentiles;
}

/**
 * Through the door, as the program uses it: the log, the reducer, the effects made final, the steps told. `onStarted`
 * runs once this controller has joined: who joins afterwards does not lead.
 */
export async function benchTimeToOffer(
  log: EventLog,
  agents: number,
  samples: number,
  onStarted: () => Promise<void> = () => Promise.resolve(),
): Promise<TimeToOfferResult> {
  const acd = await startAcd({ nodeId: "bench", log, clock: systemClock, journal: openLog("silent") });
  try {
    await onStarted();
    const world = new World(acd, agents);
    await world.fill();
    const onEntry = await world.measureEntry(samples);
    const onFreeing = await world.measureFreeing(samples);
    const waiting = acd.board().queues.reduce((sum, queue) => sum + queue.waiting.length, 0);
    return { agents, waiting, onEntryMs: percentiles(onEntry), onFreeingMs: percentiles(onFreeing) };
  } finally {
    await acd.close();
  }
}

class World {
  private readonly acd: Acd;
  private readonly agents: number;
  private callers = 0;
  private readonly line: Waiting[] = [];

  constructor(acd: Acd, agents: number) {
    this.acd = acd;
    this.agents = agents;
  }

  /** "quiet" has free agents and nobody waits; "busy" has as many waiting as there are agents, who all talk. */
  async fill(): Promise<void> {
    for (const queueId of ["quiet", "busy"]) {
      await this.acd.setQueue({ queueId, ...defaultQueueSettings, wrapUpMs: 0, ringTimeoutMs: 3_600_000 });
    }
    const numbers = Array.from({ length: this.agents }, (_, index) => index);
    await Promise.all(
      numbers.flatMap((number) => ["quiet", "busy"].map((queue) => this.hire(queue, number))),
    );
    await Promise.all(numbers.map(async () => this.talk(await this.enter("busy"))));
    for (const each of await Promise.all(numbers.map(() => this.enter("busy")))) this.line.push(each);
  }

  private hire(queueId: string, number: number): Promise<void> {
    const queues = [{ queueId, priority: 0 }];
    const agentId = `${queueId}-${number}`;
    return this.acd.setAgent({ agentId, routable: true, cause: "ready", queues, capacity: oneCall });
  }

  private enter(queueId: string): Promise<Waiting> {
    this.callers += 1;
    const interactionId = `interaction-${this.callers}`;
    const enqueuedAt = systemClock.now();
    return this.acd.enqueue({ interactionId, queueId, channel: "voice", priority: 0, enqueuedAt });
  }

  private async talk(
    waiting: Waiting,
  ): Promise<{ interactionId: string; agentId: string; offeredAt: number }> {
    const step = await waiting.next();
    const offeredAt = performance.now();
    if (step.type !== "offer") throw new Error(`Instead of an offer came "${step.type}"`);
    await this.acd.accept(step.offerId);
    return { interactionId: waiting.interactionId, agentId: step.agentId, offeredAt };
  }

  async measureEntry(samples: number): Promise<number[]> {
    const times: number[] = [];
    for (let count = 0; count < samples; count += 1) {
      const started = performance.now();
      const { interactionId, agentId, offeredAt } = await this.talk(await this.enter("quiet"));
      times.push(offeredAt - started);
      await this.acd.release(interactionId, agentId);
    }
    return times;
  }

  async measureFreeing(samples: number): Promise<number[]> {
    const times: number[] = [];
    const talks = this.acd.board().agents.filter(({ engagement }) => engagement === "busy");
    for (let count = 0; count < samples; count += 1) {
      const agent = talks[count % talks.length];
      const next = this.line.shift();
      const interactionId = agent?.interactionIds[0];
      if (!agent || !next || interactionId === undefined) throw new Error("Nobody talks or waits");
      const started = performance.now();
      const [talk] = await Promise.all([this.talk(next), this.acd.release(interactionId, agent.agentId)]);
      times.push(talk.offeredAt - started);
      agent.interactionIds = [talk.interactionId];
      this.line.push(await this.enter("busy"));
    }
    return times;
  }
}
