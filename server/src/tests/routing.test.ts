import { randomBytes } from "node:crypto";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as people from "../contract/people.ts";
import * as queues from "../contract/queues.ts";
import { plainMembership, QueueSettings } from "../contract/queues.ts";
import * as routing from "../contract/routing.ts";
import type { RoutingDocument } from "../contract/routing.ts";
import { openAdmin, openSecretBox } from "../admin/admin.ts";
import { systemClock } from "../base/clock.ts";
import { openLog } from "../base/log.ts";
import { openPrompts, validateFlow } from "../ivr/ivr.ts";
import { openTestDatabase } from "../store/test-database.ts";
import { startOffice, type OfficeRig } from "./office-rig.ts";
import type { ApiClient } from "./system/api-client.ts";

let office: OfficeRig;
let root: ApiClient;

beforeAll(async () => {
  office = await startOffice({ demo: true });
  root = office.administrator;
});
afterAll(() => office.close());

const read = async () => {
  const { document, ...rest } = await root.call(routing.readRouting);
  return { ...rest, document: routing.RoutingDocument.parse(document) };
};

async function personNamed(name: string): Promise<string> {
  const { people: all } = await root.call(people.listPeople);
  return all.find((person) => person.name === name)?.id ?? "";
}

/** What is published, changed by `edit`, and published again as from a file. */
async function publishEdited(edit: (document: RoutingDocument) => void) {
  const { version, document } = await read();
  edit(document);
  return await root.call(routing.publishRouting, { body: { document, baseVersion: version } });
}

function queueNamed(document: RoutingDocument, name: string) {
  const queue = document.queues.find((each) => each.name === name);
  if (queue === undefined) throw new Error(`No queue ${name}`);
  return queue;
}

