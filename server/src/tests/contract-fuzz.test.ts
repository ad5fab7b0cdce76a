import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openMemoryLog, startAcd, type Acd } from "../acd/acd.ts";
import { type Admin, audit, openMediaDrains, serverEndpoints } from "../admin/admin.ts";
import { openAgents } from "../agents/agents.ts";
import { openStatusStore } from "../agents/status-store.postgres.ts";
import { healthEndpoints } from "../api/health.handlers.ts";
import { systemClock } from "../base/clock.ts";
import type { BoundEndpoint } from "../base/handler.ts";
import { openLog } from "../base/log.ts";
import * as contract from "../contract/contract.ts";
import type { Endpoint } from "../contract/contract.ts";
import { ErrorBody } from "../contract/errors.ts";
import { callbackEndpoints } from "../interactions/callbacks.handlers.ts";
import { openCallbacks } from "../interactions/callbacks.ts";
import { callerEndpoints } from "../interactions/caller.handlers.ts";
import { openCustomers } from "../customers/customers.ts";
import { deskEndpoints } from "../interactions/desk.handlers.ts";
import { openDesks } from "../interactions/desks.ts";
import { interactionEndpoints } from "../interactions/interactions.handlers.ts";
import { readInteraction } from "../interactions/interactions.postgres.ts";
import { openLedger, type Ledger } from "../interactions/ledger.ts";
import { whyEndpoints } from "../interactions/why.handlers.ts";
import { reportEndpoints } from "../reports/reports.ts";
import { openSimulations } from "../simulation/simulation.ts";
import type { TestDatabase } from "../store/test-database.ts";
import { startOffice, type OfficeRig } from "./office-rig.ts";
import { spoil, valuesOf } from "./schema-values.ts";
import type { ApiClient } from "./system/api-client.ts";

const runsPerEndpoint = 12;
const log = openLog("silent");
const endless = 1_000_000;

let office: OfficeRig;
let ids: string[] = [];
let dataDir: string;
const closing: (() => void | Promise<void>)[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "ringdown-fuzz-"));
  const rateLimits = { anonymousPerAddress: endless, perSession: endless, sensitivePerAddress: endless };
  office = await startOffice({ demo: true, rateLimits, more: openTheRest });
  const { directory } = office.admin;
  ids = [
    ...directory.queues().map((each) => each.id),
    ...directory.numbers().flatMap((each) => [each.id, each.flowId]),
    ...directory.trunks().map((each) => each.id),
    ...directory
      .people()
      .slice(0, 2)
      .map((each) => each.id),
  ];
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  await office.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** The endpoints outside administration, on their real parts; only telephony's credentials are made up. */
async function openTheRest({ postgres }: TestDatabase, admin: Admin): Promise<BoundEndpoint[]> {
  const clock = systemClock;
  const ledger: Ledger = await openLedger({ postgres, clock, log, nodeId: "fuzz", dataDir });
  const acd: Acd = await startAcd({ nodeId: "fuzz", log: openMemoryLog(clock), clock, journal: log });
  const agents = await openAgents(clock, openStatusStore(postgres, log));
  closing.push(
    () => ledger.close(),
    () => acd.close(),
    () => agents.close(),
  );
  admin.changes.on((change) => {
    if (change.what === "people") agents.setPerson(change.personId, change.active);
  });
  const customers = openCustomers({ postgres, clock, audit, announce: () => admin.announce() });
  const desks = openDesks({
    clock,
    agents,
    queueIdsOf: () => [],
    phoneOf: () => ({ registered: false, kind: null }),
    today: () => ({ handled: 0, missed: 0, talkMs: 0, holdMs: 0, wrapUpMs: 0, averageHandleMs: null }),
    publish: () => {},
  });
  const credential = {
    username: "u",
    password: "p",
    domain: "d",
    socket: "/sip",
    expiresAt: 1,
    iceServers: [],
    iceExpiresAt: null,
  };
  const simulations = openSimulations({ postgres, directory: admin.directory, clock, log });
  closing.push(() => simulations.close());
  const callbacks = openCallbacks({ postgres, clock, log, nodeId: "fuzz" });
  closing.push(() => callbacks.close());
  const rules = { allowed: [], isOwn: () => false };
  const drains = await openMediaDrains(postgres, clock, log);
  closing.push(() => drains.close());
  return [
    ...simulations.endpoints,
    ...deskEndpoints({
      acd,
      agents,
      clock,
      desks,
      ledger,
      labels: () => admin.labels(),
      issueCredential: () => credential,
    }),
    ...callerEndpoints({
      webNumber: (number) => admin.directory.number(number),
      issueGuestCredential: (number) => ({ ...credential, target: `sip:${number}@d` }),
    }),
    ...customers.endpoints,
    ...callbackEndpoints({ postgres, callbacks, desks, ledger, rulesOf: () => rules }),
    ...whyEndpoints({
      ...{ clock, acd, agents, directory: admin.directory },
      live: (interactionId) => ledger.live(interactionId),
      stored: (interactionId) => readInteraction(postgres, interactionId),
    }),
    ...interactionEndpoints({
      postgres,
      customerOf: (number) => customers.find(number),
      recordings: { pathOf: (file) => join(dataDir, file) },
      audit: (...access) => admin.auditRecordingAccess(...access),
    }),
    ...reportEndpoints({ postgres, directory: admin.directory }),
    ...serverEndpoints({ postgres, drains, servers: () => ({ nodeId: "fuzz", sip: [], media: [] }) }),
    ...healthEndpoints(
      () => {
        const part = { ok: true, sentence: "" };
        return Promise.resolve({ postgres: part, eventLog: part, sip: part, media: part, draining: part });
      },
      () => ({
        ...{ callsNow: 0, callsAccepted: 0, callsRejected: {}, scannerHits: 0, scannerDropped: 0 },
        ...{ digestFailures: 0, registrations: 0, ringsNow: 0, mediaCommandTimeouts: 0 },
      }),
    ),
  ];
}

