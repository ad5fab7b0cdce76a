/** Asks a STUN or TURN server one question after the other, over UDP, TCP or TLS. */
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { isIP, connect as connectTcp, type Socket } from "node:net";
import { lookup } from "node:dns/promises";
import { connect as connectTls } from "node:tls";
import {
  decodeAnswer,
  encodeRequest,
  lengthOf,
  type RelayAddress,
  type StunAnswer,
  type StunRequest,
  timeLimitedCredential,
  transactionBytes,
} from "./core/stun.ts";

interface Line {
  send(message: Buffer): void;
  onMessage(listener: (message: Buffer) => void): void;
  onError(listener: (error: Error) => void): void;
  /** RFC 8489 section 6.2.1: on UDP a request is sent again. */
  isReliable: boolean;
  close(): void;
}

const firstRetryMs = 250;

/** The address that the server sees us come from. */
export async function askMappedAddress(server: RelayAddress, signal: AbortSignal): Promise<string> {
  const line = await openLine(server, signal);
  try {
    const answer = await ask(line, { method: "binding" }, signal);
    if (answer.mappedAddress === null) throw new Error("the answer has no address");
    return answer.mappedAddress;
  } finally {
    line.close();
  }
}

export type Allocation = { relayedAddress: string | null } | { code: number; reason: string };

/** Allocates a relay with a time-limited credential, and gives it back. */
export async function tryAllocation(
  server: RelayAddress,
  secret: string,
  signal: AbortSignal,
): Promise<Allocation> {
  const line = await openLine(server, signal);
  try {
    const challenge = await ask(line, { method: "allocate" }, signal);
    if (challenge.isSuccess) return { relayedAddress: challenge.relayedAddress };
    const { error, realm, nonce } = challenge;
    if (error?.code !== 401 || realm === null || nonce === null)
      return error ?? { code: 0, reason: "an answer that says nothing" };
    const named = timeLimitedCredential(secret, Math.floor(Date.now() / 1_000) + 60);
    const credential = { ...named, realm, nonce };
    const answer = await ask(line, { method: "allocate", credential }, signal);
    if (!answer.isSuccess) return answer.error ?? { code: 0, reason: "an answer that says nothing" };
    await ask(line, { method: "refresh", lifetime: 0, credential }, signal);
    return { relayedAddress: answer.relayedAddress };
  } finally {
    line.close();
  }
}

function ask(
  line: Line,
  request: Omit<StunRequest, "transactionId">,
  signal: AbortSignal,
): Promise<StunAnswer> {
  const transactionId = randomBytes(transactionBytes);
  const message = encodeRequest({ ...request, transactionId });
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const give = (run: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      run();
    };
    const abort = () => give(() => reject(new Error("no answer")));
    signal.addEventListener("abort", abort);
    line.onError((error) => give(() => reject(error)));
    line.onMessage((bytes) => {
      const answer = decodeAnswer(bytes);
      if (answer?.transactionId.equals(transactionId) === true) give(() => resolve(answer));
    });
    const send = (afterMs: number) => {
      line.send(message);
      if (!line.isReliable) timer = setTimeout(() => send(afterMs * 2), afterMs);
    };
    send(firstRetryMs);
  });
}

async function openLine(server: RelayAddress, signal: AbortSignal): Promise<Line> {
  return server.transport === "udp" ? await openUdp(server) : await openStream(server, signal);
}

async function openUdp({ host, port }: RelayAddress): Promise<Line> {
  const { address, family } = await lookup(host);
  const socket = createSocket(family === 6 ? "udp6" : "udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.connect(port, address, resolve); // refused ports are told at once
  });
  socket.removeAllListeners("error");
  socket.on("error", () => undefined);
  return {
    isReliable: false,
    send: (message) => socket.send(message),
    onMessage: (listener) => socket.removeAllListeners("message").on("message", listener),
    onError: (listener) => socket.on("error", listener),
    close: () => socket.close(),
  };
}

async function openStream({ host, port, transport }: RelayAddress, signal: AbortSignal): Promise<Line> {
  const socket: Socket =
    transport === "tls"
      ? connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}) })
      : connectTcp({ host, port });
  const abort = () => socket.destroy(new Error("no answer"));
  signal.addEventListener("abort", abort);
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.once(transport === "tls" ? "secureConnect" : "connect", resolve);
  });
  socket.removeAllListeners("error");
  socket.on("error", () => undefined);
  let rest = Buffer.alloc(0);
  let listener: (message: Buffer) => void = () => undefined;
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let bytes = lengthOf(rest); bytes !== null && rest.length >= bytes; bytes = lengthOf(rest)) {
      const message = rest.subarray(0, bytes);
      rest = rest.subarray(bytes);
      listener(message);
    }
  });
  return {
    isReliable: true,
    send: (message) => socket.write(message),
    onMessage: (next) => (listener = next),
    onError: (next) => {
      socket.on("error", next);
      socket.on("close", () => next(new Error("the server closed the connection")));
    },
    close: () => {
      signal.removeEventListener("abort", abort);
      socket.destroy();
    },
  };
}
