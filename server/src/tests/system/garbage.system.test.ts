/** Strangers at every door of the running program, while people talk: nobody hears of it, and nothing breaks. */
import { createSocket, type Socket } from "node:dgram";
import { connect, type Socket as TcpSocket } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFailed } from "vitest";
import { setStatus } from "../../contract/agent-desk.ts";
import { readTraffic } from "../../contract/health.ts";
import { readInteraction } from "../../contract/interactions.ts";
import { signIn, whoAmI } from "../../contract/people.ts";
import type { Call } from "../rig/call.ts";
import { openTelephone, type Telephone } from "../rig/telephone.ts";
import { waitFor } from "../rig/wait-for.ts";
import { type House, openHouse, type PhoneAgent } from "./house.ts";
import { descendantsOf, isGone, residentBytes } from "./process-tree.ts";
import {
  forgedRtp,
  portsOf,
  randomPayloads,
  scannerMessage,
  throwAtSipSocket,
  throwAtTcp,
  throwDatagrams,
  tortureMessages,
} from "./rubbish.ts";
import { answerNext, callIn, hearEachOther, keepHearing } from "./voices.ts";

/** No trunk: the demo's allows 127.0.0.1 and ::1. */
const stranger = "127.0.0.9";
const mostGrowthBytes = 120 * 1_048_576;
let house: House;
let agents: PhoneAgent[];
let caller: Telephone;
let other: Telephone;
let call: Call;
let agentsCall: Call;
let pairPid: number;
let memoryBefore: number[];

beforeAll(async () => {
  house = await openHouse();
  agents = [await house.agentWithPhone(0), await house.agentWithPhone(1)];
  caller = await openTelephone({ number: "+15550161" });
  other = await openTelephone({ number: "+15550162" });
  const pair = descendantsOf(house.program.child.pid ?? 0).find(({ command }) =>
    command.includes("embedded/dist"),
  );
  pairPid = pair?.pid ?? 0;
  await agents[0]?.ready();
  call = await callIn(house, caller);
  agentsCall = await answerNext(agents[0] as PhoneAgent);
  await hearEachOther(call, agentsCall);
});
afterAll(async () => {
  await caller.close();
  await other.close();
  await house.close();
});

const memory = () => [house.program.child.pid ?? 0, pairPid].map(residentBytes);
beforeEach(() => {
  memoryBefore = memory();
  onTestFailed(() => {
    process.stderr.write(house.program.output().slice(-4_000));
  });
});
afterEach(() => {
  const grown = memory().map((now, index) => now - (memoryBefore[index] ?? 0));
  for (const bytes of grown) expect(bytes).toBeLessThan(mostGrowthBytes);
  expect(isGone(pairPid)).toBe(false);
  expect(call.end).toBeNull();
  expect(house.program.output()).not.toMatch(/"level":(50|60|"error")|a bug:|Bug in the embedded pair/i);
});

/** The one call that runs all the time is undisturbed while `trouble` lasts, and for half a second after it. */
async function undisturbed(trouble: Promise<unknown>): Promise<void> {
  let isOver = false;
  const over = trouble.finally(() => (isOver = true));
  while (!isOver) await keepHearing(call, agentsCall, performance.now() + 500);
  await over;
  await keepHearing(call, agentsCall, performance.now() + 500);
}

/** Somebody who may call gets through in seconds. */
async function newCallIsServed(): Promise<void> {
  const ben = agents[1] as PhoneAgent;
  await ben.client.call(setStatus, { body: { status: "ready", reasonId: null } });
  const startedAt = performance.now();
  const fresh = await other.call({ to: "+15550100", at: house.program.sipUdp });
  await fresh.answered(3_000);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  await fresh.press("11");
  const answered = await ben.phone.nextCall(10_000);
  await answered.answer();
  await fresh.hangUp();
  await waitFor("the agent's leg to end", () => answered.end);
}

