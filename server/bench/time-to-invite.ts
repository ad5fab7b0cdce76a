/**
 * Time to offer with the telephone network on it: the router's door, telephony's `ringAgent`, the embedded SIP edge as a
 * process of its own, and desk phones in a third. The clock runs from the call to `enqueue` or `release` until the INVITE
 * is in the phone's hands: all of router, controller and edge.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Acd,
  defaultQueueSettings,
  type EventLog,
  oneCall,
  openMemoryLog,
  startAcd,
  type Waiting,
} from "../src/acd/acd.ts";
import { shippedMusic, startEmbeddedPair } from "../src/app/embedded-pair.ts";
import { systemClock } from "../src/base/clock.ts";
import { openLog } from "../src/base/log.ts";
import { readConfig } from "../src/config.ts";
import { plainTrunk } from "../src/telephony/directories.ts";
import { startTelephony, type Telephony } from "../src/telephony/telephony.ts";
import { percentiles, type Percentiles } from "./acd/percentiles.ts";
import { monotonicMs } from "./phone-bank/protocol.ts";
import { openPhoneBank, type PhoneBank } from "./phones.ts";

/** Samples of one kind, in milliseconds. */
export interface OfferTimes {
  /** Until the INVITE had reached the phone. */
  invited: Percentiles;
  /** Until the controller had written the INVITE to the SIP edge: what the product itself reports. */
  written: Percentiles;
}
export interface TimeToInvite {
  agents: number;
  waiting: number;
  entry: OfferTimes;
  freeing: OfferTimes;
}

const journal = openLog("silent");
const realm = "bench.local";
const password = "bank password";

/** Another log than the one in memory, and what is to happen once this controller has joined it. */
export interface InviteOptions {
  openLog?: () => Promise<EventLog>;
  onStarted?: () => Promise<void>;
}

