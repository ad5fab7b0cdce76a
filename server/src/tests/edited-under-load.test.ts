import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Acd, openMemoryLog, startAcd, type Waiting, type WaitingStep } from "../acd/acd.ts";
import { type Agents, openAgents } from "../agents/agents.ts";
import { openStatusStore } from "../agents/status-store.postgres.ts";
import { followChange } from "../app/follow-changes.ts";
import { systemClock } from "../base/clock.ts";
import { openLog } from "../base/log.ts";
import { plainMembership } from "../contract/queues.ts";
import * as routing from "../contract/routing.ts";
import { openDesks } from "../interactions/desks.ts";
import { openLedger } from "../interactions/ledger.ts";
import { openLiveBoard } from "../interactions/live-board.ts";
import { routerSettings } from "../interactions/router-settings.ts";
import { wire } from "../interactions/wiring.ts";
import { openFigures } from "../reports/reports.ts";
import { startOffice, type OfficeRig } from "./office-rig.ts";
import { waitFor } from "./rig/wait-for.ts";

const log = openLog("silent");
const clock = systemClock;
const callers = 40;

/** Administration on a real database, the real router, and between them everything that follows a change. */
let office: OfficeRig;
let acd: Acd;
let agents: Agents;
let folder: string;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  office = await startOffice({ demo: true });
  folder = await mkdtemp(join(tmpdir(), "ringdown-load-"));
  const { admin, hub, database } = office;
  const { postgres } = database;
  const { directory } = admin;
  acd = await startAcd({ nodeId: "load", log: openMemoryLog(clock), clock, journal: log });
  agents = await openAgents(clock, openStatusStore(postgres, log));
  const ledger = await openLedger({ postgres, clock, log, nodeId: "load", dataDir: folder });
  const figures = await openFigures({ postgres, clock, log, ledger, directory });
  const queueIdsOf = (personId: string) => directory.membershipsOf(personId).map(({ queueId }) => queueId);
  const desks = openDesks({
    clock,
    agents,
    queueIdsOf,
    phoneOf: () => ({ registered: true, kind: "softphone" }),
    today: (personId) => figures.agentToday(personId),
    publish: () => {},
  });
  const today = (queueId: string) => figures.queueToday(queueId);
  const queueIds = () => directory.queues().map(({ id }) => id);
  const live = openLiveBoard(
    { clock, acd, agents, today, queueIdsOf, queueIds, alarmWaitMs: () => 0, publish: () => {} },
    () => null,
  );
  /** No telephones here: everybody is registered by hand. */
  const registrar = {
    onRegistered: () => () => {},
    onUnregistered: () => () => {},
    dropPerson: () => {},
  } as never;
  const { tellRouter, stop } = wire({
    ...{ acd, agents, clock, desks, ledger, live, log, registrar },
    routingOf: (personId) => ({
      queues: [...directory.membershipsOf(personId)],
      skills: { ...directory.skillsOf(personId) },
      capacity: directory.capacityOf(personId),
    }),
    publishTo: () => {},
    publishToSupervisors: () => {},
  });
  const telephony = { registrar } as never;
  admin.changes.on((change) => {
    followChange(change, { acd, admin, agents, desks, hub, live, log, telephony, tellRouter });
  });
  for (const { id } of directory.people()) agents.setPerson(id, true);
  for (const { id, settings } of directory.queues()) await acd.setQueue(routerSettings(id, settings));
  closing.push(
    () => live.close(),
    stop,
    () => agents.close(),
    () => acd.close(),
    () => figures.close(),
    () => ledger.close(),
  );
});
afterAll(async () => {
  for (const close of closing) await close();
  await office.close();
  await rm(folder, { recursive: true, force: true });
});

type Offer = Extract<WaitingStep, { type: "offer" }> & { interactionId: string };

/** What happened to all callers, in order. */
class Stories {
  readonly offers: Offer[] = [];
  readonly served: string[] = [];
  readonly exits: string[] = [];
  readonly #over = new Set<string>();

  async follow(waiting: Waiting): Promise<void> {
    const { interactionId } = waiting;
    for (;;) {
      const step = await waiting.next().catch(() => null); // the router closes at the end of the test
      if (step === null) return;
      if (step.type === "offer") this.offers.push({ ...step, interactionId });
      if (step.type === "withdrawn") this.#over.add(step.offerId);
      if (step.type === "exit") this.exits.push(`${interactionId} ${step.cause}`);
      if (step.type === "accepted" || step.type === "exit") return;
    }
  }

