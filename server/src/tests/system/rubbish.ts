/** What strangers send: RFC 4475's messages, random bytes, a scanner's flood. Written once, for every port. */
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { connect } from "node:net";
import { WebSocket } from "ws";

const folder = new URL("../../../../embedded/src/sip-edge/testing/rfc4475/", import.meta.url);
/** RFC 4475, appendix A, byte for byte. */
export const tortureMessages: readonly Buffer[] = readdirSync(folder)
  .filter((name) => name.endsWith(".dat"))
  .map((name) => readFileSync(new URL(name, folder)));

export interface Port {
  protocol: "tcp" | "udp";
  address: string;
  port: number;
}

/** What a process listens on (TCP) or has bound (UDP), IPv4. */
export function portsOf(pid: number): Port[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return []; // closed while we looked
      }
    }),
  );
  return (["tcp", "udp"] as const).flatMap((protocol) =>
    readFileSync(`/proc/net/${protocol}`, "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => inodes.has(fields[9] ?? "") && (protocol === "udp" || fields[3] === "0A"))
      .map((fields) => ({ protocol, ...readEndpoint(fields[1] ?? "") })),
  );
}

/** `0100007F:1F90`: the address with its bytes in the machine's order. */
function readEndpoint(text: string): { address: string; port: number } {
  const [address = "", port = ""] = text.split(":");
  const bytes = address.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? [];
  return { address: bytes.reverse().join("."), port: Number.parseInt(port, 16) };
}

/** Datagrams from an address of our own; resolves when all have left. */
export async function throwDatagrams(from: string, to: number, payloads: readonly Buffer[]): Promise<void> {
  const socket = createSocket("udp4");
  socket.on("error", () => undefined); // ICMP
  await new Promise<void>((resolve) => socket.bind(0, from, resolve));
  for (const payload of payloads)
    await new Promise((resolve) => socket.send(payload, to, "127.0.0.1", resolve));
  await new Promise<void>((resolve) => socket.close(() => resolve()));
}

/** One connection: sends, waits until the other side closes or `patienceMs` are over, and closes. */
export function throwAtTcp(port: number, payload: Buffer, patienceMs = 1_000): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const giveUp = setTimeout(() => socket.destroy(), patienceMs);
    socket.on("error", () => undefined); // a reset is an answer too
    socket.on("close", () => {
      clearTimeout(giveUp);
      resolve();
    });
    socket.resume();
    socket.end(payload);
  });
}

/** Through the app's own SIP socket, as a browser would. */
export async function throwAtSipSocket(origin: string, payloads: readonly Buffer[]): Promise<void> {
  for (const payload of payloads) {
    const socket = new WebSocket(`${origin.replace(/^http/, "ws")}/sip`, "sip", { origin });
    await new Promise<void>((resolve) => {
      socket.on("error", () => undefined); // the close follows
      socket.on("close", () => resolve());
      socket.on("open", () => {
        socket.send(payload);
        socket.send(payload.toString("latin1"));
        socket.close();
      });
    });
  }
}

export function randomPayloads(count: number, mostBytes = 1_400): Buffer[] {
  return Array.from({ length: count }, (_, index) => randomBytes(1 + ((index * 37) % mostBytes)));
}

/** RTP as a stranger would forge it: the right version, any payload type, loud noise. */
export function forgedRtp(count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => {
    const packet = randomBytes(172);
    packet[0] = 0x80;
    packet[1] = index % 3 === 0 ? 0 : (index % 128) | ((index % 2) << 7);
    return packet;
  });
}

const methods = ["INVITE", "REGISTER", "OPTIONS"] as const;
/** What a scanner sends: well-formed, one dialog each, the trunk's number forged into From. */
export function scannerMessage(index: number, from: string, port: number): Buffer {
  const method = methods[index % methods.length] ?? "OPTIONS";
  const id = randomBytes(8).toString("hex");
  const sdp =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.9\r\ns=-\r\nc=IN IP4 127.0.0.9\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n";
  const body = method === "INVITE" ? sdp : "";
  return Buffer.from(
    [
      `${method} sip:${900_000 + index}@127.0.0.1 SIP/2.0`,
      `Via: SIP/2.0/UDP ${from}:${port};branch=z9hG4bK${id};rport`,
      "Max-Forwards: 70",
      `From: "+15550177" <sip:+15550177@127.0.0.1>;tag=${id}`,
      `To: <sip:${900_000 + index}@127.0.0.1>`,
      `Call-ID: ${id}@scanner`,
      `CSeq: 1 ${method}`,
      `Contact: <sip:scanner@${from}:${port}>`,
      "User-Agent: friendly-scanner",
      ...(body === "" ? [] : ["Content-Type: application/sdp"]),
      `Content-Length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
  );
}