describe("the SIP ports", () => {
  it("get RFC 4475's messages and random bytes, from a trunk's address and from a stranger's", async () => {
    const tcpPort = Number(house.program.sip.map((line) => /^tcp .*:(\d+)$/.exec(line)?.[1]).find(Boolean));
    const payloads = [...tortureMessages, ...randomPayloads(60)];
    await undisturbed(
      Promise.all([
        throwDatagrams("127.0.0.1", house.program.sipUdp.port, payloads),
        throwDatagrams(stranger, house.program.sipUdp.port, payloads),
        Promise.all(payloads.map((payload) => throwAtTcp(tcpPort, payload))),
        throwAtSipSocket(house.program.http, payloads.slice(0, 40)),
      ]),
    );
    await newCallIsServed();
  });

  it("stand a scanner's flood: it is counted, the talk is undisturbed, a caller still gets through", async () => {
    const before = await house.administrator.call(readTraffic);
    const scanner = await openScanner();
    const flood = scanner.flood(6_000);
    await undisturbed(Promise.all([flood, newCallIsServed()]));
    await scanner.close();
    const after = await house.administrator.call(readTraffic);
    expect(after.scannerHits).toBeGreaterThan(before.scannerHits);
    expect(after.scannerDropped).toBeGreaterThan(before.scannerDropped);
    expect(after.callsAccepted - before.callsAccepted).toBe(1);
    // Refusals and challenges only (OPTIONS is answered to anybody, seldom): no number and no account is told.
    const answers = scanner.answers();
    expect(Object.keys(answers).filter((answer) => !/ (100|40[137]|503)$/.test(answer))).toEqual([
      "OPTIONS 200",
    ]);
    // And not one answer per question: the flood is cut at the edge.
    expect(Object.values(answers).reduce((sum, count) => sum + count, 0)).toBeLessThan(2_000);
  });
});

interface Scanner {
  /** Sends so many requests at about 2,000 a second. */
  flood(count: number): Promise<void>;
  /** How often each answer came: "INVITE 403". */
  answers(): Record<string, number>;
  close(): Promise<void>;
}

