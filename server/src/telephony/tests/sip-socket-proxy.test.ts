import { createServer } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { connect, createServer as createTcpServer } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { waitFor } from "../../tests/rig/wait-for.ts";
import type { SipSocketProxy, SipSocketProxyOptions, SipSocketTarget } from "../sip-socket-proxy.ts";
import { proxySipSocket } from "../sip-socket-proxy.ts";
import { openStand } from "./stand.ts";
import { openWebPhone } from "./web-phone.ts";

/** An edge that says in return what it was told, and remembers the handshake. */
let edge: WebSocketServer;
let handshake: IncomingMessage | null = null;
let edgePort = 0;
const opened: { server: Server; proxy: SipSocketProxy }[] = [];

beforeAll(async () => {
  edge = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => "sip" });
  edge.on("connection", (socket, request) => {
    handshake = request;
    socket.on("message", (data) => socket.send(data, { binary: false }));
  });
  await new Promise((resolve) => edge.once("listening", resolve));
  edgePort = (edge.address() as AddressInfo).port;
});
afterAll(() => new Promise((resolve) => edge.close(resolve)));
afterEach(async () => {
  for (const { server, proxy } of opened.splice(0)) {
    proxy.close();
    await new Promise((resolve) => server.close(resolve));
  }
});

function edgeAt(port: number, edge = "edge"): SipSocketTarget {
  return { edge, host: "127.0.0.1", port };
}

async function openProxy(options: Partial<SipSocketProxyOptions> = {}): Promise<number> {
  const proxy = proxySipSocket({ target: () => edgeAt(edgePort), ...options });
  const server = createServer();
  server.on("upgrade", proxy);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  opened.push({ server, proxy });
  return (server.address() as AddressInfo).port;
}

function dial(port: number, protocol = "sip"): Promise<WebSocket | number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/sip`, protocol, {
    headers: { Cookie: "session=secret" },
  });
  return new Promise((resolve) => {
    socket.once("open", () => resolve(socket));
    socket.once("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    socket.on("error", () => undefined);
  });
}

async function connected(port: number): Promise<WebSocket> {
  const socket = await dial(port);
  if (typeof socket === "number") throw new Error(`Refused with ${socket}`);
  return socket;
}

describe("the proxy of SIP websockets", () => {
  it("pipes both ways, tells the address that the edge sees, and keeps cookies to itself", async () => {
    const told: string[] = [];
    const port = await openProxy({
      onOpen: (address, localPort) => told.push(`open ${address}:${localPort}`),
      onClose: (address, localPort) => told.push(`close ${address}:${localPort}`),
    });
    const socket = await connected(port);
    expect(socket.protocol).toBe("sip");
    const echoed = new Promise((resolve) =>
      socket.once("message", (data: Buffer) => resolve(data.toString())),
    );
    socket.send("OPTIONS sip:a@b SIP/2.0");
    expect(await echoed).toBe("OPTIONS sip:a@b SIP/2.0");
    expect(handshake?.headers.cookie).toBeUndefined();
    const seen = `${handshake?.socket.remoteAddress}:${handshake?.socket.remotePort}`;
    expect(told).toEqual([`open ${seen}`]);
    socket.terminate();
    await waitFor("the close to be told", () => told.length === 2, { timeoutMs: 2_000 });
    expect(told[1]).toBe(`close ${seen}`);
  });

  it("closes the browser's side when the edge closes, and the other way round", async () => {
    const port = await openProxy();
    const socket = await connected(port);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    for (const client of edge.clients) client.terminate();
    await closed;
  });

  it("refuses with 503 while there is no edge, and leaves one on request", async () => {
    const edges = [null, edgeAt(edgePort, "lost"), edgeAt(edgePort, "kept")];
    const server = createServer();
    const proxy = proxySipSocket({ target: () => edges.shift() ?? null });
    server.on("upgrade", proxy);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    opened.push({ server, proxy });
    const { port } = server.address() as AddressInfo;
    expect(await dial(port)).toBe(503);
    const [lost, kept] = [await connected(port), await connected(port)];
    const closed = new Promise((resolve) => lost.once("close", resolve));
    proxy.leaveEdge("lost");
    await closed;
    expect(kept.readyState).toBe(WebSocket.OPEN);
  });

  it("refuses more than its share from one address, and takes them again when others have gone", async () => {
    const port = await openProxy({ mostPerAddress: 2 });
    const sockets = [await connected(port), await connected(port)];
    expect(await dial(port)).toBe(429);
    sockets[0]?.terminate();
    await waitFor("a place", async () => typeof (await dial(port)) !== "number", { timeoutMs: 2_000 });
  });

  it.each([
    ["another protocol", "chat"],
    ["none that it knows", "mqtt"],
  ])("refuses %s", async (_name, protocol) => {
    expect(await dial(await openProxy(), protocol)).toBe(400);
  });

  it("answers 502 when the edge is not there, and 504 when it says nothing", async () => {
    const silent = createTcpServer((socket) => socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const target = () => edgeAt(port);
    expect(await dial(await openProxy({ target, handshakeTimeoutMs: 200 }))).toBe(504);
    await new Promise((resolve) => silent.close(resolve));
    expect(await dial(await openProxy({ target }))).toBe(502);
  });

  it("survives a browser that vanishes in the handshake", async () => {
    const port = await openProxy();
    const socket = connect(port, "127.0.0.1");
    socket.write(
      "GET /sip HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\n\r\n",
      () => socket.destroy(),
    );
    const after = await connected(port);
    after.terminate();
  });

  it("takes a softphone to the registrar, which hears at once that the tab is gone", async () => {
    const stand = await openStand({ trunks: [] });
    const { registrar } = stand.telephony;
    const port = await openProxy({
      target: () => ({ ...stand.pair.ws, edge: stand.pair.name }),
      onClose: (address, localPort, edge) => registrar.connectionClosed(address, localPort, edge),
    });
    const credential = registrar.issueCredential({ kind: "person", personId: "a1" }, 60_000);
    const phone = await openWebPhone({ host: "127.0.0.1", port, path: "/sip" }, credential, "ringdown.test");
    expect(await phone.register()).toBe(200);
    expect(registrar.isRegistered("a1")).toBe(true);
    await phone.close();
    await waitFor("the registration to go", () => !registrar.isRegistered("a1"), { timeoutMs: 2_000 });
    await stand.close();
  });
});