function isEndpoint(value: unknown): value is Endpoint {
  return (
    typeof value === "object" && value !== null && "method" in value && "path" in value && "access" in value
  );
}

const endpoints: [string, Endpoint][] = Object.values(contract)
  .flatMap((module) => Object.values(module as object))
  .filter(isEndpoint)
  .map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint]);
const guarded = endpoints.filter(([, endpoint]) => endpoint.access !== "public");

interface Attempt {
  params: unknown;
  query: unknown;
  body: unknown;
}

function urlOf(endpoint: Endpoint, { params, query }: Attempt): string {
  const asText = (value: unknown) =>
    // Half a surrogate pair cannot be written in a URL at all.
    typeof value === "string" ? Buffer.from(value).toString() : JSON.stringify(value ?? null);
  const filled = endpoint.path.replaceAll(/:(\w+)/g, (_all, name: string) => {
    const value =
      typeof params === "object" && params !== null ? (params as Record<string, unknown>)[name] : params;
    return encodeURIComponent(asText(value).slice(0, 2_000)) || "-";
  });
  const pairs =
    typeof query === "object" && query !== null
      ? Object.entries(query).map(([key, value]) => [key, asText(value).slice(0, 2_000)])
      : [];
  return `${office.origin}${filled}?${new URLSearchParams(pairs as [string, string][]).toString()}`;
}

async function send(
  endpoint: Endpoint,
  attempt: Attempt,
  headers: Record<string, string>,
): Promise<Response> {
  const isWav = endpoint.requestType !== undefined;
  const body = isWav ? JSON.stringify(attempt.body) : JSON.stringify(attempt.body ?? null);
  return await fetch(urlOf(endpoint, attempt), {
    method: endpoint.method,
    headers: { "content-type": isWav ? "audio/wav" : "application/json", ...headers },
    ...(endpoint.method === "GET" ? {} : { body }),
  });
}

/** Below 500, and if not 2xx an ErrorBody that says why. */
async function expectCivil(response: Response, name: string): Promise<void> {
  const text = await response.text();
  expect(response.status, `${name}: ${text}`).toBeLessThan(500);
  if (!response.ok) expect(ErrorBody.safeParse(JSON.parse(text)).success, `${name}: ${text}`).toBe(true);
}

