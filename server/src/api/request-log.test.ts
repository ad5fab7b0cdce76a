import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { bind, bindPublic } from "../base/handler.ts";
import { openLog } from "../base/log.ts";
import { endpoint } from "../contract/endpoint.ts";
import { waitFor } from "../tests/rig/wait-for.ts";
import { type Api, startApi } from "./api.ts";
import type { AnsweredRequest } from "./request-log.ts";

const note = endpoint({
  method: "PUT",
  path: "/api/interactions/:interactionId/note",
  access: "agent",
  summary: "Notes",
  params: z.object({ interactionId: z.string() }),
});
const find = endpoint({
  method: "GET",
  path: "/api/find/:number",
  access: "public",
  summary: "Finds",
  params: z.object({ number: z.string() }),
  query: z.object({ name: z.string() }),
});
const wait = endpoint({ method: "GET", path: "/api/wait", access: "public", summary: "Waits" });

const apis: Api[] = [];
afterAll(async () => {
  for (const api of apis) await api.close();
});

async function open() {
  const lines: string[] = [];
  const answered: AnsweredRequest[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const api = await startApi({
    endpoints: [
      bind(note, () => Promise.resolve({})),
      bindPublic(find, () => Promise.reject(new Error("no +15550142"))),
      bindPublic(wait, () => held.then(() => ({}))),
    ],
    sessions: {
      authenticate: () =>
        Promise.resolve({ sessionId: "s", user: { id: "p1", name: "Ada", role: "agent" }, csrfToken: "c" }),
    },
    upgradeHandlers: {},
    staticDir: null,
    host: "127.0.0.1",
    port: 0,
    log: openLog("debug", { write: (line) => lines.push(line) }),
    version: "0",
    onRequest: (request) => answered.push(request),
  });
  apis.push(api);
  const ask = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${api.port}${path}`, init);
  const last = async (route: string) => {
    await waitFor(`a request to ${route}`, () => answered.find((one) => one.route === route));
    return lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .findLast((line) => line["route"] === route);
  };
  return { api, ask, answered, lines, last, release };
}

describe("a request's line in the log", () => {
  it("has the id that the answer carries, the route, who asked, and the call that it is about", async () => {
    const { ask, last, answered } = await open();
    const response = await ask("/api/interactions/0af76519/note", {
      method: "PUT",
      headers: { cookie: "ringdown_session=t", "x-csrf-token": "c", "content-type": "application/json" },
      body: "{}",
    });
    expect(response.status).toBe(200);
    expect(await last("/api/interactions/:interactionId/note")).toMatchObject({
      level: "info",
      requestId: response.headers.get("x-request-id"),
      method: "PUT",
      status: 200,
      personId: "p1",
      callId: "0af76519",
      msg: "A request was answered",
    });
    expect(answered[0]?.tookMs).toBeGreaterThan(0);
  });

  it("has no path, and a bug's message no number", async () => {
    const { ask, last, lines } = await open();
    const response = await ask("/api/find/%2B15550142?name=Ada");
    expect(response.status).toBe(500);
    expect(await last("/api/find/:number")).toMatchObject({ level: "debug", status: 500 });
    expect(lines.find((line) => line.includes("a bug"))).toContain(
      String(response.headers.get("x-request-id")),
    );
    expect(lines.join("")).not.toMatch(/15550142|Ada/);
  });

  it("says so when the asker went away, and when there is no such page", async () => {
    const { api, ask, last, release } = await open();
    expect((await ask("/welcome/one-time-token")).status).toBe(404);
    expect(await last("none")).toMatchObject({ status: 404 });
    const socket = connect(api.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("GET /api/wait HTTP/1.1\r\nHost: x\r\n\r\n");
    socket.end();
    socket.destroy();
    expect(await last("/api/wait")).toMatchObject({ status: 499 });
    release();
  });
});
