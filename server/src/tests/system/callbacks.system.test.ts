/** Calls back on the whole program: asked for by key, kept at their place, both orders of calling, tries, a crash. */
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import {
  callAgainLater,
  cancelCallback,
  changeCallbackNumber,
  hastenCallback,
  listCallbacks,
  readCallback,
} from "../../contract/callbacks.ts";
import type { Callback } from "../../contract/callbacks.ts";
import { readDesk, setStatus } from "../../contract/agent-desk.ts";
import type { LedgerEntry } from "../../contract/ledger.ts";
import { CallbackSettings } from "../../contract/queues.ts";
import { reportQueues } from "../../contract/reports.ts";
import { listTrunks, updateTrunk } from "../../contract/trunks.ts";
import { openTelephone, type Telephone } from "../rig/telephone.ts";
import { makeTone } from "../rig/tones.ts";
import { waitFor } from "../rig/wait-for.ts";
import { entries, type House, memberOnly, openHouse, type PhoneAgent } from "./house.ts";
import {
  agentHz,
  answerNext,
  callIn,
  customerHz,
  expectRecorded,
  hearEachOther,
  talkAWhile,
} from "./voices.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

let house: House;
let ann: PhoneAgent;
/** Whoever is called outside is called on this telephone. */
let customer: Telephone;

beforeAll(async () => {
  house = await openHouse();
  customer = await openTelephone({ number: "customer" });
  const { trunks } = await house.administrator.call(listTrunks);
  await house.administrator.call(updateTrunk, {
    params: { trunkId: trunks[0]?.id ?? "" },
    body: { outbound: { uri: `sip:127.0.0.1:${customer.port}` } },
  });
  ann = await house.agentWithPhone(0);
  await memberOnly(house, house.sales, [ann]);
});
afterAll(async () => {
  await customer.close();
  await house.close();
});

/** The queue calls back in this way, and the agent is away until the test says otherwise. */
async function arrange(settings: Partial<CallbackSettings> = {}, wrapUpMs = 0): Promise<void> {
  onTestFailed(() => {
    process.stderr.write(house.program.output().slice(-6_000));
  });
  const callback = CallbackSettings.parse({ offered: true, ...settings });
  await house.setQueue(house.sales.id, { callback, wrapUpMs });
  const { notReadyReasons: reasons } = await ann.client.call(readDesk);
  await ann.client.call(setStatus, { body: { status: "not-ready", reasonId: reasons[0]?.id ?? null } });
}

const waits = (from: string) => (ledger: LedgerEntry[]) =>
  entries(ledger, "interaction.started")[0]?.from === from && entries(ledger, "queue.entered").length > 0;

/** Calls, waits, presses 2 and confirms; the server says goodbye and hangs up. */
async function askToBeCalledBack(number: string): Promise<Callback> {
  const phone = await openTelephone({ number });
  closing.push(() => phone.close());
  const call = await callIn(house, phone);
  await house.interaction(`waits (${number})`, waits(number));
  await call.press("2");
  await call.press("1");
  await waitFor("the goodbye to be over", () => call.end, { timeoutMs: 15_000 });
  const open = await openCallbacks();
  return open.find((one) => one.number === number) as Callback;
}

async function openCallbacks(): Promise<Callback[]> {
  return (await house.administrator.call(listCallbacks, { query: { state: "open" } })).callbacks;
}

async function callbackBecomes(
  { id }: Callback,
  what: string,
  isExpected: (callback: Callback) => boolean,
): Promise<Callback> {
  return waitFor(`the call back to be ${what}`, async () => {
    const { callback } = await house.administrator.call(readCallback, { params: { callbackId: id } });
    return isExpected(callback) ? callback : null;
  });
}

