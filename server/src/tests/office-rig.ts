import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Admin, openAdmin, openSecretBox } from "../admin/admin.ts";
import { type Api, type ApiOptions, startApi } from "../api/api.ts";
import { openRealtime, type RealtimeHub, type Snapshot } from "../api/realtime.ts";
import { systemClock } from "../base/clock.ts";
import type { BoundEndpoint } from "../base/handler.ts";
import { openLog } from "../base/log.ts";
import { createPerson } from "../contract/people.ts";
import { demoFlow, openPrompts, validateFlow } from "../ivr/ivr.ts";
import { openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { ApiClient } from "./system/api-client.ts";

/** The office without telephony: administration, API and realtime feed on a real database and a free port. */
export interface OfficeRig {
  database: TestDatabase;
  admin: Admin;
  api: Api;
  hub: RealtimeHub;
  origin: string;
  /** The first administrator, signed in. */
  administrator: ApiClient;
  /** A new person, signed in by their one-time link with the password "correct horse". */
  signUp(username: string, role: "agent" | "supervisor" | "administrator"): Promise<ApiClient>;
  close(): Promise<void>;
}

export interface OfficeRigOptions extends Partial<ApiOptions> {
  /** More endpoints besides those of administration. */
  more?: (database: TestDatabase, admin: Admin) => BoundEndpoint[] | Promise<BoundEndpoint[]>;
  demo?: boolean;
}

export async function startOffice(options: OfficeRigOptions = {}): Promise<OfficeRig> {
  const { more, demo, ...apiOptions } = options;
  const database = await openTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), "ringdown-office-"));
  const log = openLog("silent");
  const prompts = openPrompts({ uploadsDirectory: join(folder, "prompts") });
  const admin = await openAdmin({
    postgres: database.postgres,
    clock: systemClock,
    log,
    realm: "ringdown.test",
    validateFlow,
    prompts,
    secrets: openSecretBox(randomBytes(32)),
  });
  if (demo === true) await admin.createDemo({ origin: "http://127.0.0.1", flow: demoFlow });
  const { sessions } = admin;
  const hub = openRealtime({ sessions, clock: systemClock, log, snapshotFor: ({ id }) => emptySnapshot(id) });
  const api = await startApi({
    endpoints: [...admin.endpoints, ...((await more?.(database, admin)) ?? [])],
    sessions,
    upgradeHandlers: { "/api/realtime": (...upgrade) => hub.handleUpgrade(...upgrade) },
    staticDir: null,
    host: "127.0.0.1",
    port: 0,
    log,
    version: "0.0.0",
    strictResults: true,
    ...apiOptions,
  });
  const origin = `http://127.0.0.1:${api.port}`;
  const link = (await admin.ensureFirstAdministratorLink(origin)) ?? "";
  const administrator = await ApiClient.byLink(link, "correct horse", { name: "Root", username: "root" });
  return {
    database,
    admin,
    api,
    hub,
    origin,
    administrator,
    async signUp(username, role) {
      const body = { name: username, username, role };
      const { invitation } = await administrator.call(createPerson, { body });
      return await ApiClient.byLink(invitation.url, "correct horse");
    },
    async close() {
      await hub.close();
      await api.close();
      await admin.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function emptySnapshot(personId: string): Snapshot {
  return {
    desk: {
      personId,
      status: "not-ready",
      notReadyReason: null,
      state: "not-ready",
      stateSince: 0,
      phone: { registered: false, kind: null },
      queueIds: [],
      offer: null,
      call: null,
      wrapUp: null,
      today: { handled: 0, missed: 0, talkMs: 0, holdMs: 0, wrapUpMs: 0, averageHandleMs: null },
    },
    queues: [],
    agents: [],
    waiting: [],
  };
}