async function openScanner(): Promise<Scanner> {
  const socket: Socket = createSocket("udp4");
  const answers = new Map<string, number>();
  socket.on("message", (bytes) => {
    const text = bytes.toString("latin1");
    const status = /^SIP\/2\.0 (\d{3})/.exec(text)?.[1] ?? "?";
    const answer = `${/^CSeq: \d+ (\w+)/im.exec(text)?.[1] ?? "?"} ${status}`;
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  });
  await new Promise<void>((resolve) => socket.bind(0, stranger, resolve));
  const { port } = socket.address();
  const to = house.program.sipUdp.port;
  return {
    async flood(count) {
      for (let sent = 0; sent < count;) {
        for (const until = sent + 20; sent < until; sent += 1)
          socket.send(scannerMessage(sent, stranger, port), to, "127.0.0.1");
        await new Promise((resolve) => setTimeout(resolve, 10)); // the pace of the flood, not a wait
      }
    },
    answers: () => Object.fromEntries(answers),
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

describe("the ports behind", () => {
  it("get random bytes, RTP of strangers included, and what they carry goes on", async () => {
    const ports = [house.program.child.pid ?? 0, pairPid].flatMap(portsOf);
    const tcp = ports.filter(({ protocol }) => protocol === "tcp");
    const udp = ports.filter(({ protocol }) => protocol === "udp");
    expect(tcp.length).toBeGreaterThanOrEqual(5); // http, sip, ws, control, event socket
    expect(udp.length).toBeGreaterThanOrEqual(5); // sip, and RTP with RTCP of two legs
    const attacks = [
      ...tcp.flatMap(({ port }) => randomPayloads(12).map((payload) => throwAtTcp(port, payload))),
      ...tcp.map(({ port }) => throwAtTcp(port, Buffer.from("99999#u|sip|network\r\n\r\nauth x\r\n\r\n"))),
      ...tcp.map(({ port }) => throwAtTcp(port, Buffer.alloc(2_000_000, 0x41))),
      ...udp.map(({ port }) => throwDatagrams(stranger, port, [...forgedRtp(150), ...randomPayloads(60)])),
    ];
    await undisturbed(Promise.all(attacks));
    await newCallIsServed();
  });
});

describe("the HTTP port", () => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${house.program.http}${path}`, { headers, redirect: "manual" });

  it("takes no forged cookie and no request without the page's own token", async () => {
    const forged = [
      "x",
      "a".repeat(43),
      "../../etc/passwd",
      "%00",
      "a".repeat(6_000),
      "{}",
      "1; drop table person",
    ];
    for (const token of forged) {
      const response = await get(whoAmI.path, { cookie: `ringdown_session=${encodeURIComponent(token)}` });
      expect([401, 429, 431]).toContain(response.status);
    }
    const { cookie, origin } = house.administrator;
    const steal = (headers: Record<string, string>) =>
      fetch(`${origin}/api/queues`, {
        method: "POST",
        headers: { cookie, "content-type": "application/json", ...headers },
        body: JSON.stringify({ name: "Forged" }),
      });
    expect((await steal({})).status).toBe(403);
    expect((await steal({ "x-csrf-token": "forged" })).status).toBe(403);
    expect((await house.administrator.raw(whoAmI)).status).toBe(200);
  });

  it("gives no file but its own, whatever the path", async () => {
    const { cookie } = house.administrator;
    const climbs = ["../", "..%2f", "%2e%2e/", "..%5c", "....//", "%252e%252e%252f"];
    for (const climb of climbs)
      for (const prefix of ["/", "/assets/", "/api/recordings/", "/call/"])
        for (const target of ["etc/passwd", "postgres.password", "package.json"]) {
          const answer = await rawGet(`${prefix}${climb.repeat(8)}${target}`, cookie);
          expect(answer).toMatch(/^HTTP\/1\.1 (400|404|429|200)/);
          expect(answer).not.toMatch(/root:|"workspaces"/);
          if (answer.startsWith("HTTP/1.1 200")) expect(answer).toContain("<!doctype html>");
        }
    for (const id of ["..%2f..%2fowner.pid", "%00", "0", "../../x"]) {
      const response = await house.administrator.raw(readInteraction, { params: { interactionId: id } });
      expect([400, 404]).toContain(response.status);
    }
  });

  it("refuses bodies and headers that are too large, and lines that are no HTTP", async () => {
    const { origin } = house.administrator;
    const huge = await fetch(`${origin}${signIn.path}`, {
      method: "POST",
      headers: { "content-type": "application/json", origin },
      body: JSON.stringify({ username: "boss", password: "x".repeat(3_000_000) }),
    });
    expect([413, 429]).toContain(huge.status);
    const bomb = await rawGet("/healthz", "", `X-Bomb: ${"a".repeat(100_000)}\r\n`);
    expect(bomb).toMatch(/^HTTP\/1\.1 431/);
    for (const line of [
      "TRACE / HTTP/1.1",
      "GET / HTTP/9.9",
      "\u0000\u0001",
      "CONNECT evil.example:443 HTTP/1.1",
    ])
      expect(await speak(`${line}\r\nHost: x\r\nConnection: close\r\n\r\n`)).toMatch(/^$|^HTTP\/1\.1 4/);
    expect((await get("/healthz")).status).toBe(200);
  });

  it("cuts off those who send their headers one byte at a time, and serves others meanwhile", async () => {
    const slow = await Promise.all(Array.from({ length: 150 }, () => openSlowly()));
    const drip = setInterval(() => {
      for (const { socket } of slow) if (socket.writable) socket.write("a");
    }, 500);
    try {
      expect((await get("/healthz")).status).toBe(200);
      await undisturbed(
        waitFor("every slow connection to be closed", () => slow.every(({ isClosed }) => isClosed()), {
          timeoutMs: 20_000,
        }),
      );
    } finally {
      clearInterval(drip);
      for (const { socket } of slow) socket.destroy();
    }
    expect((await get("/healthz")).status).toBe(200);
  });

  function port(): number {
    return Number(new URL(house.program.http).port);
  }

  async function openSlowly(): Promise<{ socket: TcpSocket; isClosed(): boolean }> {
    const socket = connect({ port: port(), host: "127.0.0.1" });
    let closed = false;
    socket.on("error", () => undefined); // the close follows
    socket.on("close", () => (closed = true));
    socket.resume();
    await new Promise<void>((resolve) => socket.once("connect", resolve));
    socket.write("GET /healthz HTTP/1.1\r\nX-Slow: ");
    return { socket, isClosed: () => closed };
  }

  /** Bytes as they are: fetch would tidy the path. */
  function rawGet(path: string, cookie: string, more = ""): Promise<string> {
    return speak(
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: ${cookie}\r\n${more}\r\n`,
    );
  }

  function speak(text: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect({ port: port(), host: "127.0.0.1" });
      let heard = "";
      socket.on("data", (bytes: Buffer) => (heard += bytes.toString("latin1")));
      socket.on("error", () => undefined); // the close follows
      socket.on("close", () => resolve(heard));
      socket.setTimeout(15_000, () => socket.destroy());
      socket.write(text);
    });
  }
});
