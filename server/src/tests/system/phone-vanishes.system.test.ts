/** A telephone that is unplugged, or whose network is gone: no BYE, no audio. Only its silence tells. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readDesk, setStatus } from "../../contract/agent-desk.ts";
import { readTraffic } from "../../contract/health.ts";
import type { Call } from "../rig/call.ts";
import { openTelephone, type Telephone } from "../rig/telephone.ts";
import { makeTone } from "../rig/tones.ts";
import { waitFor } from "../rig/wait-for.ts";
import { entries, hasEnded, type House, openHouse, type PhoneAgent } from "./house.ts";

const agentHz = 640;

let house: House;
let ann: PhoneAgent;
let ben: PhoneAgent;
let phones: Telephone[];

beforeAll(async () => {
  house = await openHouse({ RINGDOWN_MEDIA_TIMEOUT_SECONDS: "2" });
  ann = await house.agentWithPhone(0);
  ben = await house.agentWithPhone(1);
  phones = await Promise.all(["+15550177", "+15550178"].map((number) => openTelephone({ number })));
});
afterAll(async () => {
  await Promise.all(phones.map((phone) => phone.close()));
  await house.close();
});

async function callSales(phone: Telephone | undefined): Promise<{ call: Call; id: string }> {
  const known = new Set(
    house.realtime.events.flatMap((e) => (e.kind === "interaction" ? [e.interaction.id] : [])),
  );
  const call = await (phone as Telephone).call({ to: "+15550100", at: house.program.sipUdp });
  await call.answered();
  await call.press("11");
  const { id } = await house.interaction(
    "waits",
    (ledger) => !known.has(ledger[0]?.interactionId ?? "") && entries(ledger, "queue.entered").length > 0,
  );
  return { call, id };
}
async function takeOut(agent: PhoneAgent): Promise<void> {
  const { notReadyReasons } = await agent.client.call(readDesk);
  await agent.client.call(setStatus, { body: { status: "not-ready", reasonId: notReadyReasons[0]?.id } });
}
const talking = (agent: PhoneAgent) => agent.deskBecomes("talking", ({ call }) => call !== null);
const endOf = (id: string) =>
  house.interaction("has ended", (lines) => hasEnded(lines) && lines[0]?.interactionId === id);
const noCallsLeft = () =>
  waitFor("no call to be left", async () => {
    const { callsNow, ringsNow } = await house.administrator.call(readTraffic);
    return callsNow === 0 && ringsNow === 0;
  });

describe("a phone that vanishes", () => {
  it("is the agent's: the customer hears music, is first in line, and the next agent gets them", async () => {
    await ann.ready();
    const { call, id } = await callSales(phones[0]);
    const desk = await ann.phone.nextCall();
    await desk.answer();
    desk.play(makeTone({ hz: agentHz, durationMs: 1_000 }));
    await talking(ann);
    await call.waitToHear(agentHz);
    const { id: laterId, call: later } = await callSales(phones[1]);

    desk.vanish();
    const { ledger } = await house.interaction(
      "came back to the queue",
      (lines) => lines[0]?.interactionId === id && entries(lines, "queue.returned").length > 0,
    );
    const [entered] = entries(ledger, "queue.entered");
    expect(entries(ledger, "queue.returned")).toMatchObject([{ enqueuedAt: entered?.enqueuedAt }]);
    expect(entries(ledger, "talk.ended")).toMatchObject([{ by: "system", cause: "media-lost" }]);
    expect(entries(ledger, "agent.lost")).toMatchObject([{ agentId: ann.personId, cause: "media-lost" }]);
    await waitFor("music for the customer", async () => {
      const { loudnessDb, tones } = await call.hears([agentHz], 400);
      return loudnessDb > -50 && !tones.includes(agentHz);
    });

    await waitFor("a BYE to the dead phone", () => /BYE/.test(ann.phone.trace()));
    await takeOut(ann);
    await ben.ready();
    const second = await ben.phone.nextCall();
    await second.answer();
    second.play(makeTone({ hz: agentHz, durationMs: 1_000 }));
    await call.waitToHear(agentHz);
    await later.hangUp();
    await endOf(laterId);
    await call.hangUp();
    const { interaction } = await endOf(id);
    expect(interaction).toMatchObject({ outcome: "answered", agentId: ben.personId });
    await noCallsLeft();
    await takeOut(ben);
  });

  it("is the customer's in the talk: the agent is freed, and the call stays answered", async () => {
    await ben.ready();
    const { call, id } = await callSales(phones[0]);
    const desk = await ben.phone.nextCall();
    await desk.answer();
    await talking(ben);
    call.vanish();
    expect(await waitFor("the agent's leg to end", () => desk.end, { timeoutMs: 15_000 })).toMatchObject({
      by: "them",
    });
    const { ledger, interaction } = await endOf(id);
    expect(entries(ledger, "talk.ended")).toMatchObject([{ by: "system", cause: "media-lost" }]);
    expect(entries(ledger, "interaction.ended")).toMatchObject([
      { by: "system", cause: "media-lost", outcome: "answered" },
    ]);
    expect(interaction.agentId).toBe(ben.personId);
    await ben.deskBecomes("free", ({ state, call: talk }) => state === "idle" && talk === null);
    await noCallsLeft();
    await takeOut(ben);
  });

  it("is the customer's in the queue: they have abandoned, with the cause told", async () => {
    const { call, id } = await callSales(phones[1]);
    call.vanish();
    const { ledger } = await endOf(id);
    expect(entries(ledger, "queue.left")).toMatchObject([{ cause: "abandoned" }]);
    expect(entries(ledger, "interaction.ended")).toMatchObject([
      { by: "system", cause: "media-lost", outcome: "abandoned" },
    ]);
    await noCallsLeft();
  });
});
