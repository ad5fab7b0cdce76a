import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAdmin, openSecretBox, type Admin, type Change } from "../admin/admin.ts";
import { type Api, startApi } from "../api/api.ts";
import { systemClock } from "../base/clock.ts";
import { openLog } from "../base/log.ts";
import { listLabels } from "../contract/agent-desk.ts";
import { whoAmI } from "../contract/people.ts";
import { createQueue } from "../contract/queues.ts";
import { demoFlow, openPrompts, validateFlow } from "../ivr/ivr.ts";
import { openPostgres, type Postgres } from "../store/postgres.ts";
import { openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { openCuttableProxy, type CuttableProxy } from "./cuttable-proxy.ts";
import { ApiClient } from "./system/api-client.ts";

const log = openLog("silent");
let database: TestDatabase;
let proxy: CuttableProxy;
let postgres: Postgres;
let admin: Admin;
let api: Api;
let folder: string;
let root: ApiClient;

beforeAll(async () => {
  database = await openTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "ringdown-outage-"));
  const url = new URL(database.url);
  proxy = await openCuttableProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  postgres = await openPostgres({ url: url.href }, log, { migrate: false });
  const prompts = openPrompts({ uploadsDirectory: folder });
  admin = await openAdmin({
    ...{ postgres, clock: systemClock, log, realm: "test", validateFlow, prompts },
    secrets: openSecretBox(randomBytes(32)),
  });
  await admin.createDemo({ origin: "http://127.0.0.1", flow: demoFlow });
  api = await startApi({
    endpoints: admin.endpoints,
    sessions: admin.sessions,
    upgradeHandlers: {},
    staticDir: null,
    host: "127.0.0.1",
    port: 0,
    log,
    version: "0",
  });
  const link = await admin.ensureFirstAdministratorLink(`http://127.0.0.1:${api.port}`);
  root = await ApiClient.byLink(link ?? "", "correct horse", { name: "Root", username: "root" });
});
afterAll(async () => {
  await api.close();
  await admin.close();
  await postgres.close();
  await proxy.close();
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

describe("while PostgreSQL is away", () => {
  it("who is signed in stays so, memory answers, the rest says unavailable, and afterwards all is as before", async () => {
    await root.call(whoAmI);
    proxy.cut();
    expect(await root.call(whoAmI)).toMatchObject({ username: "root" });
    expect(admin.directory.number("1000")).not.toBeNull();
    expect((await admin.labels()).notReadyReasons).toHaveLength(4);
    await expect(root.call(listLabels)).rejects.toMatchObject({ status: 503, code: "unavailable" });
    await expect(root.call(createQueue, { body: { name: "Not now" } })).rejects.toMatchObject({
      status: 503,
    });
    await expect(new ApiClient(root.origin).signIn("root", "correct horse")).rejects.toMatchObject({
      status: 503,
    });
    proxy.restore();
    const heard: Change[] = [];
    const stop = admin.changes.on((change) => heard.push(change));
    await root.call(createQueue, { body: { name: "Now" } });
    stop();
    expect(heard.map((change) => change.what)).toEqual(["queues", "routing"]);
    expect(admin.directory.queues().map((queue) => queue.name)).toEqual(["Now", "Sales", "Support"]);
  });
});
