import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import type { G711Law } from "../core/g711.ts";
import { decodeG711, encodeG711 } from "../core/g711.ts";
import { createRtpHeader, isRtcp, parseRtp, writeRtpHeader } from "../core/rtp.ts";
import { eventOfKey } from "../core/telephone-event.ts";
import { sine } from "./signal.ts";
import { waitFor } from "./wait-for.ts";

export interface ReceivedPacket {
  payloadType: number;
  sequenceNumber: number;
  timestamp: number;
  ssrc: number;
  marker: boolean;
  payload: Buffer;
}

/** A telephone's media: speaks a tone, presses keys, keeps what it hears. It paces itself by a timer. */
export class RtpPhone {
  readonly packets: ReceivedPacket[] = [];
  readonly rtcp: Buffer[] = [];
  readonly #socket: Socket;
  readonly law: G711Law;
  ssrc = 0x1234;
  /** Packets that get lost, and those that arrive after their successor. */
  isDropping: (sequence: number) => boolean = () => false;
  isSwapping: (sequence: number) => boolean = () => false;
  #heldBack: Buffer | undefined;
  #target: { address: string; port: number } | undefined;
  #sequence = 100;
  #timestamp = 1000;
  #frequency = 0;
  #sentSamples = 0;
  #timer: NodeJS.Timeout | undefined;
  #next = 0;

  private constructor(socket: Socket, law: G711Law) {
    this.#socket = socket;
    this.law = law;
    socket.on("message", (packet) => this.#onPacket(packet));
  }

  static open(law: G711Law = "PCMU", address = "127.0.0.1"): Promise<RtpPhone> {
    const socket = createSocket("udp4");
    return new Promise((resolve) => socket.bind(0, address, () => resolve(new RtpPhone(socket, law))));
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** What the phone offers or answers. */
  sdp(direction = "sendrecv"): string {
    const type = this.law === "PCMU" ? 0 : 8;
    return [
      "v=0",
      "o=- 1 1 IN IP4 127.0.0.1",
      "s=-",
      "c=IN IP4 127.0.0.1",
      "t=0 0",
      `m=audio ${this.port} RTP/AVP ${type} 101`,
      `a=rtpmap:${type} ${this.law}/8000`,
      "a=rtpmap:101 telephone-event/8000",
      "a=fmtp:101 0-15",
      "a=rtcp-mux",
      `a=${direction}`,
      "",
    ].join("\r\n");
  }

  /** Sends to where the SDP says. */
  connect(sdp: string): void {
    const port = Number(/^m=audio (\d+)/m.exec(sdp)?.[1]);
    const address = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1] ?? "127.0.0.1";
    this.#target = { address, port };
  }

  /** Speaks a tone from now on; 0 hertz is silence. */
  speak(frequency: number): void {
    this.#frequency = frequency;
    if (this.#timer) return;
    this.#next = performance.now();
    this.#timer = setInterval(() => {
      while (performance.now() >= this.#next) {
        this.#next += 20;
        this.#sendFrame();
      }
    }, 5);
  }

  /** Sends any bytes to the other side's RTP port. */
  raw(bytes: Buffer): void {
    if (this.#target) this.#socket.send(bytes, this.#target.port, this.#target.address);
  }

  hush(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #sendFrame(): void {
    const packet = Buffer.alloc(172);
    encodeG711(this.law, sine(this.#frequency, 160, this.#sentSamples), 160, packet, 12);
    this.#sentSamples += 160;
    this.#send(packet, this.law === "PCMU" ? 0 : 8, false, this.#timestamp);
    this.#timestamp += 160;
  }

  #send(packet: Buffer, payloadType: number, marker: boolean, timestamp: number): void {
    writeRtpHeader(packet, payloadType, marker, this.#sequence, timestamp >>> 0, this.ssrc);
    const isDropped = this.isDropping(this.#sequence);
    const isHeldBack = this.isSwapping(this.#sequence);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    if (isDropped) return;
    const late = this.#heldBack;
    this.#heldBack = isHeldBack ? packet : undefined;
    if (!isHeldBack) this.raw(packet);
    if (late) this.raw(late);
  }

  /** Presses a key for 100 ms by RFC 4733, end packet three times. */
  press(key: string): void {
    const timestamp = this.#timestamp;
    for (let step = 1; step <= 7; step++) {
      const packet = Buffer.alloc(16);
      packet[12] = eventOfKey(key) ?? 0;
      packet[13] = step >= 5 ? 0x8a : 0x0a;
      packet.writeUInt16BE(Math.min(step, 5) * 160, 14);
      this.#send(packet, 101, step === 1, timestamp);
    }
    this.#timestamp += 1600;
  }

  #onPacket(packet: Buffer): void {
    if (isRtcp(packet)) return void this.rtcp.push(packet);
    const header = createRtpHeader();
    if (!parseRtp(packet, header)) return;
    const { payloadStart, payloadEnd, ...rest } = header;
    this.packets.push({ ...rest, payload: packet.subarray(payloadStart, payloadEnd) });
  }

  /** The keys that were heard: one per event timestamp with an end bit. */
  keysHeard(): string {
    const ends = new Map<number, number>();
    for (const { payloadType, timestamp, payload } of this.packets) {
      if (payloadType === 101 && payload[1]! & 0x80) ends.set(timestamp, payload[0]!);
    }
    return [...ends.values()].map((event) => "0123456789*#ABCD"[event]).join("");
  }

  /** The last `count` samples that were heard, whatever law they came in. */
  lastSamples(count: number): Int16Array {
    const frames = this.packets.filter((packet) => packet.payloadType === 0 || packet.payloadType === 8);
    const chosen = frames.slice(-Math.ceil(count / 160));
    const samples = new Int16Array(chosen.length * 160);
    for (const [index, packet] of chosen.entries()) {
      const law = packet.payloadType === 0 ? "PCMU" : "PCMA";
      decodeG711(law, packet.payload, 0, packet.payload.length, samples, index * 160);
    }
    return samples.slice(-count);
  }

  /** Waits for `count` fresh samples and returns them. */
  async hear(count: number): Promise<Int16Array> {
    const from = this.packets.length;
    await waitFor(`${count} samples`, () => this.packets.length >= from + Math.ceil(count / 160), 10000);
    return this.lastSamples(count);
  }

  close(): Promise<void> {
    this.hush();
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}
