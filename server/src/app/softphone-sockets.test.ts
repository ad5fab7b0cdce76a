import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { createManualClock } from "../base/clock.manual.ts";
import type { Telephony } from "../telephony/telephony.ts";
import { openSoftphoneSockets } from "./softphone-sockets.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0).reverse()) close();
});

async function listen(server: Server | WebSocketServer): Promise<number> {
  await new Promise((resolve) => server.once("listening", resolve));
  return (server.address() as AddressInfo).port;
}

async function openEdge(name: string) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => "sip" });
  closing.push(() => server.close());
  return { name, server, target: { edge: name, host: "127.0.0.1", port: await listen(server) } };
}

async function open() {
  const edges = [await openEdge("a:9022"), await openEdge("b:9022")] as const;
  const clock = createManualClock();
  const up = new Set(edges.map(({ name }) => name));
  const listeners = new Set<(name: string) => void>();
  const told: string[] = [];
  const telephony = {
    isEdgeUp: (name: string) => up.has(name),
    onEdgeDown: (listener: (name: string) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    registrar: { connectionClosed: (_address: string, _port: number, edge: string) => told.push(edge) },
  } as unknown as Telephony;
  const webSockets = edges.map(({ target }) => target);
  const proxy = openSoftphoneSockets({ telephony, webSockets }, { clock });
  const server = createServer();
  server.on("upgrade", proxy);
  server.listen(0, "127.0.0.1");
  const port = await listen(server);
  closing.push(
    () => server.close(),
    () => proxy.close(),
  );
  const connect = async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/sip`, "sip");
    await new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    closing.push(() => socket.terminate());
    return socket;
  };
  const lose = (name: string) => {
    up.delete(name);
    for (const listener of listeners) listener(name);
  };
  return { edges, clock, up, told, connect, lose };
}

it("softphones go to the edges that are up, in turn, and leave one that stays lost", async () => {
  const { edges, clock, told, connect, lose } = await open();
  const sockets = [await connect(), await connect()];
  expect(edges.map(({ server }) => server.clients.size)).toEqual([1, 1]);
  lose("a:9022");
  const later = await connect();
  expect(edges[1].server.clients.size).toBe(2);
  const closed = new Promise((resolve) => sockets[0]?.once("close", resolve));
  clock.advance(3_000);
  await closed;
  expect(told).toEqual(["a:9022"]);
  expect([sockets[1], later].map((socket) => socket?.readyState)).toEqual([WebSocket.OPEN, WebSocket.OPEN]);
});

it("nobody leaves an edge that is back at once, or the only one there is", async () => {
  const { clock, up, connect, lose, told } = await open();
  const sockets = [await connect(), await connect()];
  lose("a:9022");
  up.add("a:9022");
  clock.advance(3_000);
  lose("a:9022");
  lose("b:9022");
  clock.advance(3_000);
  expect(told).toEqual([]);
  sockets.push(await connect());
  expect(sockets.map((socket) => socket.readyState)).toEqual(sockets.map(() => WebSocket.OPEN));
});
