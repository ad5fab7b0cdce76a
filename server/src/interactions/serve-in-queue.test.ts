import { afterEach, describe, expect, it } from "vitest";
import {
  type Acd,
  defaultQueueSettings,
  type EventLog,
  oneCall,
  openMemoryLog,
  startAcd,
} from "../acd/acd.ts";
import { type Agents, openAgents } from "../agents/agents.ts";
import { createManualClock, type ManualClock } from "../base/clock.manual.ts";
import { Failure } from "../base/failure.ts";
import { openLog } from "../base/log.ts";
import type { LedgerEvent } from "../contract/ledger.ts";
import { QueueSettings } from "../contract/queues.ts";
import type { AgentLeg, Bridge, BridgeEnd, CallerLeg, InboundCall, LegEnd } from "../telephony/telephony.ts";
import { waitFor } from "../tests/rig/wait-for.ts";
import { openConversation } from "./conversation.ts";
import { type Desks, openDesks } from "./desks.ts";
import { serveInQueue } from "./serve-in-queue.ts";
import type { World } from "./world.ts";

const ann = "00000000-0000-4000-8000-000000000001";
const log = openLog("silent");

/**
 * Lines that do what the test says at the moment that it chooses: faults that no real line produces on demand.
 * Router, agents and desks are the real ones.
 */
class Line {
  readonly signal: AbortSignal;
  readonly ended: Promise<LegEnd>;
  readonly #ending = new AbortController();
  #resolveEnded: (end: LegEnd) => void = () => undefined;
  readonly personId: string;
  readonly answeredAt = 0;
  readonly channelId = crypto.randomUUID();
  constructor(personId = "") {
    this.personId = personId;
    this.signal = this.#ending.signal;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
  }
  end(end: LegEnd): void {
    if (this.signal.aborted) return;
    this.#ending.abort(end);
    this.#resolveEnded(end);
  }
  hangUp(): Promise<void> {
    this.end({ by: "local", cause: "normal" });
    return Promise.resolve();
  }
  onDigit(): () => void {
    return () => undefined;
  }
  /** Speaks until the test says so. */
  saying: Promise<void> = Promise.resolve();
  async play() {
    await this.saying;
    return { outcome: this.signal.aborted ? ("ended" as const) : ("played" as const), digits: "" };
  }
  startMusic() {
    const announce = () => Promise.resolve({ outcome: "played" as const, digits: "" });
    return { announce, stop: () => Promise.resolve() };
  }
}

class Stage {
  readonly clock: ManualClock;
  readonly acd: Acd;
  readonly agents: Agents;
  readonly desks: Desks;
  readonly caller = new Line();
  readonly told: LedgerEvent[] = [];
  /** The agents' legs, in the order of the answers. */
  readonly legs: Line[] = [];
  /** Whose browser is connected to the SIP edge. */
  readonly softphones = new Set<string>([ann]);
  records = false;
  /** When the agents answer. */
  answers: () => Promise<void> = () => Promise.resolve();
  pickUp: () => void = () => undefined;
  /** What the media server makes of the next bridge. */
  bridging: () => Promise<Bridge> = () => Promise.reject(new Failure("unavailable", "not set"));
  readonly world: World;
  /** While it is pending, nothing new gets into the router's log. */
  gate = Promise.resolve();

  private constructor(clock: ManualClock, acd: Acd, agents: Agents) {
    this.clock = clock;
    this.acd = acd;
    this.agents = agents;
    this.desks = openDesks({
      clock,
      agents,
      queueIdsOf: () => ["sales"],
      phoneOf: () => ({ registered: true, kind: "softphone" }),
      today: () => ({ handled: 0, missed: 0, talkMs: 0, holdMs: 0, wrapUpMs: 0, averageHandleMs: null }),
      publish: () => undefined,
    });
    this.world = this.#makeWorld();
  }

  static async open(): Promise<Stage> {
    const clock = createManualClock();
    const memory = openMemoryLog(clock);
    const gated: EventLog = {
      ...memory,
      append: (entry) => stage?.gate.then(() => memory.append(entry)) ?? memory.append(entry),
    };
    let stage: Stage | null = null;
    const acd = await startAcd({ nodeId: "n", log: gated, clock, journal: log });
    const agents = await openAgents(clock, {
      load: () => Promise.resolve([]),
      save: () => Promise.resolve(),
    });
    await acd.setQueue({ ...defaultQueueSettings, queueId: "sales", wrapUpMs: 0 });
    stage = new Stage(clock, acd, agents);
    await stage.ready(ann);
    return stage;
  }

