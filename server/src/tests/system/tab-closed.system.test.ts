/** An agent's browser that vanishes: while it rings, and in the talk. The customer never pays for it. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTelephone, type Telephone } from "../rig/telephone.ts";
import { makeTone } from "../rig/tones.ts";
import { waitFor } from "../rig/wait-for.ts";
import { type BrowserAgent, openBrowserAgent } from "./browser-agent.ts";
import { entries, hasEnded, type House, openHouse, type PhoneAgent } from "./house.ts";

let house: House;
let ann: BrowserAgent;
let ben: PhoneAgent;
let caller: Telephone;

beforeEach(async () => {
  house = await openHouse();
  ann = await openBrowserAgent(house.people[0]?.url ?? "", { microphoneHz: 640 });
  await ann.ready();
  ben = await house.agentWithPhone(1);
  caller = await openTelephone({ number: "+15550177" });
});
afterEach(async () => {
  await caller.close();
  await ann.close();
  await house.close();
});

async function callSales() {
  const call = await caller.call({ to: "+15550100", at: house.program.sipUdp });
  await call.answered();
  await call.press("11");
  return call;
}

describe("an agent whose browser is killed", () => {
  it("while it rings loses the offer at once; the caller goes to the next agent", async () => {
    await ben.ready();
    const call = await callSales();
    await ann.page.getByTestId("offer-card").waitFor({ timeout: 20_000 });
    await ann.browser.kill();
    const next = await ben.phone.nextCall(5_000);
    await next.answer();
    await ben.deskBecomes("in a talk", (desk) => desk.call !== null);
    await call.hangUp();
    const { ledger } = await house.interaction("was answered by the next", hasEnded);
    expect(entries(ledger, "offer.ended").map(({ cause }) => cause)).toEqual(["agent-gone", "accepted"]);
  });

  it("in the talk leaves the customer with music, first in the queue, with the original entry time", async () => {
    const early = await callSales();
    await ann.answer(20_000);
    await early.waitToHear(640);
    const late = await callSales();
    await house.interaction(
      "waits behind",
      (lines) => entries(lines, "queue.entered").length > 0 && entries(lines, "talk.started").length === 0,
    );
    await ann.browser.kill();
    const { ledger, id } = await house.interaction(
      "came back to the queue",
      (lines) => entries(lines, "queue.returned").length > 0,
    );
    expect(entries(ledger, "queue.returned")[0]?.enqueuedAt).toBe(
      entries(ledger, "queue.entered")[0]?.enqueuedAt,
    );
    expect(entries(ledger, "agent.lost")).toHaveLength(1);
    expect(early.end).toBeNull();
    await waitFor("hold music for the customer", async () => {
      const { loudnessDb } = await early.hears([640], 400);
      return loudnessDb > -50;
    });

    await ben.ready();
    const next = await ben.phone.nextCall();
    await next.answer();
    next.play(makeTone({ hz: 700, durationMs: 1_000 }));
    await early.waitToHear(700);
    await early.hangUp();
    await late.hangUp();
    const ended = await house.interaction(
      "has ended after two talks",
      (lines) => hasEnded(lines) && lines[0]?.interactionId === id,
    );
    expect(entries(ended.ledger, "talk.started")).toHaveLength(2);
    expect(ended.interaction).toMatchObject({ outcome: "answered", endedBy: "customer" });
  });
});

describe("an agent who reloads the page in the talk", () => {
  it("does not cost the customer the call: they hear music and come back to the same agent", async () => {
    const call = await callSales();
    await ann.answer(20_000);
    await call.waitToHear(640);
    ann.page.on("dialog", (dialog) => void dialog.accept()); // "leave the page?", asked in a call
    await ann.page.reload();
    await waitFor("hold music for the customer", async () => {
      const { loudnessDb, tones } = await call.hears([640], 400);
      return tones.length === 0 && loudnessDb > -50;
    });
    expect(call.end).toBeNull();
    await ann.answer(30_000);
    await call.waitToHear(640);
    await call.hangUp();
    const { ledger, interaction } = await house.interaction("has ended", hasEnded);
    expect(entries(ledger, "talk.started").map(({ agentId }) => agentId)).toEqual([
      interaction.agentId,
      interaction.agentId,
    ]);
    expect(entries(ledger, "queue.returned")).toHaveLength(1);
  });
});
