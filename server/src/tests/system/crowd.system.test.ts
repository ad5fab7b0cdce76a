/** Twenty callers and three agents: everyone is answered, in order, and nobody twice. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { reportQueues } from "../../contract/reports.ts";
import { readInteraction, searchInteractions } from "../../contract/interactions.ts";
import type { Call } from "../rig/call.ts";
import { openTelephone, type Telephone } from "../rig/telephone.ts";
import { waitFor } from "../rig/wait-for.ts";
import { entries, type House, openHouse, type PhoneAgent } from "./house.ts";

const callers = 20;
let house: House;
let agents: PhoneAgent[];
let phone: Telephone;

beforeAll(async () => {
  house = await openHouse({ RINGDOWN_MAX_CALLS: "60" });
  agents = [];
  for (const index of [0, 1, 2]) agents.push(await house.agentWithPhone(index));
  phone = await openTelephone({ number: "+15550177" });
});
afterAll(async () => {
  await phone.close();
  await house.close();
});

function waitingNow(): number {
  const waiting = new Set<string>();
  for (const event of house.realtime.events) {
    if (event.kind === "waiting") waiting.add(event.waiting.interactionId);
    if (event.kind === "waiting-left") waiting.delete(event.interactionId);
  }
  return waiting.size;
}

function endedAsAnswered(): number {
  const ended = house.realtime.events.flatMap((event) =>
    event.kind === "interaction" && event.interaction.outcome === "answered" ? event.interaction.id : [],
  );
  return new Set(ended).size;
}

/** Answers every call, talks for a moment, hangs up; counts who was heard. */
function work(agent: PhoneAgent, stop: AbortSignal): Promise<number> {
  const serve = async (): Promise<number> => {
    let served = 0;
    while (!stop.aborted) {
      const call = await agent.phone.nextCall(1_000).catch(() => null);
      if (call === null) continue;
      await call.answer();
      await agent.deskBecomes("in a talk", (desk) => desk.call !== null);
      served += 1;
      await call.hangUp();
    }
    return served;
  };
  return serve();
}

it("twenty callers are served by three agents in the order in which they came, each exactly once", async () => {
  const calls: Call[] = [];
  for (let i = 0; i < callers; i += 1) {
    const call = await phone.call({ to: "+15550100", at: house.program.sipUdp });
    await call.answered();
    await call.press("11");
    await waitFor("the caller to be in the queue", () => waitingNow() === i + 1);
    calls.push(call);
  }
  const stop = new AbortController();
  for (const agent of agents) await agent.ready();
  const working = agents.map((agent) => work(agent, stop.signal));
  for (const call of calls) await waitFor("every caller to be served", () => call.end, { timeoutMs: 60_000 });
  stop.abort();
  const served = await Promise.all(working);
  expect(served.reduce((sum, count) => sum + count, 0)).toBe(callers);

  await waitFor("all twenty to be answered in the ledger", () => endedAsAnswered() === callers);
  const { interactions: stories } = await house.administrator.call(searchInteractions, {
    query: { limit: 50 },
  });
  const accepted = await Promise.all(
    stories.map(async ({ id, enqueuedAt }) => {
      const { ledger } = await house.administrator.call(readInteraction, { params: { interactionId: id } });
      expect(entries(ledger, "talk.started")).toHaveLength(1);
      expect(entries(ledger, "offer.made")).toHaveLength(1);
      const offer = ledger.find(({ event }) => event.type === "offer.made");
      return { enqueuedAt: enqueuedAt ?? 0, offeredAt: offer?.at ?? 0 };
    }),
  );
  accepted.sort((a, b) => a.enqueuedAt - b.enqueuedAt);
  const offeredInOrder = accepted.map(({ offeredAt }) => offeredAt);
  expect(offeredInOrder).toEqual([...offeredInOrder].sort((a, b) => a - b));

  const { totals } = await house.administrator.call(reportQueues, {
    query: { from: Date.now() - 3_600_000, to: Date.now() + 3_600_000, interval: "hour" },
  });
  expect(totals.find(({ queueId }) => queueId === house.sales.id)).toMatchObject({
    offered: callers,
    answered: callers,
    abandoned: 0,
  });
});
