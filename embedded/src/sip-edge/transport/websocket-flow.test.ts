import { once } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import WebSocket from "ws";
import { FakeClock } from "../testing/fake-clock.ts";
import { waitFor } from "../testing/wait-for.ts";
import { defaultLimits } from "../sip-edge.ts";
import type { Flow } from "./flow.ts";
import { Transports } from "./transports.ts";

let clock: FakeClock;
let transports: Transports;
let inUse: boolean;
const closed: Flow[] = [];

beforeEach(async () => {
  clock = new FakeClock();
  inUse = true;
  closed.splice(0);
  const inbox = {
    onBytes: () => undefined,
    onBroken: () => undefined,
    isInUse: () => inUse,
    onFlowClosed: (flow: Flow) => closed.push(flow),
    onListenerError: () => undefined,
  };
  const listen = [{ protocol: "ws", host: "127.0.0.1", port: 0 }] as const;
  const limits = { ...defaultLimits, idleTimeoutMs: 10_000 };
  transports = await Transports.open(
    { listen, tls: undefined, externalAddress: undefined, limits, clock },
    inbox,
  );
});
afterEach(async () => {
  await transports.close();
  expect([transports.connectionCount, clock.pendingTimers]).toEqual([0, 0]);
});

async function open(autoPong: boolean): Promise<WebSocket> {
  const url = `ws://127.0.0.1:${String(transports.listening[0]?.port)}/`;
  const socket = new WebSocket(url, "sip", { autoPong });
  await once(socket, "open");
  await waitFor("the edge to know it", () => transports.connectionCount === 1);
  return socket;
}

it("closes the websocket of a browser that doesn't answer pings, at the second", async () => {
  const socket = await open(false);
  clock.advance(20_000);
  await once(socket, "ping");
  expect(transports.connectionCount).toBe(1);
  clock.advance(20_000);
  expect(transports.connectionCount).toBe(0);
  expect(closed).toHaveLength(1);
  await once(socket, "close");
});

it("keeps one that answers, for as long as it is in use", async () => {
  const socket = await open(true);
  for (let turn = 0; turn < 8; turn++) {
    const pinged = once(socket, "ping");
    clock.advance(20_000);
    await pinged;
    // The pong comes back over the same connection, so an echo behind it proves that it was read.
    socket.send("\r\n\r\n");
    await once(socket, "message");
  }
  expect(transports.connectionCount).toBe(1);
  socket.terminate();
  await waitFor("the edge to notice", () => transports.connectionCount === 0);
});

it("closes one that says nothing and that nobody needs", async () => {
  inUse = false;
  const socket = await open(true);
  clock.advance(20_000);
  expect(transports.connectionCount).toBe(0);
  await once(socket, "close");
});