/** One crowd: so many agents with registered phones, as many callers waiting. After a fifth more as a rehearsal. */
export async function measureTimeToInvite(
  agents: number,
  samples: number,
  { openLog: openOther, onStarted }: InviteOptions = {},
): Promise<TimeToInvite> {
  const dataDir = await mkdtemp(join(tmpdir(), "ringdown-bench-"));
  const closing: (() => Promise<void>)[] = [];
  try {
    const { telephony, bank } = await openPhoneNetwork(agents, dataDir, closing);
    const log = (await openOther?.()) ?? openMemoryLog(systemClock);
    closing.push(() => log.close());
    const acd = await startAcd({ nodeId: "bench", log, clock: systemClock, journal });
    closing.push(() => acd.close());
    await onStarted?.();
    const office = new Office(acd, telephony, bank, agents);
    await office.measureEntry(Math.ceil(samples / 5)); // three programs that have never done this before
    const entry = await office.measureEntry(samples);
    const freeing = await office.measureFreeing(samples);
    return { agents, waiting: agents, entry, freeing };
  } finally {
    for (const close of closing.reverse()) await close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function openPhoneNetwork(
  agents: number,
  dataDir: string,
  closing: (() => Promise<void>)[],
): Promise<{ telephony: Telephony; bank: PhoneBank }> {
  const config = readConfig({
    RINGDOWN_SIP_HOST: "127.0.0.1",
    RINGDOWN_SIP_PORT: "0",
    RINGDOWN_DATA_DIR: dataDir,
  });
  const pair = await startEmbeddedPair(config, { recordings: dataDir, music: shippedMusic }, journal);
  closing.push(() => pair.close());
  const telephony = startTelephony(
    {
      sip: pair.drachtio,
      media: { servers: pair.freeswitch },
      nodeId: "bench",
      realm,
      credentialKey: "k".repeat(32),
    },
    {
      clock: systemClock,
      log: journal,
      trunks: { list: () => [loopback], onChange: () => () => undefined },
      phones: { find: (username) => Promise.resolve({ personId: username, secret: { password } }) },
      people: { isStillAllowed: () => true },
    },
  );
  closing.push(() => telephony.close());
  await telephony.ready(15_000);
  const [, host = "", port = ""] = /^udp (\S+):(\d+)$/m.exec(pair.listening.join("\n")) ?? [];
  const bank = await openPhoneBank({
    registrar: { host, port: Number(port) },
    domain: realm,
    accounts: Array.from({ length: agents }, (_, index) => ({ username: agentName(index), password })),
    behaviour: { does: "ring" },
    mediaPort: 9, // nobody answers, nobody talks
  });
  closing.push(() => bank.close());
  return { telephony, bank };
}

const agentName = (index: number): string => `agent-${index}`;
/** The bank's address is trusted as a carrier's is: its phones need not sign in one by one. */
const loopback = { ...plainTrunk, id: "loopback", name: "Loopback", networks: ["127.0.0.1"] };

class Office {
  readonly #acd: Acd;
  readonly #telephony: Telephony;
  readonly #bank: PhoneBank;
  readonly #agents: number;
  readonly #times = { invited: [] as number[], written: [] as number[] };
  #isOpen = false;

  constructor(acd: Acd, telephony: Telephony, bank: PhoneBank, agents: number) {
    this.#acd = acd;
    this.#telephony = telephony;
    this.#bank = bank;
    this.#agents = agents;
  }

  /** Everybody is free; as many callers as agents wait in a queue that nobody serves. */
  async measureEntry(samples: number): Promise<OfferTimes> {
    await this.#open();
    const others = await this.#each(() => this.#enter("unstaffed"));
    for (let count = 0; count < samples; count += 1) {
      const started = monotonicMs();
      const { interactionId, agentId } = await this.#ring(await this.#enter("staffed"), started);
      await this.#acd.release(interactionId, agentId);
    }
    await Promise.all(others.map(({ interactionId }) => this.#acd.cancel(interactionId, "hung-up")));
    return this.#takeTimes();
  }

  /** Everybody talks, as many callers as agents wait for them; one talk after the other ends. */
  async measureFreeing(samples: number): Promise<OfferTimes> {
    await this.#open();
    const talks = await this.#each(async () => this.#accept(await this.#enter("staffed")));
    const line = await this.#each(() => this.#enter("staffed"));
    for (let count = 0; count < samples; count += 1) {
      const [talk, next] = [talks.shift(), line.shift()];
      if (!talk || !next) throw new Error("Nobody talks or waits");
      const started = monotonicMs();
      const [rung] = await Promise.all([
        this.#ring(next, started),
        this.#acd.release(talk.interactionId, talk.agentId),
      ]);
      talks.push(rung);
      line.push(await this.#enter("staffed"));
    }
    return this.#takeTimes();
  }

  async #open(): Promise<void> {
    if (this.#isOpen) return;
    this.#isOpen = true;
    const settings = { ...defaultQueueSettings, wrapUpMs: 0, ringTimeoutMs: 3_600_000 };
    for (const queueId of ["staffed", "unstaffed"]) await this.#acd.setQueue({ queueId, ...settings });
    const queues = [{ queueId: "staffed", priority: 0 }];
    await this.#each((index) => {
      const agentId = agentName(index);
      return this.#acd.setAgent({ agentId, routable: true, cause: "ready", queues, capacity: oneCall });
    });
  }

  #each<T>(work: (index: number) => Promise<T>): Promise<T[]> {
    return Promise.all(Array.from({ length: this.#agents }, (_, index) => work(index)));
  }

  #enter(queueId: string): Promise<Waiting> {
    const enqueuedAt = systemClock.now();
    return this.#acd.enqueue({
      interactionId: randomUUID(),
      queueId,
      channel: "voice",
      priority: 0,
      enqueuedAt,
    });
  }

  async #offerOf(waiting: Waiting): Promise<{ offerId: string; agentId: string }> {
    const step = await waiting.next();
    if (step.type !== "offer") throw new Error(`Instead of an offer came "${step.type}"`);
    return step;
  }

  async #accept(waiting: Waiting): Promise<{ interactionId: string; agentId: string }> {
    const { offerId, agentId } = await this.#offerOf(waiting);
    await this.#acd.accept(offerId);
    return { interactionId: waiting.interactionId, agentId };
  }

  /** As the story of a call does at an offer; the talk itself is left out, so that the phone stops ringing. */
  async #ring(waiting: Waiting, startedMs: number): Promise<{ interactionId: string; agentId: string }> {
    const { offerId, agentId } = await this.#offerOf(waiting);
    const caller = { name: "Bench", number: "+15550177" };
    const ring = this.#telephony.ringAgent({ personId: agentId, offerId, caller, ringTimeoutMs: 60_000 });
    this.#times.written.push(monotonicMs() - startedMs);
    this.#times.invited.push((await this.#bank.invited(offerId)) - startedMs);
    await this.#acd.accept(offerId);
    ring.cancel();
    await ring.answered;
    return { interactionId: waiting.interactionId, agentId };
  }

  #takeTimes(): OfferTimes {
    const { invited, written } = this.#times;
    const result = { invited: percentiles(invited), written: percentiles(written) };
    invited.length = 0;
    written.length = 0;
    return result;
  }
}
