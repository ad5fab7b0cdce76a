import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openLog } from "../base/log.ts";
import { CallbackSettings } from "../contract/queues.ts";
import type { CallerLeg, InboundCall, RingFailure } from "../telephony/telephony.ts";
import { openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { waitFor } from "../tests/rig/wait-for.ts";
import { askForCallback } from "./ask-for-callback.ts";
import { type Callbacks, openCallbacks } from "./callbacks.ts";
import { readCallback } from "./callbacks.postgres.ts";
import { openConversation } from "./conversation.ts";
import { ann, Line, Stage } from "./queue-stage.case.ts";
import type { CallbackRequest, KeptCallback, World } from "./world.ts";

const log = openLog("silent");
const minute = 60_000;
let database: TestDatabase;
let stage: Stage;
let queueId: string;
let keepers: Callbacks[] = [];
/** What becomes of the next calls to customers; a line answers. */
let customers: (Line | RingFailure)[] = [];
let dialed: string[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  stage = await Stage.open();
  queueId = randomUUID();
  const callback = CallbackSettings.parse({ offered: true, tries: 2, retryAfterMs: minute });
  await stage.addQueue(queueId, { callback });
  [customers, dialed] = [[], []];
});
afterEach(async () => {
  await Promise.all(keepers.map((keeper) => keeper.close()));
  keepers = [];
  await stage.acd.close();
});

async function openKeeper(nodeId = "a"): Promise<Callbacks> {
  const keeper = openCallbacks({ postgres: database.postgres, clock: stage.clock, log, nodeId });
  keepers.push(keeper);
  await keeper.start(worldOf(keeper));
  return keeper;
}

function worldOf(callbacks: Callbacks): World {
  const dialOut = ({ to }: { to: string }) => {
    dialed.push(to);
    const next = customers.shift();
    return { answered: next === undefined ? new Promise(() => undefined) : Promise.resolve(next) };
  };
  return {
    ...stage.world,
    callbacks,
    emergency: { ...stage.world.emergency, closes: () => false },
    directory: { ...stage.world.directory, number: () => null },
    ledger: {
      begin: () => ({ interactionId: randomUUID(), number: Promise.resolve(1) }),
      append: (_id: string, event: never) => stage.told.push(event),
    },
    telephony: { ...stage.world.telephony, dialOut },
  } as unknown as World;
}

const ask = (number: string): CallbackRequest => ({
  queueId,
  number,
  language: "en",
  priority: 0,
  ageMs: 0,
  requirement: null,
  originalInteractionId: randomUUID(),
  dialed: "+15550100",
  pressed: [],
  values: {},
  enqueuedAt: stage.clock.now() - minute,
});

async function kept(keeper: Callbacks, number: string): Promise<KeptCallback> {
  const callback = await keeper.keep(ask(number));
  keeper.enter(callback.id, Promise.resolve());
  await waitFor("the call back to wait", () => waitingNow() > 0);
  return callback;
}
const placesNow = () => stage.acd.queue(queueId)?.waiting ?? [];
const waitingNow = () => placesNow().length;
const stored = async ({ id }: KeptCallback) => (await readCallback(database.postgres, id))?.callback;
const becomes = (callback: KeptCallback, what: string, isSo: (now: KeptCallback) => boolean) =>
  waitFor(`the call back to be ${what}`, async () => {
    const now = await stored(callback);
    return now !== undefined && isSo(now) ? now : null;
  });
const idle = () => waitFor("the agent to be free", () => stage.acd.agent(ann)?.engagement === "idle" || null);
const busy: RingFailure = { cause: "declined", sipStatus: 486 };

function bridges(customer: Line): void {
  const done = () => Promise.resolve();
  stage.bridging = () =>
    Promise.resolve({
      bridgedAt: stage.clock.now(),
      ended: customer.ended.then((legEnd) => ({ by: "customer" as const, legEnd })),
      hold: done,
      resume: done,
      end: done,
    });
}

describe("a call back", () => {
  it.each(["agent", "customer"] as const)("is a talk when both are there, the %s first", async (first) => {
    stage.settings[queueId] = { callback: CallbackSettings.parse({ first }) };
    const keeper = await openKeeper();
    const callback = await kept(keeper, "+15550171");
    const customer = new Line();
    customers = [customer];
    bridges(customer);
    await stage.ready(ann, [queueId]);
    await becomes(callback, "talking", ({ state, servedAt }) => state === "done" && servedAt !== null);
    expect(dialed).toEqual(["+15550171"]);
    customer.end({ by: "remote", cause: "normal" });
    await idle();
    expect(stage.leftCauses()).toEqual(["answered"]);
    expect(stage.lines("interaction.ended")).toMatchObject([{ by: "customer", outcome: "answered" }]);
  });

  it("whose customer is not reached frees the agent, comes again after the pause, and fails after the last try", async () => {
    const keeper = await openKeeper();
    const callback = await kept(keeper, "+15550172");
    customers = [busy, busy];
    await stage.ready(ann, [queueId]);
    const tried = await becomes(callback, "tried", ({ tries }) => tries === 1);
    expect(tried).toMatchObject({ state: "waiting", lastCause: "busy", enqueuedAt: callback.enqueuedAt });
    await idle();
    expect(waitingNow()).toBe(0);
    stage.clock.advanceTo(tried.nextTryAt ?? 0);
    const failed = await becomes(callback, "given up", ({ state }) => state === "failed");
    expect(failed).toMatchObject({ tries: 2, endReason: "busy" });
    expect(stage.leftCauses()).toEqual(["not-reached", "not-reached"]);
    expect(stage.types()).not.toContain("wrap-up.started");
    expect(stage.lines("offer.ended").map(({ cause }) => cause)).toEqual(["customer-left", "customer-left"]);
  });

  it("expires where it stands", async () => {
    const keeper = await openKeeper();
    const callback = await kept(keeper, "+15550173");
    stage.clock.advanceTo(callback.expiresAt);
    await becomes(callback, "expired", ({ state }) => state === "expired");
    await waitFor("the queue to be empty", () => waitingNow() === 0);
    expect(stage.leftCauses()).toEqual(["expired"]);
  });

  it("waits outside while the queue is closed", async () => {
    stage.isOpen = false;
    const keeper = await openKeeper();
    const callback = await keeper.keep(ask("+15550174"));
    keeper.enter(callback.id, Promise.resolve());
    expect(keeper.shown(callback).closed).toBe(true);
    expect(waitingNow()).toBe(0);
    stage.isOpen = true;
    stage.clock.advance(minute);
    await waitFor("it to be in the queue", () => waitingNow() === 1);
  });

  it("is open once for a number and a queue", async () => {
    const keeper = await openKeeper();
    await kept(keeper, "+15550175");
    await expect(keeper.keep(ask("+15550175"))).rejects.toThrow(/open call back/);
  });
});

