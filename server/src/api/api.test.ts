import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { bind, bindPublic, type BoundEndpoint } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import { openLog } from "../base/log.ts";
import { endpoint } from "../contract/endpoint.ts";
import { startApi, type Api, type ApiOptions } from "./api.ts";
import { healthEndpoints } from "./health.handlers.ts";

const part = { ok: true, sentence: "" };
let ready = true;
let release: () => void = () => {};
const held = new Promise<void>((resolve) => {
  release = resolve;
});

const greet = endpoint({
  method: "GET",
  path: "/api/greet",
  access: "public",
  summary: "Says who asks",
  result: z.object({ origin: z.string(), ip: z.string() }),
});
const wait = endpoint({ method: "GET", path: "/api/wait", access: "public", summary: "Waits" });
const leak = endpoint({
  method: "GET",
  path: "/api/leak",
  access: "public",
  summary: "Answers more than it promises",
  result: z.object({ name: z.string() }),
});
const broken = endpoint({ method: "GET", path: "/api/broken", access: "public", summary: "Has a bug" });
const full = endpoint({ method: "GET", path: "/api/full", access: "agent", summary: "Needs a disk" });

const endpoints: BoundEndpoint[] = [
  bindPublic(greet, (_input, { origin, ip }) => Promise.resolve({ origin, ip })),
  bindPublic(wait, () => held.then(() => ({}))),
  bindPublic(leak, () => Promise.resolve({ name: "x", passwordHash: "secret" })),
  bindPublic(broken, () => Promise.reject(new Error("a secret detail"))),
  bind(full, () => Promise.reject(new Failure("disk-full", "The disk is full"))),
  ...healthEndpoints(
    () =>
      Promise.resolve({
        postgres: part,
        eventLog: part,
        sip: part,
        media: { ...part, ok: ready },
        draining: part,
      }),
    () => ({
      ...{ callsNow: 0, callsAccepted: 0, callsRejected: {}, scannerHits: 0, scannerDropped: 0 },
      ...{ digestFailures: 0, registrations: 0, ringsNow: 0, mediaCommandTimeouts: 0 },
    }),
  ),
];

let folder: string;
let api: Api;
const opened: Api[] = [];

async function open(options: Partial<ApiOptions> = {}): Promise<Api> {
  const one = await startApi({
    endpoints,
    sessions: {
      authenticate: () =>
        Promise.resolve({ sessionId: "s", user: { id: "p", name: "P", role: "agent" }, csrfToken: "c" }),
    },
    upgradeHandlers: {},
    staticDir: folder,
    host: "127.0.0.1",
    port: 0,
    log: openLog("silent"),
    version: "0",
    ...options,
  });
  opened.push(one);
  return one;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ringdown-app-"));
  await mkdir(join(folder, "assets"));
  await writeFile(join(folder, "index.html"), "<title>app</title>");
  await writeFile(join(folder, "assets/main-abc.js"), "1");
  api = await open();
});
afterAll(async () => {
  release();
  for (const each of opened) await each.close();
  await rm(folder, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}, { port } = api) =>
  fetch(`http://127.0.0.1:${port}${path}`, { headers });

describe("the app", () => {
  it("is served for every page of its own, and never kept", async () => {
    for (const path of [
      "/",
      "/call/1000",
      "/call/%2B15550100",
      "/welcome/abc-DEF_1",
      "/interactions/x?y=1",
    ]) {
      const response = await get(path);
      expect([response.status, await response.text(), response.headers.get("cache-control")]).toEqual([
        200,
        "<title>app</title>",
        "no-cache",
      ]);
    }
  });

  it("keeps files with a hash for a year, and does not answer for missing ones", async () => {
    expect((await get("/assets/main-abc.js")).headers.get("cache-control")).toBe(
      "public, max-age=31536000, immutable",
    );
    expect((await get("/assets/main-old.js")).status).toBe(404);
    expect((await get("/missing.png")).status).toBe(404);
    expect(await (await get("/..%2f..%2f..%2fetc/passwd")).text()).toBe("<title>app</title>");
    expect((await get("/assets/..%2f..%2f..%2fetc/passwd")).status).toBe(404);
  });

  it("may be framed by other sites only on the caller's page", async () => {
    const policy = async (path: string) => (await get(path)).headers.get("content-security-policy");
    expect(await policy("/")).toContain("frame-ancestors 'none'");
    expect(await policy("/call/1000")).toContain("frame-ancestors *");
  });
});

describe("answers", () => {
  it("hold what the contract promises and nothing more", async () => {
    expect(await (await get("/api/leak")).json()).toEqual({ name: "x" });
  });

  it("tell nothing of a bug but its request id", async () => {
    const response = await get("/api/broken");
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).not.toContain("secret");
    expect(JSON.parse(text)).toMatchObject({
      error: { code: "internal", requestId: response.headers.get("x-request-id") },
    });
  });

  it("have the status of the failure's code", async () => {
    expect((await get("/api/full", { cookie: "ringdown_session=x" })).status).toBe(507);
  });

  it("say readiness by their status", async () => {
    expect((await get("/readyz")).status).toBe(200);
    ready = false;
    const response = await get("/readyz");
    expect([response.status, await response.json()]).toEqual([503, expect.objectContaining({ ok: false })]);
    ready = true;
    expect((await get("/healthz")).status).toBe(200);
  });
});

describe("addresses", () => {
  it("of callers come from the proxy only if it is trusted", async () => {
    const headers = { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https" };
    const origin = `127.0.0.1:${api.port}`;
    expect(await (await get("/api/greet", headers)).json()).toEqual({
      origin: `http://${origin}`,
      ip: "127.0.0.1",
    });
    const behind = await open({ trustedProxies: ["127.0.0.0/8"] });
    expect(await (await get("/api/greet", headers, behind)).json()).toEqual({
      origin: `https://127.0.0.1:${behind.port}`,
      ip: "203.0.113.9",
    });
    const named = await open({ publicUrl: "https://calls.example.org" });
    expect(await (await get("/api/greet", {}, named)).json()).toMatchObject({
      origin: "https://calls.example.org",
    });
  });

  it("that are taken are named", async () => {
    await expect(open({ port: api.port })).rejects.toThrow(`127.0.0.1:${api.port}: it is in use`);
  });
});

describe("upgrades", () => {
  it("to unknown paths are refused, and names from Object's prototype are unknown", async () => {
    for (const path of ["/nowhere", "/constructor", "/__proto__"]) {
      const upgrade = request({
        port: api.port,
        path,
        headers: { connection: "Upgrade", upgrade: "websocket" },
      });
      upgrade.end();
      const [response] = (await once(upgrade, "response")) as [{ statusCode: number; resume(): void }];
      response.resume();
      expect(response.statusCode).toBe(404);
    }
  });
});

describe("closing", () => {
  it("lets a request under way end, and cuts a connection that only sits there", async () => {
    const one = await open();
    const answer = get("/api/wait", {}, one);
    const idle = connect(one.port, "127.0.0.1");
    await once(idle, "connect");
    idle.on("error", () => undefined);
    // The request has arrived when the server counts it: a second one is answered after it.
    await (await get("/healthz", {}, one)).text();
    const closing = one.close();
    release();
    expect((await answer).status).toBe(200);
    await closing;
    await expect(get("/healthz", {}, one)).rejects.toThrow();
    idle.destroy();
  });
});