  async ready(agentId: string): Promise<void> {
    this.agents.setPerson(agentId, true);
    this.agents.setConnected(agentId, true);
    const queues = [{ queueId: "sales", priority: 0 }];
    await this.acd.setAgent({ agentId, routable: true, cause: "ready", queues, capacity: oneCall });
  }

  #makeWorld(): World {
    const noLine = { onRegistered: () => () => undefined, onUnregistered: () => () => undefined };
    const settingsNow = () => QueueSettings.parse({ record: this.records, announcePosition: false });
    return {
      clock: this.clock,
      log,
      acd: this.acd,
      agents: this.agents,
      desks: this.desks,
      ledger: {
        begin: () => ({ interactionId: "i1", number: Promise.resolve(1) }),
        append: (_id: string, event: LedgerEvent) => this.told.push(event),
      },
      directory: {
        number: () => null,
        publishedFlow: () => null,
        queue: () => ({ name: "Sales", settings: settingsNow() }),
      },
      prompts: { music: () => "music", files: () => [], resolve: () => ({ files: [], missing: [] }) },
      customers: { attributesOf: () => Promise.resolve({}) },
      hours: { isOpen: () => true, closesAt: () => null, on: () => () => undefined },
      lastAgent: () => Promise.resolve(null),
      earlierCalls: () => Promise.resolve([]),
      telephony: {
        registrar: { ...noLine, devicesOf: (id: string) => (this.softphones.has(id) ? ["softphone"] : []) },
        ringAgent: ({ personId }: { personId: string }) => {
          const answered = this.answers().then(() => {
            const leg = new Line(personId);
            this.legs.push(leg);
            return leg as unknown as AgentLeg;
          });
          return {
            invitedAt: this.clock.now(),
            ringing: Promise.resolve(true),
            answered,
            cancel: () => undefined,
          };
        },
        bridge: () => this.bridging(),
      },
    } as unknown as World;
  }

  serve(maxWaitMs?: number) {
    const call = { from: "+15550111", to: "+15550100", source: "trunk", receivedAt: 0 } as InboundCall;
    const conversation = openConversation(call, this.caller as unknown as CallerLeg, this.world);
    const visit = { queueId: "sales", priority: 0, ...(maxWaitMs === undefined ? {} : { maxWaitMs }) };
    return serveInQueue(conversation, visit, this.world);
  }

  /** A bridge that ends with one of its legs. */
  joined(leg: () => Line | undefined): Bridge {
    const endings: Promise<BridgeEnd>[] = [
      this.caller.ended.then((legEnd) => ({ by: "customer", legEnd })),
      leg()?.ended.then((legEnd): BridgeEnd => ({ by: "agent", legEnd })) ?? new Promise(() => undefined),
    ];
    const done = () => Promise.resolve();
    return { bridgedAt: this.clock.now(), ended: Promise.race(endings), hold: done, resume: done, end: done };
  }

  types(): string[] {
    return this.told.map(({ type }) => type);
  }
  leftCauses(): string[] {
    return this.told.flatMap((event) => (event.type === "queue.left" ? [event.cause] : []));
  }
  /** Resolves when the ledger has that many lines of this type. */
  async untilTold(type: LedgerEvent["type"], count = 1): Promise<void> {
    await waitFor(`${count} lines ${type}`, () => this.types().filter((one) => one === type).length >= count);
  }
}

let stage: Stage;
const opened = async () => (stage = await Stage.open());
afterEach(() => stage.acd.close());
const engagementOf = (agentId: string) => stage.acd.agent(agentId)?.engagement;