describe("the routing configuration", () => {
  it("begins as version 1 with what the installation has", async () => {
    const { version, document, draft, differences } = await read();
    expect({ version, draft, differences }).toEqual({ version: 1, draft: null, differences: [] });
    expect(document.queues.map(({ name, members }) => [name, members.length])).toEqual([
      ["Sales", 5],
      ["Support", 5],
    ]);
    const { versions } = await root.call(routing.listRoutingVersions);
    expect(versions).toMatchObject([{ version: 1, source: "direct", note: "Demo" }]);
  });

  it("takes a whole document with new things, and agents, queues and schedules follow", async () => {
    const ann = await personNamed("Ann Lee");
    const [skillId, teamId, scheduleId] = [randomUUID(), randomUUID(), randomUUID()];
    const done = await publishEdited((document) => {
      const values = [{ value: "zh", name: "Chinese" }];
      document.skills.push({ id: skillId, key: "language", name: "Language", values });
      document.teams.push({ id: teamId, name: "North", personIds: [ann] });
      const weekly = [{ days: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" }];
      document.schedules.push({
        id: scheduleId,
        name: "Office",
        timezone: "Europe/Berlin",
        weekly,
        holidays: [],
      });
      document.agents.push({ personId: ann, skills: { "language=zh": 8 }, capacity: null });
      const sales = queueNamed(document, "Sales");
      sales.settings.scheduleId = scheduleId;
      sales.members = sales.members.filter(({ personId }) => personId !== ann);
      sales.teams.push({ ...plainMembership, teamId, level: 2 });
      sales.settings.rings.push({ afterMs: 5_000, lowerBy: 0, drop: [], level: 2, borrowFrom: [] });
    });
    expect(done.version).toBe(2);
    expect(done.differences.map(({ kind, what, name, field }) => [kind, what, name, field])).toEqual([
      ["added", "skill", "Language", null],
      ["added", "schedule", "Office", null],
      ["added", "team", "North", null],
      ["changed", "queue", "Sales", "settings.rings"],
      ["changed", "queue", "Sales", "settings.scheduleId"],
      ["changed", "queue", "Sales", "teams.North"],
      ["changed", "queue", "Sales", "members.Ann Lee"],
      ["changed", "agent", "Ann Lee", "skills.language=zh"],
    ]);
    const { directory } = office.admin;
    expect(directory.skillsOf(ann)).toEqual({ "language=zh": 8 });
    expect(directory.membershipsOf(ann).map(({ level }) => level)).toEqual([2, 1]);
    expect(directory.isOpen(scheduleId, Date.parse("2026-11-30T12:00:00Z"))).toBe(true);
    expect(directory.isOpen(scheduleId, Date.parse("2026-11-29T12:00:00Z"))).toBe(false);
  });

  it("keeps ids when names change, and two queues may swap names", async () => {
    const { document: before } = await read();
    const [sales, support] = [queueNamed(before, "Sales").id, queueNamed(before, "Support").id];
    await publishEdited((document) => {
      for (const queue of document.queues)
        if (queue.id === sales) queue.name = "Support";
        else if (queue.id === support) queue.name = "Sales";
    });
    expect(office.admin.directory.queue(sales)?.name).toBe("Support");
    expect(office.admin.directory.queue(sales)?.members).toHaveLength(4);
    expect(office.admin.directory.queue(support)?.name).toBe("Sales");
    const { version } = await read();
    await root.call(routing.rollBackRouting, { params: { version: version - 1 } });
    expect(office.admin.directory.queue(sales)?.name).toBe("Sales");
    const { toBefore, toNow } = await root.call(routing.readRoutingVersion, {
      params: { version: version - 1 },
    });
    expect([toBefore.length, toNow.length]).toEqual([8, 0]);
  });

  it("rolls back to a queue that was removed, with its members and under its id", async () => {
    const { id } = await root.call(queues.createQueue, { body: { name: "Returns" } });
    const members = [{ ...plainMembership, personId: await personNamed("Ben Okafor") }];
    await root.call(queues.setQueueMembers, { params: { queueId: id }, body: { members } });
    const { version } = await read();
    await root.call(queues.deleteQueue, { params: { queueId: id } });
    expect(office.admin.directory.queue(id)).toBeNull();
    await root.call(routing.rollBackRouting, { params: { version } });
    expect(office.admin.directory.queue(id)).toMatchObject({ name: "Returns", members });
    const { versions } = await root.call(routing.listRoutingVersions, { query: { limit: 5 } });
    expect(versions.map(({ source, note }) => [source, note])).toEqual([
      ["rollback", `Back to version ${version}`],
      ["direct", "Removed the queue Returns"],
      ["direct", "Changed the members of the queue Returns"],
      ["direct", "Added the queue Returns"],
      ["rollback", expect.any(String)],
    ]);
  });

  it("refuses a document that was made from an older version", async () => {
    const { version, document } = await read();
    queueNamed(document, "Returns").settings.wrapUpMs = 5_000;
    await expect(
      root.call(routing.publishRouting, { body: { document, baseVersion: version - 1 } }),
    ).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining(`Version ${version} was published`),
    });
    expect((await read()).version).toBe(version);
  });

  it("refuses people who do not exist, and leaves everything as it was", async () => {
    const { version } = await read();
    await expect(
      publishEdited((document) => {
        queueNamed(document, "Returns").members.push({ ...plainMembership, personId: randomUUID() });
      }),
    ).rejects.toMatchObject({ status: 400 });
    expect((await read()).version).toBe(version);
  });

  it("takes documents of thousands of members", async () => {
    const { document } = await read();
    const sales = queueNamed(document, "Sales");
    sales.members = Array.from({ length: 10_000 }, () => ({ ...plainMembership, personId: randomUUID() }));
    queueNamed(document, "Support").members = sales.members;
    document.agents = sales.members.map(({ personId }) => ({ personId, skills: {}, capacity: null }));
    expect(JSON.stringify(document).length).toBeGreaterThan(2_000_000);
    const { problems } = await root.call(routing.checkRouting, { body: { document } });
    expect(problems.filter(({ severity }) => severity === "error")).toHaveLength(3);
  });

  it("says what a document would change without keeping anything", async () => {
    const { version, document } = await read();
    document.queues.push({
      id: randomUUID(),
      name: "Just an idea",
      settings: QueueSettings.parse({}),
      members: [],
      teams: [],
    });
    const { differences } = await root.call(routing.checkRouting, { body: { document } });
    expect(differences).toMatchObject([{ kind: "added", what: "queue", name: "Just an idea" }]);
    expect((await read()).version).toBe(version);
  });
});

