import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createManualClock, type ManualClock } from "../base/clock.manual.ts";
import { openLog } from "../base/log.ts";
import type { ClientMessage, LiveEvent, ServerMessage } from "../contract/live.ts";
import type { Role } from "../contract/people.ts";
import { openRealtime, type RealtimeHub, type Snapshot } from "./realtime.ts";

const people: Record<string, { id: string; role: Role }> = {
  ann: { id: "11111111-1111-4111-8111-111111111111", role: "agent" },
  sue: { id: "22222222-2222-4222-8222-222222222222", role: "supervisor" },
};
const changed = (what: "people" | "queues" | "flows"): LiveEvent => ({ kind: "changed", what });

let clock: ManualClock;
let hub: RealtimeHub;
let server: Server;
let duringSnapshot: () => void;
const ended = new Set<string>();

beforeEach(async () => {
  clock = createManualClock(1_000_000);
  duringSnapshot = () => {};
  ended.clear();
  hub = openRealtime({
    clock,
    log: openLog("silent"),
    keptEvents: 5,
    sessions: {
      authenticate: (token) => {
        const person = ended.has(token) ? undefined : people[token];
        if (person === undefined) return Promise.resolve(null);
        const user = { id: person.id, name: token, role: person.role };
        return Promise.resolve({ sessionId: `session of ${token}`, user, csrfToken: "" });
      },
    },
    snapshotFor: async ({ id }) => {
      await Promise.resolve();
      duringSnapshot();
      return { desk: { personId: id }, queues: [], agents: [], waiting: [] } as unknown as Snapshot;
    },
  });
  server = createServer();
  server.on("upgrade", (request, socket, head) => hub.handleUpgrade(request, socket, head));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  const closed = hub.close();
  clock.advance(2_000);
  await closed;
  server.close();
});

class Browser {
  readonly received: ServerMessage[] = [];
  readonly socket: WebSocket;
  closedWith: number | null = null;

