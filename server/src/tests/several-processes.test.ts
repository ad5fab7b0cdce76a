import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAdmin, openSecretBox, type Admin, type Change } from "../admin/admin.ts";
import { systemClock } from "../base/clock.ts";
import { openLog } from "../base/log.ts";
import * as people from "../contract/people.ts";
import * as queues from "../contract/queues.ts";
import { openPrompts, validateFlow } from "../ivr/ivr.ts";
import { openPostgres, type Postgres } from "../store/postgres.ts";
import { openCuttableProxy, type CuttableProxy } from "./cuttable-proxy.ts";
import { startOffice, type OfficeRig } from "./office-rig.ts";
import { waitFor } from "./rig/wait-for.ts";

const log = openLog("silent");
/** One process with an API, and another one on the same database, behind a connection that can be cut. */
let office: OfficeRig;
let proxy: CuttableProxy;
let postgres: Postgres;
let other: Admin;
let folder: string;
const heard: Change[] = [];

beforeAll(async () => {
  office = await startOffice({ demo: true });
  folder = await mkdtemp(join(tmpdir(), "ringdown-several-"));
  const url = new URL(office.database.url);
  proxy = await openCuttableProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  postgres = await openPostgres({ url: url.href }, log, { migrate: false });
  const prompts = openPrompts({ uploadsDirectory: folder });
  other = await openAdmin({
    ...{ postgres, clock: systemClock, log, realm: "test", validateFlow, prompts },
    secrets: openSecretBox(randomBytes(32)),
  });
  other.changes.on((change) => heard.push(change));
});
afterAll(async () => {
  await other.close();
  await postgres.close();
  await proxy.close();
  await office.close();
  await rm(folder, { recursive: true, force: true });
});

const queueNamed = (name: string) => other.directory.queues().find((queue) => queue.name === name);
const knows = (name: string) =>
  waitFor(`the other process to know ${name}`, () => queueNamed(name) !== undefined);

describe("several processes on one database", () => {
  it("take up what one of them changes, with who is touched by it", async () => {
    const { id } = await office.administrator.call(queues.createQueue, { body: { name: "Returns" } });
    await knows("Returns");
    const { people: all } = await office.administrator.call(people.listPeople);
    const personId = all.find((person) => person.name === "Ann Lee")?.id ?? "";
    const members = [{ personId, ...queues.plainMembership }];
    await office.administrator.call(queues.setQueueMembers, { params: { queueId: id }, body: { members } });
    await waitFor("the membership", () => queueNamed("Returns")?.members.length === 1);
    expect(heard).toContainEqual({ what: "queues", queueId: id, removed: false, members: [personId] });
    await office.administrator.call(people.updatePerson, { params: { personId }, body: { active: false } });
    await waitFor("the news of the person", () =>
      heard.some((change) => change.what === "people" && change.personId === personId && !change.active),
    );
    expect(other.people.isStillAllowed(personId)).toBe(false);
  });

  it("take up what comes from outside of them all, in each process", async () => {
    const told: Change["what"][] = [];
    const stop = office.admin.changes.on(({ what }) => told.push(what));
    const outside = await openPostgres({ url: office.database.url }, log, { migrate: false });
    await outside.query("update queue set name = 'Refunds' where name = 'Returns'");
    await outside.close();
    await knows("Refunds");
    await waitFor("the first process to hear it", () => told.includes("queues"));
    stop();
  });

  it("catch up after the connection on which they listen was lost", async () => {
    proxy.cut();
    await office.administrator.call(queues.createQueue, { body: { name: "While away" } });
    expect(queueNamed("While away")).toBeUndefined();
    proxy.restore();
    await knows("While away");
    await office.administrator.call(queues.createQueue, { body: { name: "Afterwards" } });
    await knows("Afterwards");
  });
});
