/** The caller hangs up in the IVR, in the queue, while it rings, in the talk: each leaves its reason and no leg. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readiness } from "../../contract/health.ts";
import type { LedgerEntry } from "../../contract/ledger.ts";
import { openTelephone, type Telephone } from "../rig/telephone.ts";
import { makeTone } from "../rig/tones.ts";
import { waitFor } from "../rig/wait-for.ts";
import { entries, hasEnded, type House, openHouse, type PhoneAgent } from "./house.ts";

/** The tone before a message. */
const beepHz = 1_000;

let house: House;
let agent: PhoneAgent;
let caller: Telephone;

beforeAll(async () => {
  house = await openHouse();
  agent = await house.agentWithPhone(0);
  caller = await openTelephone({ number: "+15550177" });
});
afterAll(async () => {
  await caller.close();
  await house.close();
});

async function callIn(keys: string) {
  const call = await caller.call({ to: "+15550100", at: house.program.sipUdp });
  await call.answered();
  if (keys !== "") await call.press(keys);
  return call;
}
const hasPressed9 = (ledger: LedgerEntry[]) =>
  entries(ledger, "flow.pressed").some(({ digits }) => digits.includes("9"));
const noLegsLeft = () =>
  waitFor("readiness without trouble", async () => {
    const { ok } = await house.administrator.call(readiness);
    return ok;
  });

describe("a caller who hangs up", () => {
  it("in the IVR has left in the flow", async () => {
    const call = await callIn("");
    await call.hangUp();
    const { interaction, types } = await house.interaction("ended in the flow", hasEnded);
    expect(interaction).toMatchObject({ outcome: "left-in-flow", endedBy: "customer", queueId: null });
    expect(types).not.toContain("queue.entered");
  });

  it("in the queue has abandoned, with the wait told", async () => {
    const call = await callIn("11");
    await house.interaction(
      "waits",
      (ledger) => entries(ledger, "queue.entered").length > 0 && !hasEnded(ledger),
    );
    await call.hangUp();
    const { interaction, ledger } = await house.interaction(
      "was abandoned",
      (lines) => hasEnded(lines) && entries(lines, "queue.left").length > 0,
    );
    expect(entries(ledger, "queue.left")).toMatchObject([{ cause: "abandoned", queueId: house.sales.id }]);
    expect(interaction).toMatchObject({ outcome: "abandoned", endedBy: "customer" });
  });

  it("while it rings takes the ring away from the agent, who is free at once", async () => {
    await agent.ready();
    const call = await callIn("11");
    const ringing = await agent.phone.nextCall();
    ringing.ring();
    await agent.deskBecomes("an offer", ({ offer }) => offer !== null);
    await call.hangUp();
    await waitFor("the ring to be taken back", () => ringing.end);
    await agent.deskBecomes("idle again", ({ state, offer }) => state === "idle" && offer === null);
    const { ledger, interaction } = await house.interaction(
      "was abandoned while it rang",
      (lines) => hasEnded(lines) && entries(lines, "offer.ended").length > 0,
    );
    expect(entries(ledger, "offer.ended")).toMatchObject([
      { cause: "customer-left", agentId: agent.personId },
    ]);
    expect(interaction.outcome).toBe("abandoned");
  });

  it("after the beep has left a message; at the beep, none, and no failed recording", async () => {
    const spoken = await callIn("19");
    await spoken.press("0"); // the greeting is long
    await spoken.waitToHear(beepHz);
    spoken.play(makeTone({ hz: 700, durationMs: 2_500 }));
    await spoken.press("123456789012"); // takes as long as a short message
    await spoken.hangUp();
    const left = await house.interaction(
      "left a message",
      (lines) => hasEnded(lines) && entries(lines, "voicemail.left").length > 0,
    );
    expect(left.interaction).toMatchObject({ outcome: "voicemail", endedBy: "customer" });
    const silent = await callIn("19");
    await silent.press("0");
    await silent.waitToHear(beepHz);
    await silent.hangUp();
    const { types } = await house.interaction(
      "left none",
      (lines) => hasEnded(lines) && lines[0]?.interactionId !== left.id && hasPressed9(lines),
    );
    expect(types).not.toContain("recording.failed");
    expect(types).not.toContain("voicemail.left");
  });

  it("in the talk ends it for the agent too, and the call counts as answered", async () => {
    await agent.ready();
    const call = await callIn("11");
    const ringing = await agent.phone.nextCall();
    await ringing.answer();
    await agent.deskBecomes("talking", ({ call: talk }) => talk !== null);
    await call.hangUp();
    await waitFor("the agent's leg to end", () => ringing.end);
    const { ledger, interaction } = await house.interaction(
      "was answered and ended",
      (lines) => hasEnded(lines) && entries(lines, "talk.ended").length > 0,
    );
    expect(entries(ledger, "talk.ended")).toMatchObject([{ by: "customer", agentId: agent.personId }]);
    expect(interaction).toMatchObject({
      outcome: "answered",
      endedBy: "customer",
      agentId: agent.personId,
      queueId: house.sales.id,
    });
    await agent.deskBecomes("idle after the call", ({ state }) => state === "idle");
    await noLegsLeft();
  });
});