  /** Takes the oldest live offer and brings the talk to its end. */
  async serveOne(): Promise<Offer> {
    const offer = await waitFor("an offer", () =>
      this.offers.find(({ offerId }) => !this.#over.has(offerId)),
    );
    this.#over.add(offer.offerId);
    if ((await acd.accept(offer.offerId)) !== "accepted") return await this.serveOne();
    this.served.push(offer.interactionId);
    await acd.release(offer.interactionId, offer.agentId);
    await acd.finishWrapUp(offer.agentId);
    return offer;
  }
}

function personNamed(name: string): string {
  return office.admin.directory.people().find((person) => person.name === name)?.id ?? "";
}

function goToWork(personId: string): void {
  agents.setConnected(personId, true);
  agents.setRegistered(personId, true);
  agents.setStatus(personId, "ready", null);
}

it("a queue edited under load takes effect, and nobody loses the place", async () => {
  const stories = new Stories();
  const { directory } = office.admin;
  const sales = directory.queues().find(({ name }) => name === "Sales")?.id ?? "";
  const [ann, ben] = [personNamed("Ann Lee"), personNamed("Ben Okafor")];
  await publish((document) => {
    document.skills.push({ id: crypto.randomUUID(), key: "billing", name: "Billing", values: [] });
    document.agents.push({ personId: ann, skills: { billing: 7 }, capacity: null });
    queueIn(document, sales).settings.requirement = "billing>=5";
  });
  const ids: string[] = Array.from({ length: callers }, () => crypto.randomUUID());
  const following: Promise<void>[] = [];
  const begin = clock.now() - 120_000;
  for (const [at, interactionId] of ids.entries()) {
    const request = { interactionId, queueId: sales, channel: "voice", priority: 0 } as const;
    following.push(stories.follow(await acd.enqueue({ ...request, enqueuedAt: begin + at })));
  }

  // Another strategy, rings and a new name, while forty wait and nobody works.
  await publish((document) => {
    const queue = queueIn(document, sales);
    queue.name = "Orders";
    queue.settings.strategy = "most-proficient";
    queue.settings.rings = [{ afterMs: 3_600_000, lowerBy: 0, drop: ["*"], level: 2, borrowFrom: [] }];
  });
  await waitFor("the router's rings", () => acd.queue(sales)?.settings.rings.length === 1);
  expect(acd.queue(sales)?.waiting.map(({ interactionId }) => interactionId)).toEqual(ids);

  // Only who has the skill is asked.
  goToWork(ann);
  goToWork(ben);
  for (let turn = 0; turn < 10; turn += 1) expect((await stories.serveOne()).agentId).toBe(ann);

  // Between two calls the skill goes from one to the other, who is asked first and alone.
  await publish((document) => {
    document.agents = [{ personId: ben, skills: { billing: 9 }, capacity: null }];
    const queue = queueIn(document, sales);
    queue.settings.strategy = "linear";
    queue.members = [
      { ...plainMembership, personId: ben, order: 1 },
      { ...plainMembership, personId: ann, level: 2, delayMs: 60_000 },
    ];
  });
  await waitFor("the router to have the skill", () => acd.agent(ben)?.skills["billing"] === 9);
  await waitFor("the router to lack the skill", () => acd.agent(ann)?.skills["billing"] === undefined);
  await stories.serveOne(); // perhaps still an offer to Ann from before
  const since = stories.offers.length;
  for (let turn = 0; turn < 10; turn += 1) await stories.serveOne();
  expect(new Set(stories.offers.slice(since).map(({ agentId }) => agentId))).toEqual(new Set([ben]));

  // A ring that those who wait have reached, and no more delay for Ann: it holds for them, too, and she helps.
  agents.setStatus(ben, "not-ready", "break");
  await publish((document) => {
    const queue = queueIn(document, sales);
    queue.settings.rings = [{ afterMs: 1_000, lowerBy: 0, drop: ["*"], level: 2, borrowFrom: [] }];
    queue.members = [{ ...plainMembership, personId: ann, level: 2 }];
  });
  const late = stories.offers.length;
  while (stories.served.length < callers) await stories.serveOne();
  expect(stories.offers.slice(late).map(({ agentId }) => agentId)).toContain(ann);

  expect(stories.exits).toEqual([]);
  expect(stories.served.toSorted()).toEqual(ids.toSorted());
  // Offers are made in the order of entry; two agents may answer theirs the other way round.
  expect(stories.served.slice(0, 10)).toEqual(ids.slice(0, 10));
  for (const [at, id] of stories.served.entries())
    expect(Math.abs(ids.indexOf(id) - at)).toBeLessThanOrEqual(1);
  await Promise.all(following);
});

/** What is published, edited and published again, through the API. */
async function publish(edit: (document: routing.RoutingDocument) => void): Promise<void> {
  const { version, document } = await office.administrator.call(routing.readRouting);
  const edited = routing.RoutingDocument.parse(document);
  edit(edited);
  await office.administrator.call(routing.publishRouting, {
    body: { document: edited, baseVersion: version },
  });
}

function queueIn({ queues }: routing.RoutingDocument, queueId: string): routing.RoutedQueue {
  const queue = queues.find(({ id }) => id === queueId);
  if (queue === undefined) throw new Error(`No queue ${queueId}`);
  return queue;
}