describe("several processes", () => {
  it("look after each call back once, and take over what a lost one held; the customer is called once", async () => {
    const [one, other] = [await openKeeper("a"), await openKeeper("b")];
    const callback = await kept(one, "+15550176");
    stage.clock.advance(6_000);
    await new Promise(setImmediate);
    expect(waitingNow()).toBe(1);
    await database.postgres.query("update callback set leased_until = now() - interval '1 second'");
    // As if the first were asleep: only the other one renews, and it takes what is free.
    await other.start(worldOf(other));
    await waitFor("the other to have it, too", () => waitingNow() === 2);
    const customer = new Line();
    customers = [customer];
    bridges(customer);
    await stage.ready(ann, [queueId]);
    await becomes(callback, "talking", ({ state }) => state === "done");
    expect(dialed).toEqual(["+15550176"]);
    customer.end({ by: "remote", cause: "normal" });
  });

  it("of the same node that starts again takes its own at once; what was being called has been tried", async () => {
    const former = await openKeeper("a");
    const callback = await kept(former, "+15550177");
    await former.close();
    await database.postgres.query("update callback set state = 'calling' where id = $1", [callback.id]);
    await openKeeper("a");
    expect(await stored(callback)).toMatchObject({ state: "waiting", tries: 1, lastCause: "restart" });
    await waitFor("it to be in the queue again", () => waitingNow() === 1);
    expect(placesNow()).toMatchObject([{ enqueuedAt: callback.enqueuedAt }]);
  });
});

/** A caller who presses these keys when asked. */
class Asked extends Line {
  readonly keys: string[];
  readonly heard: string[][] = [];
  constructor(keys: string[]) {
    super();
    this.keys = [...keys];
  }
  collect({ files }: { files: string[] }) {
    this.heard.push(files);
    const digits = this.keys.shift() ?? "";
    return Promise.resolve({ outcome: digits === "" ? "timeout" : "digits", digits, terminator: null });
  }
}

describe("the dialogue about a call back", () => {
  async function converse(from: string, keys: string[]) {
    const keeper = await openKeeper();
    const caller = new Asked(keys);
    const call = { from, to: "+15550100", source: "trunk", receivedAt: 0 } as InboundCall;
    const world = worldOf(keeper);
    const conversation = openConversation(call, caller as unknown as CallerLeg, world);
    const { signal } = new AbortController();
    const wish = { ...ask(from), requirement: null };
    const end = await askForCallback(conversation, wish, () => Promise.resolve(true), world, signal);
    return { end, caller, asked: stage.lines("callback.asked"), not: stage.lines("callback.not-asked") };
  }

  it("reads the caller's number digit by digit and takes a yes", async () => {
    const { end, caller, asked } = await converse("+15550181", ["1"]);
    expect(end).toBe("called-back");
    expect(asked).toMatchObject([{ number: "+15550181" }]);
    expect(caller.heard[0]).toEqual(
      ["callback-number", ..."15550181".split("").map((digit) => `number-${digit}`), "callback-confirm"].map(
        (id) => `en ${id}`,
      ),
    );
    expect(caller.said).toEqual(["en callback-goodbye"]);
  });

  it("asks for another number, refuses what can't be called, and reads back what was typed", async () => {
    const { asked, caller } = await converse("+15550182", ["2", "911", "0015550183", "1"]);
    expect(caller.said).toContain("en callback-wrong");
    expect(asked).toMatchObject([{ number: "+15550183" }]);
  });

  it("has a withheld number typed", async () => {
    const { asked, caller } = await converse("anonymous", ["0301234567", "1"]);
    expect(caller.heard[0]).toEqual(["en callback-enter"]);
    expect(asked).toMatchObject([{ number: "0301234567" }]);
  });

  it("lets the caller wait on who gives up or says nothing", async () => {
    expect(await converse("+15550184", ["*"])).toMatchObject({
      end: "waits-on",
      not: [{ cause: "gave-up" }],
    });
    expect(await converse("+15550185", [])).toMatchObject({ end: "waits-on" });
  });

  it("tells of the one that is on its way, and takes it back", async () => {
    await converse("+15550186", ["1"]);
    const { end, not } = await converse("+15550186", ["1", "2"]);
    expect({ end, not }).toMatchObject({ end: "waits-on", not: [{ cause: "taken-back" }] });
  });
});
