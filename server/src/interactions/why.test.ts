import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Acd, defaultQueueSettings, oneCall, openMemoryLog, startAcd } from "../acd/acd.ts";
import { openAgents } from "../agents/agents.ts";
import { systemClock as clock } from "../base/clock.ts";
import type { SignedInContext } from "../base/handler.ts";
import { openLog } from "../base/log.ts";
import type { Interaction } from "../contract/interactions.ts";
import type { Role } from "../contract/people.ts";
import { explainAgent, explainWaiting } from "../contract/why.ts";
import { whyEndpoints } from "./why.handlers.ts";

const [sales, anna, ben, unknown] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
const names: Record<string, string> = { [sales]: "Sales", [anna]: "Anna", [ben]: "Ben" };
const stored = new Map<string, Interaction>();
let acd: Acd;
let endpoints: ReturnType<typeof whyEndpoints>;

beforeAll(async () => {
  const journal = openLog("silent");
  acd = await startAcd({ nodeId: "n", log: openMemoryLog(clock), clock, journal });
  const agents = await openAgents(clock, { load: () => Promise.resolve([]), save: () => Promise.resolve() });
  const nameOf = (id: string) => (names[id] === undefined ? null : { name: names[id] });
  for (const person of [anna, ben]) agents.setPerson(person, true);
  await acd.setQueue({ ...defaultQueueSettings, queueId: sales });
  endpoints = whyEndpoints({
    clock,
    acd,
    agents,
    directory: { person: nameOf, queue: nameOf },
    live: () => null,
    stored: (id) => Promise.resolve(stored.get(id) ?? null),
  });
});
afterAll(async () => {
  await acd.close();
});

async function ask(path: string, params: object, user: { id: string; role: Role }): Promise<unknown> {
  const found = endpoints.find(({ endpoint }) => endpoint.path === path);
  const context = { user: { ...user, name: "" } } as SignedInContext;
  return await found?.run({ params, query: {}, body: {} }, context);
}
const boss = { id: randomUUID(), role: "supervisor" as const };
const askWaiting = async (interactionId: string) =>
  explainWaiting.result.parse(await ask(explainWaiting.path, { interactionId }, boss));
const askAgent = async (personId: string, user: { id: string; role: Role } = boss) =>
  explainAgent.result.parse(await ask(explainAgent.path, { personId }, user));
const setAgent = (agentId: string, routable: boolean, skills = {}) =>
  acd.setAgent({
    agentId,
    routable,
    cause: routable ? "ready" : "lunch",
    queues: [{ queueId: sales, priority: 0 }],
    capacity: oneCall,
    skills,
  });
const enter = (interactionId: string, more: { requirement?: string } = {}) =>
  acd.enqueue({
    interactionId,
    queueId: sales,
    channel: "voice",
    priority: 0,
    enqueuedAt: clock.now(),
    ...more,
  });

describe("why does this caller wait?", () => {
  it("names the queue, who is rung, and everything by name in the sentence", async () => {
    const interactionId = randomUUID();
    await enter(interactionId);
    expect(await askWaiting(interactionId)).toMatchObject({
      queue: { queueId: sales, name: "Sales" },
      position: 1,
      waiting: 1,
      offeredTo: [],
      requirement: null,
    });
    await setAgent(anna, true);
    const ringing = await askWaiting(interactionId);
    expect(ringing.offeredTo).toEqual([{ personId: anna, name: "Anna" }]);
    expect(ringing.sentence).toContain("Anna");
    expect(ringing.sentence).not.toContain(anna);
    await acd.cancel(interactionId, "abandoned");
    await acd.removeAgent(anna);
  });

  it("says of who does not wait what became of them", async () => {
    const interactionId = randomUUID();
    await expect(askWaiting(interactionId)).rejects.toMatchObject({
      code: "not-found",
      message: `There is no interaction ${interactionId}`,
    });
    const gone = { agentId: anna, answeredAt: null, endedAt: null, enqueuedAt: null, outcome: null };
    const becomes = async (change: object) => {
      stored.set(interactionId, { ...gone, ...change } as Interaction);
      return await askWaiting(interactionId).then(
        () => "waits",
        (error: unknown) => String(error),
      );
    };
    expect(await becomes({})).toMatch(/has not come to a queue yet/);
    expect(await becomes({ enqueuedAt: 1 })).toMatch(/is in the flow again/);
    expect(await becomes({ enqueuedAt: 1, endedAt: 2, outcome: "abandoned" })).toMatch(
      /does not wait any more: abandoned at \d\d:\d\d$/,
    );
    const answeredAt = new Date(2026, 10, 29, 14, 3).getTime();
    expect(await becomes({ enqueuedAt: 1, answeredAt })).toMatch(/any more: answered by Anna at 14:03$/);
  });
});

describe("why is this agent idle?", () => {
  it("tells the state, the queues by name and who waits there", async () => {
    await setAgent(ben, false);
    const interactionId = randomUUID();
    await enter(interactionId);
    const answer = await askAgent(ben);
    expect(answer).toMatchObject({
      agent: { personId: ben, name: "Ben" },
      state: "offline",
      routable: false,
      cause: "lunch",
      queues: [{ queue: { name: "Sales" }, exists: true, borrowedFrom: null, waiting: 1 }],
    });
    await acd.cancel(interactionId, "abandoned");
  });

  it("may be asked by agents of themselves, not of others", async () => {
    const agent = { id: ben, role: "agent" as const };
    expect((await askAgent(ben, agent)).agent.name).toBe("Ben");
    await expect(askAgent(anna, agent)).rejects.toMatchObject({ code: "forbidden" });
  });

  it("refuses who does not exist, and says so of who takes no calls", async () => {
    await expect(askAgent(unknown)).rejects.toMatchObject({ code: "not-found" });
    await expect(askAgent(anna)).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringContaining("The router does not know Anna") as string,
    });
  });
});