  constructor(token: string, headers: Record<string, string> = {}) {
    const { port } = server.address() as AddressInfo;
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/api/realtime`, {
      headers: { cookie: `ringdown_session=${token}`, ...headers },
    });
    this.socket.on("message", (data: Buffer) =>
      this.received.push(JSON.parse(data.toString()) as ServerMessage),
    );
    this.socket.on("close", (code) => {
      this.closedWith = code;
    });
    this.socket.on("error", () => undefined);
  }

  static async open(token: string, first: ClientMessage = { type: "hello" }): Promise<Browser> {
    const browser = new Browser(token);
    await once(browser.socket, "open");
    browser.send(first);
    await expect.poll(() => browser.received.length).toBeGreaterThan(0);
    return browser;
  }

  send(message: ClientMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  get snapshot() {
    const [first] = this.received;
    if (first?.type !== "snapshot") throw new Error(`The first message was ${first?.type}`);
    return first;
  }

  get events(): [number, string][] {
    return this.received.flatMap((each): [number, string][] =>
      each.type === "event" && each.event.kind === "changed" ? [[each.seq, each.event.what]] : [],
    );
  }
}

async function statusOf(browser: Browser): Promise<number | undefined> {
  const [, response] = (await once(browser.socket, "unexpected-response")) as [
    unknown,
    { statusCode?: number },
  ];
  return response.statusCode;
}

describe("the realtime feed", () => {
  it("sends a snapshot, then events numbered without gaps, to whom they are for", async () => {
    const ann = await Browser.open("ann");
    const sue = await Browser.open("sue");
    expect(ann.snapshot).toMatchObject({ seq: 0, now: clock.now(), desk: { personId: people["ann"]?.id } });
    hub.publish("everyone", changed("people"));
    hub.publish("supervisors", changed("queues"));
    hub.publish({ personId: people["ann"]?.id ?? "" }, changed("flows"));
    await expect
      .poll(() => ann.events)
      .toEqual([
        [1, "people"],
        [2, "flows"],
      ]);
    await expect
      .poll(() => sue.events)
      .toEqual([
        [1, "people"],
        [2, "queues"],
      ]);
  });

  it("loses no event that comes while a snapshot is made", async () => {
    duringSnapshot = () => hub.publish("everyone", changed("queues"));
    const ann = await Browser.open("ann");
    hub.publish("everyone", changed("flows"));
    await expect
      .poll(() => ann.events)
      .toEqual([
        [1, "queues"],
        [2, "flows"],
      ]);
    expect(ann.snapshot.seq).toBe(0);
  });

  it("resumes with the missing events, and with a snapshot when too many are missing", async () => {
    const first = await Browser.open("ann");
    const { stream } = first.snapshot;
    first.socket.close();
    await once(first.socket, "close");
    await expect.poll(() => hub.isConnected(people["ann"]?.id ?? "")).toBe(false);
    hub.publish("everyone", changed("queues"));
    hub.publish("everyone", changed("flows"));
    const again = await Browser.open("ann", { type: "resume", stream, seq: 1 });
    expect(again.received[0]).toEqual({ type: "resumed", stream, seq: 1, now: clock.now() });
    await expect.poll(() => again.events).toEqual([[2, "flows"]]);
    for (let i = 0; i < 6; i += 1) hub.publish("everyone", changed("people"));
    const late = await Browser.open("ann", { type: "resume", stream, seq: 1 });
    expect(late.snapshot.seq).toBe(8);
    const foreign = await Browser.open("ann", { type: "resume", stream: "another", seq: 8 });
    expect(foreign.snapshot.seq).toBe(8);
  });

  it("forgets a stream two minutes after its last connection", async () => {
    const first = await Browser.open("ann");
    const { stream } = first.snapshot;
    first.socket.close();
    await expect.poll(() => hub.isConnected(people["ann"]?.id ?? "")).toBe(false);
    clock.advance(121_000);
    const again = await Browser.open("ann", { type: "resume", stream, seq: 0 });
    expect(again.snapshot.stream).not.toBe(stream);
  });

  it("tells that the server is going away, also to who comes during the drain, by a snapshot or resuming", async () => {
    const kinds = (browser: Browser) => browser.received.map(({ type }) => type);
    const present = await Browser.open("ann");
    hub.announceGoingAway(3_600_000);
    await expect.poll(() => kinds(present)).toEqual(["snapshot", "going-away"]);
    const later = await Browser.open("sue");
    await expect.poll(() => kinds(later)).toEqual(["snapshot", "going-away"]);
    const back = await Browser.open("ann", { type: "resume", stream: present.snapshot.stream, seq: 0 });
    await expect.poll(() => kinds(back)).toEqual(["resumed", "going-away"]);
  });

  it("tells presence once per person, when the first tab opens and the last one is gone", async () => {
    const heard: boolean[] = [];
    hub.onPresence((_personId, connected) => heard.push(connected));
    const one = await Browser.open("ann");
    const two = await Browser.open("ann");
    one.socket.close();
    await once(one.socket, "close");
    two.socket.terminate();
    await expect.poll(() => heard).toEqual([true, false]);
  });

  it("cuts off a browser that is silent for nine seconds", async () => {
    const ann = await Browser.open("ann");
    ann.socket.pause(); // its computer sleeps: pings are not answered any more
    for (let i = 0; i < 4; i += 1) clock.advance(3_000);
    await expect.poll(() => hub.isConnected(people["ann"]?.id ?? "")).toBe(false);
    ann.socket.terminate();
  });

  it("answers pings and closes on what it doesn't understand", async () => {
    const ann = await Browser.open("ann");
    ann.send({ type: "ping" });
    await expect.poll(() => ann.received.at(-1)).toEqual({ type: "pong", now: clock.now() });
    ann.socket.send('{"type":"drop table"}');
    await expect.poll(() => ann.closedWith).toBe(1003);
  });

  it("closes on a browser that talks without end", async () => {
    const ann = await Browser.open("ann");
    for (let i = 0; i < 40; i += 1) ann.send({ type: "hello" });
    await expect.poll(() => ann.closedWith).toBe(1008);
  });

  it("says signed-out when the session ends, here or elsewhere", async () => {
    const ann = await Browser.open("ann");
    hub.endSession("session of ann");
    expect(hub.isConnected(people["ann"]?.id ?? "")).toBe(false);
    await expect.poll(() => ann.closedWith).toBe(4401);
    expect(ann.received.at(-1)).toEqual({ type: "signed-out" });
    const sue = await Browser.open("sue");
    ended.add("sue");
    for (let i = 0; i < 9; i += 1) {
      clock.advance(3_000);
      const pings = once(sue.socket, "ping");
      await pings;
      sue.send({ type: "ping" });
      await expect.poll(() => sue.received.filter((each) => each.type === "pong").length).toBe(i + 1);
    }
    clock.advance(3_000); // the tenth heartbeat asks whether the session still holds
    await expect.poll(() => sue.closedWith).toBe(4401);
  });

  it("makes a person whose rights changed come back for a new snapshot", async () => {
    const sue = await Browser.open("sue");
    const { stream } = sue.snapshot;
    hub.publish("supervisors", changed("queues"));
    hub.restart(people["sue"]?.id ?? "");
    await expect.poll(() => sue.closedWith).toBe(4205);
    const again = await Browser.open("sue", { type: "resume", stream, seq: 0 });
    expect(again.snapshot.stream).not.toBe(stream);
  });

  it("lets in neither strangers nor pages of other sites", async () => {
    expect(await statusOf(new Browser("forged"))).toBe(401);
    expect(await statusOf(new Browser("ann", { origin: "https://evil.example" }))).toBe(403);
    expect(await statusOf(new Browser("ann", { origin: "null" }))).toBe(403);
  });
});
