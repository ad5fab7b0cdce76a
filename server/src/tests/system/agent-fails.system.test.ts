/** An agent who doesn't answer, declines, or leaves while it rings: the caller goes on to the next one. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { declineOffer, readDesk, setStatus } from "../../contract/agent-desk.ts";
import { openTelephone, type Telephone } from "../rig/telephone.ts";
import { waitFor } from "../rig/wait-for.ts";
import { entries, hasEnded, type House, openHouse, type PhoneAgent } from "./house.ts";

let house: House;
let ann: PhoneAgent;
let ben: PhoneAgent;
let caller: Telephone;

beforeAll(async () => {
  house = await openHouse();
  await house.setQueue(house.sales.id, { ringTimeoutMs: 3_000 });
  ann = await house.agentWithPhone(0);
  ben = await house.agentWithPhone(1);
  caller = await openTelephone({ number: "+15550177" });
});
afterAll(async () => {
  await caller.close();
  await house.close();
});

/** Ann has been idle longest, so that she is asked first. */
beforeEach(async () => {
  for (const agent of [ann, ben]) await takeOut(agent);
  await ann.ready();
  await ben.ready();
});

async function takeOut(agent: PhoneAgent): Promise<void> {
  const { notReadyReasons } = await agent.client.call(readDesk);
  const reasonId = notReadyReasons[0]?.id;
  await agent.client.call(setStatus, { body: { status: "not-ready", reasonId } });
  await agent.deskBecomes("not ready", ({ state }) => state === "not-ready");
}

async function callSales() {
  const call = await caller.call({ to: "+15550100", at: house.program.sipUdp });
  await call.answered();
  await call.press("11");
  return call;
}
async function endOf(call: Awaited<ReturnType<typeof callSales>>) {
  const found = await house.interaction(
    "is in its talk",
    (lines) => entries(lines, "talk.started").length > 0 && !hasEnded(lines),
  );
  await call.hangUp();
  return house.interaction("has ended", (lines) => hasEnded(lines) && lines[0]?.interactionId === found.id);
}

describe("an agent who", () => {
  it("does not answer is taken out, and the next one gets the caller", async () => {
    const call = await callSales();
    const first = await ann.phone.nextCall();
    first.ring();
    const second = await ben.phone.nextCall();
    await waitFor("the first ring to be taken back", () => first.end);
    await second.answer();
    const desk = await ann.deskBecomes("not ready", ({ status }) => status === "not-ready");
    expect(desk.notReadyReason).toBe("not-responding");
    const { ledger } = await endOf(call);
    expect(entries(ledger, "offer.ended").map(({ cause }) => cause)).toEqual(["no-answer", "accepted"]);
    const [left] = entries(ledger, "queue.left");
    expect(left?.waitMs).toBeGreaterThanOrEqual(3_000);
  });

  it("declines at the phone stays ready, and the next one gets the caller at once", async () => {
    const call = await callSales();
    const first = await ann.phone.nextCall();
    first.decline();
    const second = await ben.phone.nextCall();
    await second.answer();
    expect(ann.desk().status).toBe("ready");
    const { ledger } = await endOf(call);
    expect(entries(ledger, "offer.ended")).toMatchObject([
      { cause: "declined", agentId: ann.personId },
      { cause: "accepted", agentId: ben.personId },
    ]);
  });

  it("declines on the screen has the ring taken from the phone", async () => {
    const call = await callSales();
    const first = await ann.phone.nextCall();
    first.ring();
    const { offer } = await ann.deskBecomes("an offer", (desk) => desk.offer !== null);
    await ann.client.call(declineOffer, { params: { offerId: offer?.offerId ?? "" } });
    await waitFor("the ring to be taken back", () => first.end);
    const second = await ben.phone.nextCall();
    await second.answer();
    const { ledger } = await endOf(call);
    expect(entries(ledger, "offer.ended").map(({ cause }) => cause)).toEqual(["declined", "accepted"]);
  });

  it("closes the tab while it rings is gone at once, and the next one is rung", async () => {
    const call = await callSales();
    const first = await ann.phone.nextCall();
    first.ring();
    await ann.realtime.close();
    const second = await ben.phone.nextCall(2_000);
    await second.answer();
    const { ledger } = await endOf(call);
    expect(entries(ledger, "offer.ended").map(({ cause }) => cause)).toEqual(["agent-gone", "accepted"]);
    await ann.reconnect();
  });
});