describe("the draft", () => {
  const saveDraft = async (
    revision: number | null,
    edit: (document: RoutingDocument) => void,
    from?: RoutingDocument,
  ) => {
    const document = structuredClone(from ?? (await read()).document);
    edit(document);
    return await root.call(routing.saveRoutingDraft, { body: { document, revision } });
  };

  it("is one for all: who saves over another's save is told", async () => {
    const { draft } = await saveDraft(null, (document) => {
      queueNamed(document, "Returns").settings.priority = 3;
    });
    expect(draft).toMatchObject({ revision: 1, changedBy: "Root" });
    await expect(saveDraft(null, () => {})).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("Root has changed the draft meanwhile"),
    });
    expect((await saveDraft(1, () => {}, routing.RoutingDocument.parse(draft.document))).draft.revision).toBe(
      2,
    );
    expect((await read()).differences).toMatchObject([{ field: "settings.priority", before: 0, after: 3 }]);
    await root.call(routing.discardRoutingDraft);
    expect((await read()).draft).toBeNull();
    await expect(saveDraft(2, () => {})).rejects.toMatchObject({ code: "conflict" });
  });

  it("is merged with what was published since, where both changed something else", async () => {
    const { draft } = await saveDraft(null, (document) => {
      queueNamed(document, "Returns").settings.priority = 4;
    });
    const { document } = await read();
    const params = { queueId: queueNamed(document, "Returns").id };
    await root.call(queues.updateQueue, { params, body: { name: "Refunds", settings: { wrapUpMs: 7_000 } } });
    const { differences, problems } = await read();
    expect(differences).toMatchObject([{ name: "Refunds", field: "settings.priority", after: 4 }]);
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    const body = { note: "Refunds first", revision: draft.revision };
    const published = await root.call(routing.publishRouting, { body });
    expect(published.differences).toHaveLength(1);
    expect(office.admin.directory.queue(params.queueId)).toMatchObject({
      name: "Refunds",
      settings: { priority: 4, wrapUpMs: 7_000 },
    });
    expect((await read()).draft).toBeNull();
    const { versions } = await root.call(routing.listRoutingVersions, { query: { limit: 1 } });
    expect(versions).toMatchObject([{ source: "screen", note: "Refunds first", personName: "Root" }]);
  });

  it("tells what collides before it replaces what another has published", async () => {
    const { draft } = await saveDraft(null, (document) => {
      queueNamed(document, "Refunds").settings.wrapUpMs = 1_000;
    });
    const queueId = queueNamed(routing.RoutingDocument.parse(draft.document), "Refunds").id;
    await root.call(queues.updateQueue, { params: { queueId }, body: { settings: { wrapUpMs: 2_000 } } });
    const sentence =
      "Queue Refunds: settings.wrapUpMs was changed to 2000 meanwhile, and the draft says 1000";
    expect((await read()).problems).toContainEqual(
      expect.objectContaining({ severity: "warning", subject: "Queue Refunds", message: sentence }),
    );
    await expect(
      root.call(routing.publishRouting, { body: { revision: draft.revision } }),
    ).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining(sentence) });
    expect(office.admin.directory.queue(queueId)?.settings.wrapUpMs).toBe(2_000);
    const seen = await read();
    expect(seen.differences).toMatchObject([{ field: "settings.wrapUpMs", before: 2_000, after: 1_000 }]);
    await expect(
      root.call(routing.publishRouting, { body: { revision: draft.revision } }),
    ).rejects.toMatchObject({ code: "conflict" });
    await root.call(routing.publishRouting, { body: { revision: seen.draft?.revision } });
    expect(office.admin.directory.queue(queueId)?.settings.wrapUpMs).toBe(1_000);
  });
});

describe("an installation from before there were versions", () => {
  it("has what it has as version 1, with the defaults of what is new", async () => {
    const database = await openTestDatabase();
    await database.postgres.query(
      `insert into queue (name, settings) values ('Old', '{"strategy": "round-robin", "wrapUpMs": 1000}')`,
    );
    const log = openLog("silent");
    const prompts = openPrompts({ uploadsDirectory: "none" });
    const { postgres } = database;
    const admin = await openAdmin({
      postgres,
      clock: systemClock,
      log,
      realm: "test",
      validateFlow,
      prompts,
      secrets: openSecretBox(randomBytes(32)),
    });
    const [queue] = admin.directory.queues();
    expect(queue).toMatchObject({
      name: "Old",
      settings: { strategy: "round-robin", ringAtOnce: 1, rings: [] },
    });
    const versions = await postgres.query("select version, source, note, differences from routing_version");
    expect(versions).toEqual([{ version: 1, source: "direct", note: "As it was found", differences: 1 }]);
    await expect(postgres.query("update routing_version set note = ''")).rejects.toThrow("append-only");
    await admin.close();
    await database.close();
  });
});