describe("a call back, agent first", () => {
  it("keeps its place before later callers, reaches the customer, is recorded, and counted once", async () => {
    await arrange();
    const asked = await askToBeCalledBack("+15550171");
    expect(asked).toMatchObject({ state: "waiting", tries: 0, queueId: house.sales.id });
    const later = await openTelephone({ number: "+15550172" });
    closing.push(() => later.close());
    const laterCall = await callIn(house, later);
    await house.interaction("waits (the later one)", waits("+15550172"));

    await ann.ready();
    const offer = await ann.deskBecomes("offered the call back", (desk) => desk.offer !== null);
    expect(offer.offer?.card).toMatchObject({
      from: "+15550171",
      source: "callback",
      enqueuedAt: asked.enqueuedAt,
      callback: { callbackId: asked.id, tries: 0, first: "agent" },
    });
    const annsCall = await answerNext(ann);
    const called = await customer.nextCall();
    await ann.deskBecomes("calling the customer", (desk) => typeof desk.offer?.callingSince === "number");
    await called.answer();
    called.play(makeTone({ hz: customerHz, durationMs: 1_000 }));
    await talkAWhile(called, annsCall);
    await called.hangUp();
    const own = await house.interaction("is the call back's own, and over", (ledger) => {
      const [started] = entries(ledger, "interaction.started");
      return started?.source === "callback" && entries(ledger, "recording.stopped").length > 0;
    });
    expect(own.interaction).toMatchObject({
      direction: "outbound",
      outcome: "answered",
      from: "+15550171",
      callback: { id: asked.id, originalId: asked.originalInteractionId },
    });
    await expectRecorded(house, own, { toleranceMs: 600 });

    const second = await answerNext(ann); // only now is it the later caller's turn
    await hearEachOther(laterCall, second);
    await laterCall.hangUp();
    await callbackBecomes(asked, "done", ({ state }) => state === "done");
    const original = await house.interaction("was the original", (ledger) =>
      ledger.some(({ event }) => event.type === "callback.asked"),
    );
    expect(entries(original.ledger, "queue.left")).toMatchObject([{ cause: "callback" }]);
    expect(original.interaction).toMatchObject({ outcome: "callback", askedCallbackId: asked.id });
    const now = Date.now();
    const { totals } = await house.administrator.call(reportQueues, {
      query: { from: now - 3_600_000, to: now + 3_600_000, interval: "hour", queueId: house.sales.id },
    });
    expect(totals).toMatchObject([
      { offered: 2, answered: 1, abandoned: 0, flowedOut: 0, convertedToCallback: 1 },
    ]);
    expect(totals[0]?.callbacks).toMatchObject({ asked: 1, served: 1, open: 0 });
  });

  it("tries again when the customer does not answer; the agent is free at once, and nobody's fault", async () => {
    await arrange({}, 30_000);
    const asked = await askToBeCalledBack("+15550173");
    await ann.ready();
    const first = await answerNext(ann);
    (await customer.nextCall()).decline(486, "Busy Here");
    await waitFor("the agent's phone to be let go", () => first.end);
    const idle = await ann.deskBecomes("free", ({ state, offer }) => state === "idle" && offer === null);
    expect(idle).toMatchObject({ wrapUp: null, today: { missed: 0 } });
    const tried = await callbackBecomes(asked, "tried once", ({ tries }) => tries === 1);
    expect(tried).toMatchObject({ state: "waiting", lastCause: "busy", enqueuedAt: asked.enqueuedAt });
    expect(tried.nextTryAt).toBeGreaterThan(Date.now());

    const params = { callbackId: asked.id };
    await house.administrator.call(changeCallbackNumber, {
      params,
      body: { number: "+15550174", reason: "their mobile" },
    });
    const again = await answerNext(ann);
    const called = await customer.nextCall();
    expect(called.invite?.startLine).toContain("+15550174");
    await called.answer();
    called.play(makeTone({ hz: customerHz, durationMs: 1_000 }));
    await hearEachOther(called, again);
    await again.hangUp();
    await ann.deskBecomes("in wrap-up", ({ wrapUp }) => wrapUp?.card.callback?.callbackId === asked.id);
    const { interactionId } = ann.desk().wrapUp?.card ?? { interactionId: "" };
    const later = await ann.client.call(callAgainLater, { params: { interactionId } });
    expect(later).toMatchObject({ state: "waiting", tries: 1, lastCause: "voicemail", servedAt: null });
    await ann.finishWrapUp();
    await house.administrator.call(hastenCallback, { params, body: { first: true } });
    const third = await answerNext(ann);
    await (await customer.nextCall()).answer();
    await ann.deskBecomes("in the call", ({ call }) => call !== null);
    await third.hangUp();
    await ann.deskBecomes("in wrap-up again", ({ wrapUp }) => wrapUp !== null);
    await ann.finishWrapUp();
    await callbackBecomes(asked, "done", ({ state }) => state === "done");
  });
});

describe("a call back, customer first", () => {
  it("reserves the agent, calls the customer, and rings the agent at once when the customer answers", async () => {
    await arrange({ first: "customer" });
    const asked = await askToBeCalledBack("+15550175");
    await ann.ready();
    await ann.deskBecomes("reserved", ({ offer }) => typeof offer?.callingSince === "number");
    const called = await customer.nextCall();
    await called.answer();
    called.play(makeTone({ hz: customerHz, durationMs: 1_000 }));
    const annsCall = await answerNext(ann);
    await hearEachOther(called, annsCall);
    await annsCall.hangUp();
    await waitFor("the customer's call to end", () => called.end);
    await callbackBecomes(asked, "done", ({ state }) => state === "done");
  });
});

describe("the server is killed while a call back waits", () => {
  it("is still there, at its place, and served; one that was cancelled is not", async () => {
    await arrange();
    const asked = await askToBeCalledBack("+15550176");
    const other = await askToBeCalledBack("+15550177");
    await house.administrator.call(cancelCallback, {
      params: { callbackId: other.id },
      body: { reason: "called by somebody else" },
    });
    house.program.child.kill("SIGKILL");
    await house.program.exited;
    const next = await house.program.restart();
    closing.push(() => next.stop());
    onTestFailed(() => {
      process.stderr.write(next.output().slice(-6_000));
    });
    expect(await openCallbacks()).toMatchObject([
      { id: asked.id, state: "waiting", tries: 0, enqueuedAt: asked.enqueuedAt },
    ]);
    const later = await openTelephone({ number: "+15550178" });
    closing.push(() => later.close());
    const laterCall = await later.call({ to: "+15550100", at: next.sipUdp });
    await laterCall.answered();
    await laterCall.press("11");
    await ann.phone.register(next.sipUdp, { domain: "ringdown.local" });
    await ann.reconnect();
    await ann.ready();
    const annsCall = await answerNext(ann);
    const called = await customer.nextCall();
    await called.answer();
    called.play(makeTone({ hz: customerHz, durationMs: 1_000 }));
    await called.waitToHear(agentHz);
    await annsCall.hangUp();
    await callbackBecomes(asked, "done", ({ state }) => state === "done");
    await expect(
      house.administrator.call(hastenCallback, { params: { callbackId: asked.id }, body: {} }),
    ).rejects.toThrow(/has ended/);
  });
});