let lastClient: ApiClient | null = null;

/** An administrator whom the fuzzing has not signed out or locked out yet. */
async function signedIn(): Promise<ApiClient> {
  const isStillIn = await lastClient?.call(contract.people.whoAmI).then(
    () => true,
    () => false,
  );
  if (isStillIn !== true || lastClient === null)
    lastClient = await office.signUp(`fuzz-${crypto.randomUUID()}`, "administrator");
  return lastClient;
}

const nothing: Attempt = { params: {}, query: {}, body: {} };
const idle: Attempt = { ...nothing, params: new Proxy({}, { get: () => crypto.randomUUID() }) };

describe("every endpoint of the contract", () => {
  it("is served", () => {
    expect(endpoints.length).toBeGreaterThan(50);
  });

  it.each(guarded)("%s refuses strangers and forged cookies with 401", async (name, endpoint) => {
    const cookieText = fc.stringMatching(/^[!#-+\--:<-[\]-~]{1,80}$/);
    const cookies = fc.oneof(
      cookieText.map((value) => `ringdown_session=${value}`),
      fc.stringMatching(/^[A-Za-z0-9_-]{43}$/).map((value) => `ringdown_session=${value}`),
      cookieText,
    );
    expect((await send(endpoint, idle, {})).status).toBe(401);
    for (const cookie of fc.sample(cookies, 5)) {
      const response = await send(endpoint, idle, { cookie });
      expect(response.status, `${name} with ${cookie}`).toBe(401);
      expect(ErrorBody.safeParse(await response.json()).success).toBe(true);
    }
  });

  it("refuses roles that are too low with 403, and changes without the CSRF token", async () => {
    const ranks = ["public", "agent", "supervisor", "administrator"];
    for (const role of ["agent", "supervisor"] as const) {
      const client = await office.signUp(`fuzz-${role}`, role);
      const headers = { cookie: client.cookie, "x-csrf-token": client.me?.csrfToken ?? "" };
      for (const [name, endpoint] of guarded) {
        if (ranks.indexOf(endpoint.access) <= ranks.indexOf(role)) continue;
        expect((await send(endpoint, idle, headers)).status, `${name} as ${role}`).toBe(403);
      }
    }
    for (const [name, endpoint] of guarded)
      if (endpoint.method !== "GET")
        expect((await send(endpoint, idle, { cookie: office.administrator.cookie })).status, name).toBe(403);
  });

  it.each(endpoints)("%s answers good, spoiled and absurd input without a 5xx", async (name, endpoint) => {
    const client = await signedIn();
    const headers = { cookie: client.cookie, "x-csrf-token": client.me?.csrfToken ?? "" };
    const part = (type: Endpoint["params"]) => {
      const good = valuesOf(type, ids);
      return fc.oneof({ weight: 2, arbitrary: good }, { weight: 1, arbitrary: spoil(good) });
    };
    const attempts = fc.record({
      params: part(endpoint.params),
      query: part(endpoint.query),
      body: part(endpoint.body),
    });
    await fc.assert(
      fc.asyncProperty(attempts, async (attempt) => {
        await expectCivil(await send(endpoint, attempt, headers), name);
      }),
      { numRuns: runsPerEndpoint },
    );
  });

  it("reads no body that is not what it says", async () => {
    const { cookie, me } = office.administrator;
    const headers = { cookie, "x-csrf-token": me?.csrfToken ?? "" };
    const url = `${office.origin}/api/queues`;
    const raw = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
    );
    const types = fc.constantFrom(
      "application/json",
      "application/json; charset=utf-16",
      "text/plain",
      "audio/wav",
      "x",
    );
    const encodings = fc.constantFrom("identity", "gzip", "br", "nonsense");
    await fc.assert(
      fc.asyncProperty(raw, types, encodings, async (content, type, encoding) => {
        const response = await fetch(url, {
          method: "POST",
          headers: { ...headers, "content-type": type, "content-encoding": encoding },
          body: new Uint8Array(content),
        });
        expect(response.status).toBeGreaterThanOrEqual(400);
        await expectCivil(response, "POST /api/queues");
      }),
      { numRuns: 100 },
    );
  });
});