describe("a caller in a queue", () => {
  it("is not thrown out for the flow's maximum wait when they come back after a long talk", async () => {
    await opened();
    stage.bridging = () => Promise.resolve(stage.joined(() => stage.legs.at(-1)));
    const serving = stage.serve(60_000);
    await stage.untilTold("talk.started");
    stage.clock.advance(300_000);
    stage.legs[0]?.end({ by: "system", cause: "media-lost" });
    await stage.untilTold("queue.returned");
    await waitFor("the caller to wait again", () => stage.acd.explainWaiting("i1"));
    stage.clock.advance(59_000);
    expect(stage.acd.explainWaiting("i1")).not.toBeNull();
    stage.clock.advance(2_000);
    expect(await serving).toBe("max-wait");
  });

  it("has not been answered by an agent who was lost before the bridge", async () => {
    await opened();
    stage.bridging = () => Promise.reject(new Failure("gone", "The agent has left"));
    const serving = stage.serve();
    await stage.untilTold("queue.returned");
    expect(stage.leftCauses()).toEqual([]);
    stage.caller.end({ by: "remote", cause: "normal" });
    expect(await serving).toBe("hung-up");
    expect(stage.leftCauses()).toEqual(["abandoned"]);
  });

  it("has been answered when they leave between the agent's answer and the bridge", async () => {
    await opened();
    stage.bridging = () => {
      stage.caller.end({ by: "remote", cause: "normal" });
      return Promise.reject(new Failure("gone", "The customer has left"));
    };
    expect(await stage.serve()).toBe("answered");
    expect(stage.leftCauses()).toEqual(["answered"]);
  });

  it("is taken back when the agent's tab was closed between the answer and the bridge", async () => {
    await opened();
    stage.bridging = () => {
      stage.softphones.delete(ann);
      stage.agents.setConnected(ann, false);
      return Promise.resolve(stage.joined(() => stage.legs.at(-1)));
    };
    void stage.serve();
    await stage.untilTold("queue.returned");
    expect(stage.told).toContainEqual({ type: "agent.lost", agentId: ann, cause: "tab-closed" });
  });

  it("who hangs up does not wait for a router that has lost its log, and nobody stays busy with them", async () => {
    await opened();
    stage.answers = () => new Promise((resolve) => (stage.pickUp = resolve));
    const serving = stage.serve();
    await stage.untilTold("offer.made");
    let thaw: () => void = () => undefined;
    stage.gate = new Promise((resolve) => (thaw = resolve));
    stage.pickUp();
    await waitFor("the answer", () => stage.legs[0]);
    stage.caller.end({ by: "remote", cause: "normal" });
    await waitFor("a timer", () => stage.clock.nextTimerAt());
    stage.clock.advance(1_500);
    expect(await serving).toBe("hung-up");
    expect(stage.leftCauses()).toEqual(["abandoned"]);
    thaw();
    await waitFor("the agent to be free", () => engagementOf(ann) === "idle");
    expect(stage.legs[0]?.signal.aborted).toBe(true);
  });

  it.each([
    ["media-lost", "abandoned"],
    ["shutdown", "system"],
  ] as const)("whose leg the system ends with %s has left the queue as %s", async (cause, left) => {
    await opened();
    stage.answers = () => new Promise(() => undefined);
    const serving = stage.serve();
    await stage.untilTold("offer.made");
    stage.caller.end({ by: "system", cause });
    expect(await serving).toBe("hung-up");
    expect(stage.leftCauses()).toEqual([left]);
  });

  it("is told of the recording before they wait: no answer, however quick, cuts that off", async () => {
    await opened();
    stage.records = true;
    let said: () => void = () => undefined;
    stage.caller.saying = new Promise((resolve) => (said = resolve));
    stage.answers = () => new Promise(() => undefined);
    const serving = stage.serve();
    await new Promise(setImmediate);
    expect(stage.types()).not.toContain("queue.entered");
    said();
    await stage.untilTold("offer.made");
    stage.caller.end({ by: "remote", cause: "normal" });
    expect(await serving).toBe("hung-up");
  });

  it("leaves nothing behind when a fault of ours breaks the visit", async () => {
    await opened();
    stage.bridging = () => Promise.reject(new TypeError("a bug"));
    await expect(stage.serve()).rejects.toThrow("a bug");
    await waitFor("the agent to be free", () => engagementOf(ann) === "idle");
    expect(stage.legs[0]?.signal.aborted).toBe(true);
    expect(stage.leftCauses()).toEqual(["system"]);
    expect(stage.desks.desk(ann)).toMatchObject({ offer: null, call: null });
  });

  it("does not keep the agent when the queue to come back to is gone", async () => {
    await opened();
    stage.bridging = () => Promise.resolve(stage.joined(() => stage.legs.at(-1)));
    const serving = stage.serve();
    await stage.untilTold("talk.started");
    await stage.acd.removeQueue("sales");
    stage.legs[0]?.end({ by: "system", cause: "media-lost" });
    await expect(serving).rejects.toThrow(Failure);
    await waitFor("the agent to be free", () => engagementOf(ann) === "idle");
    expect(stage.leftCauses()).toEqual(["answered", "system"]);
  });
});

describe("hold", () => {
  it("pressed twice is told once, and not at all after the end", async () => {
    await opened();
    let hold: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (hold = resolve));
    const bridge = { ...stage.joined(() => undefined), hold: () => held };
    stage.bridging = () => Promise.resolve(bridge);
    const serving = stage.serve();
    await stage.untilTold("talk.started");
    const control = stage.desks.control(ann, "i1");
    const presses = [control.setHold(true), control.setHold(true)];
    stage.caller.end({ by: "remote", cause: "normal" });
    await serving;
    hold();
    await Promise.all(presses);
    expect(stage.types()).not.toContain("hold.started");
  });
});
