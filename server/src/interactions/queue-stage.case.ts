/** A stage for callers in queues: router, agents and desks are the real ones; lines do what the test says. */
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
import type { Flow } from "../contract/flow.ts";
import type { LedgerEvent } from "../contract/ledger.ts";
import { QueueSettings } from "../contract/queues.ts";
import type { AgentLeg, Bridge, BridgeEnd, CallerLeg, InboundCall, LegEnd } from "../telephony/telephony.ts";
import { waitFor } from "../tests/rig/wait-for.ts";
import { openConversation } from "./conversation.ts";
import { type Desks, openDesks } from "./desks.ts";
import { handleCall } from "./handle-call.ts";
import type { Onward } from "./overflow.ts";
import type { QueueVisit } from "./queue-place.ts";
import { serveInQueue } from "./serve-in-queue.ts";
import type { World } from "./world.ts";

export const ann = "00000000-0000-4000-8000-000000000001";
const log = openLog("silent");
type SpokenPrompt = Parameters<World["prompts"]["resolve"]>[0][number];

/**
 * Lines that do what the test says at the moment that it chooses: faults that no real line produces on demand.
 * Router, agents and desks are the real ones.
 */
export class Line {
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
  /** What was said without music. */
  readonly said: string[] = [];
  async play(files: string[] = []) {
    this.said.push(...files);
    await this.saying;
    return { outcome: this.signal.aborted ? ("ended" as const) : ("played" as const), digits: "" };
  }
  clearDigits(): void {}
  /** What was said over music, announcement by announcement. */
  readonly announced: string[][] = [];
  /** How long an announcement takes. */
  announcing: Promise<void> = Promise.resolve();
  startMusic() {
    const announce = async (files: string[]) => {
      this.announced.push(files);
      await this.announcing;
      return { outcome: "played" as const, digits: "" };
    };
    return { announce, stop: () => Promise.resolve() };
  }
}

export class Stage {
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
  /** The queues' settings, but for what suits all tests. */
  readonly settings: Record<string, Partial<QueueSettings>> = { sales: {} };
  /** What is published; the number leads to "first". */
  readonly flows: Record<string, Flow> = {};
  attributes: Record<string, string> = {};
  /** Who had the caller last, as the database says. */
  lastAgent: () => Promise<string | null> = () => Promise.resolve(null);
  isOpen = true;
  closesAt: number | null = null;
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

  async ready(agentId: string, queueIds: string[] = ["sales"]): Promise<void> {
    this.agents.setPerson(agentId, true);
    this.agents.setConnected(agentId, true);
    const queues = queueIds.map((queueId) => ({ queueId, priority: 0 }));
    await this.acd.setAgent({ agentId, routable: true, cause: "ready", queues, capacity: oneCall });
  }

  #makeWorld(): World {
    const noLine = { onRegistered: () => () => undefined, onUnregistered: () => () => undefined };
    const settingsOf = (queueId: string) => {
      const usual = { record: this.records, announcePosition: false };
      return { ...QueueSettings.parse(usual), ...this.settings[queueId] };
    };
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
        number: () => ({ id: "n1", flowId: "first" }),
        publishedFlow: (id: string) => {
          const flow = this.flows[id];
          return flow === undefined ? null : { version: 1, flow };
        },
        queue: (id: string) =>
          Object.hasOwn(this.settings, id) ? { name: id, settings: settingsOf(id) } : null,
      },
      prompts: {
        music: () => "music",
        files: (ids: string[], language: string) => ids.map((id) => `${language} ${id}`),
        resolve: (spoken: SpokenPrompt[]) => ({
          files: spoken.map(
            ({ ref, language }) => `${language} ${"prompt" in ref ? ref.prompt : ref.upload}`,
          ),
          missing: [],
        }),
      },
      customers: {
        attributesOf: () => Promise.resolve(this.attributes),
        find: () => Promise.resolve(null),
      },
      hours: { isOpen: () => this.isOpen, closesAt: () => this.closesAt, on: () => () => undefined },
      lastAgent: () => this.lastAgent(),
      earlierCalls: () => Promise.resolve([]),
      emergency: {
        at: () => null,
        during: async (_: unknown, stay: () => Promise<unknown>) => ({
          result: await stay(),
          isSentAway: false,
        }),
      },
      recordings: { openVoicemail: () => Promise.resolve({ ok: false, events: [] }) },
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
        /** Whoever is called outside is busy. */
        dialOut: () => ({ answered: Promise.resolve({ cause: "busy" }) }),
      },
    } as unknown as World;
  }

  async addQueue(queueId: string, settings: Partial<QueueSettings> = {}): Promise<void> {
    this.settings[queueId] = settings;
    await this.acd.setQueue({ ...defaultQueueSettings, queueId, wrapUpMs: 0 });
  }

  serve(changes: Partial<QueueVisit> = {}, onward?: Onward) {
    const call = { from: "+15550111", to: "+15550100", source: "trunk", receivedAt: 0 } as InboundCall;
    const conversation = openConversation(call, this.caller as unknown as CallerLeg, this.world);
    return serveInQueue(conversation, { queueId: "sales", priority: 0, ...changes }, this.world, onward);
  }

  /** The whole call, by the number's flow. */
  handle(): Promise<void> {
    const call = {
      id: "call",
      from: "+15550111",
      to: "+15550100",
      toForms: ["+15550100"],
      source: "trunk",
      receivedAt: 0,
      answer: () => Promise.resolve(this.caller as unknown as CallerLeg),
    };
    return handleCall(call as unknown as InboundCall, this.world);
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
  /** Lines of one type, typed. */
  lines<T extends LedgerEvent["type"]>(type: T): Extract<LedgerEvent, { type: T }>[] {
    return this.told.filter((event): event is Extract<LedgerEvent, { type: T }> => event.type === type);
  }
  leftCauses(): string[] {
    return this.told.flatMap((event) => (event.type === "queue.left" ? [event.cause] : []));
  }
  /** Resolves when the ledger has that many lines of this type. */
  async untilTold(type: LedgerEvent["type"], count = 1): Promise<void> {
    await waitFor(`${count} lines ${type}`, () => this.types().filter((one) => one === type).length >= count);
  }
}
