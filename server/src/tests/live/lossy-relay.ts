/**
 * A bad network between two UDP peers: what carries sound is lost now and then, in both directions; what sets the call up
 * (STUN, DTLS) is not.
 */
import { createSocket } from "node:dgram";
import type { RemoteInfo, Socket } from "node:dgram";
import { Loss } from "../rig/loss.ts";
import { isAudio } from "../rig/rtp.ts";

export interface LossyRelay {
  /** The near peer sends here, and hears from here. */
  readonly nearPort: number;
  /** The far peer sends here, and hears from here. */
  readonly farPort: number;
  readonly counted: { passed: number; lost: number };
  /** Where the near peer listens; the far one is known from what it sends. */
  towards(near: { host: string; port: number }): void;
  close(): Promise<void>;
}

const host = "127.0.0.1";

export async function openLossyRelay(share: number): Promise<LossyRelay> {
  const loss = new Loss(share);
  const counted = { passed: 0, lost: 0 };
  const near = await openSocket();
  const far = await openSocket();
  let nearPeer: { host: string; port: number } | null = null;
  let farPeer: { host: string; port: number } | null = null;

  const pass = (bytes: Buffer, by: Socket, to: { host: string; port: number } | null) => {
    if (isAudio(bytes) && loss.isNextLost()) {
      counted.lost += 1;
      return;
    }
    counted.passed += 1;
    if (to) by.send(bytes, to.port, to.host);
  };
  near.on("message", (bytes: Buffer, from: RemoteInfo) => {
    nearPeer = { host: from.address, port: from.port };
    pass(bytes, far, farPeer);
  });
  far.on("message", (bytes: Buffer, from: RemoteInfo) => {
    farPeer = { host: from.address, port: from.port };
    pass(bytes, near, nearPeer);
  });
  return {
    nearPort: near.address().port,
    farPort: far.address().port,
    counted,
    towards: (peer) => (nearPeer = peer),
    close: async () => {
      await Promise.all([near, far].map((socket) => new Promise<void>((done) => socket.close(() => done()))));
    },
  };
}

async function openSocket(): Promise<Socket> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(0, host, resolve);
  });
  socket.on("error", () => undefined); // a peer that is gone answers with ICMP
  return socket;
}
