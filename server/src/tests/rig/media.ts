/** One party's audio: sends a sound or silence every 20 ms over RTP, and keeps what it hears. */
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { freeRtpPort } from "./free-port.ts";
import { decodeG711, encodeG711, payloadTypeOf } from "./g711.ts";
import type { G711 } from "./g711.ts";
import { Loss } from "./loss.ts";
import { decodeKey, decodeRtp, encodeRtp, keyPress, packetMs, samplesPerPacket } from "./rtp.ts";
import type { RtpPacket, Slot } from "./rtp.ts";
import type { CryptoLine } from "./srtp.ts";
import { SrtpStream } from "./srtp.ts";
import type { Sound } from "./tones.ts";

export interface MediaTarget {
  host: string;
  port: number;
  codec: G711;
  /** Payload type of telephone-event, or null if the other side takes none. */
  keyPayloadType: number | null;
}

/** The keys of both sides. */
export interface MediaKeys {
  ours: CryptoLine;
  theirs: CryptoLine;
}

export interface Media {
  readonly port: number;
  /** Begins to send, or goes on to another address. */
  sendTo(target: MediaTarget): void;
  /** From now on what goes out and comes in is encrypted; null: it is not. What can't be decrypted is not heard. */
  encrypt(keys: MediaKeys | null): void;
  /** Stops to send (a party that went silent); what comes in is still heard. */
  pause(): void;
  /** From now on so large a share of the packets is lost, in each direction. */
  lose(share: number): void;
  /** Plays a sound over and over; null: silence. */
  play(sound: Sound | null): void;
  /** Presses keys by RFC 4733, 100 ms each with a pause between; resolves when they have been sent. */
  press(digits: string): Promise<void>;
  /** Everything heard since the first packet, on one timeline; gaps are silence. */
  heard(): Sound;
  /** What was heard in the last so many milliseconds. */
  heardLately(durationMs: number): Sound;
  /** Keys received by RFC 4733. */
  keysHeard(): string;
  /** `undecipherable`: came while there were keys, and was not made with them. */
  readonly received: {
    packets: number;
    lost: number;
    sources: number;
    lastAtMs: number;
    undecipherable: number;
  };
  /** `latestMs`: how late the most belated packet was, by the clock. */
  readonly sent: { packets: number; latestMs: number };
  close(): Promise<void>;
}

const sampleRate = 8_000;

/** Opens a UDP socket on a free even port of `host`. */
export async function openMedia(host = "127.0.0.1"): Promise<Media> {
  const socket = createSocket("udp4");
  const port = await freeRtpPort();
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, host, resolve);
  });
  const ear = new Ear();
  let incoming = new Loss(0);
  let decrypting: SrtpStream | null = null;
  socket.on("message", (bytes) => {
    // RTCP shares the port where both sides want it to (RFC 5761): it is not listened to.
    if (((bytes[1] ?? 0) & 0x7f) >= 64 && ((bytes[1] ?? 0) & 0x7f) < 96) return;
    if (incoming.isNextLost()) return;
    const plain = decrypting ? decrypting.unprotect(bytes) : bytes;
    if (!plain) ear.received.undecipherable += 1;
    const packet = plain && decodeRtp(plain);
    if (packet) ear.hear(packet);
  });
  // A peer that is gone answers with ICMP; that is its affair.
  socket.on("error", () => undefined);
  const mouth = new Mouth(socket);
  let closed: Promise<void> | undefined;
  return {
    port,
    sendTo: (target) => {
      ear.expect(target);
      mouth.sendTo(target);
    },
    encrypt: (keys) => {
      decrypting = keys && new SrtpStream(keys.theirs);
      mouth.encrypt(keys && new SrtpStream(keys.ours));
    },
    pause: () => {
      mouth.stop();
    },
    lose: (share) => {
      incoming = new Loss(share, 2);
      mouth.lose(share);
    },
    play: (sound) => {
      mouth.play(sound);
    },
    press: (digits) => mouth.press(digits),
    heard: () => ear.heard(),
    heardLately: (durationMs) => ear.heardLately(durationMs),
    keysHeard: () => ear.keys,
    received: ear.received,
    sent: mouth.sent,
    close: () => {
      mouth.stop();
      closed ??= new Promise((resolve) => socket.close(() => resolve()));
      return closed;
    },
  };
}

class Mouth {
  readonly sent = { packets: 0, latestMs: 0 };
  readonly #socket: Socket;
  readonly #ssrc = randomInt(2 ** 32);
  #sequence = randomInt(2 ** 15);
  #encrypting: SrtpStream | null = null;
  #timestamp = randomInt(2 ** 32);
  #target: MediaTarget | null = null;
  #timer: NodeJS.Timeout | undefined;
  #nextAt = 0;
  #loop: Buffer = Buffer.alloc(1);
  #loopAt = 0;
  #sound: Sound | null = null;
  #slots: (Slot | "pause")[] = [];
  #loss = new Loss(0);
  #onSlotsSent: (() => void)[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  sendTo(target: MediaTarget): void {
    this.#target = target;
    this.play(this.#sound);
    if (this.#timer) return;
    this.#nextAt = performance.now();
    this.#timer = setInterval(() => {
      this.#sendDue();
    }, 10);
  }

  lose(share: number): void {
    this.#loss = new Loss(share);
  }

  encrypt(stream: SrtpStream | null): void {
    this.#encrypting = stream;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#slots = [];
    for (const sent of this.#onSlotsSent.splice(0)) sent();
  }

  play(sound: Sound | null): void {
    if (sound && sound.sampleRate !== sampleRate) throw new Error("Only sounds of 8 kHz can be sent");
    this.#sound = sound;
    this.#loopAt = 0;
    const silence = { sampleRate, samples: new Int16Array(samplesPerPacket) };
    this.#loop = encodeG711(this.#target?.codec ?? "PCMU", (sound ?? silence).samples);
  }

  press(digits: string): Promise<void> {
    const payloadType = this.#target?.keyPayloadType;
    if (payloadType === undefined || payloadType === null) {
      return Promise.reject(new Error("The other side takes no telephone events"));
    }
    for (const digit of digits) this.#slots.push(...keyPress(digit, payloadType), ...pauseAfterKey);
    return new Promise((resolve) => {
      this.#onSlotsSent.push(resolve);
    });
  }

  /** Timers are late now and then: what is due by the clock is sent, so that the pace stays 50 a second. */
  #sendDue(): void {
    const now = performance.now();
    if (now - this.#nextAt > 1_000) this.#nextAt = now; // the machine slept: no burst of old packets
    if (this.#nextAt <= now) this.sent.latestMs = Math.max(this.sent.latestMs, now - this.#nextAt);
    for (; this.#nextAt <= now; this.#nextAt += packetMs) this.#sendSlot();
  }

  #sendSlot(): void {
    const target = this.#target;
    if (!target) return;
    const slot = this.#slots.shift();
    const audio = this.#nextAudio();
    if (slot === undefined || slot === "pause") {
      this.#send({
        payloadType: payloadTypeOf[target.codec],
        marker: false,
        timestampOffset: 0,
        payload: audio,
      });
    } else {
      this.#send(slot);
    }
    this.#timestamp = (this.#timestamp + samplesPerPacket) >>> 0;
    if (this.#slots.length === 0) for (const sent of this.#onSlotsSent.splice(0)) sent();
  }

  #send(slot: Slot): void {
    const { payloadType, marker, payload } = slot;
    const timestamp = this.#timestamp + slot.timestampOffset;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const packet = { payloadType, marker, payload, timestamp, sequence: this.#sequence, ssrc: this.#ssrc };
    const plain = encodeRtp(packet);
    const bytes = this.#encrypting ? this.#encrypting.protect(plain) : plain;
    if (!this.#loss.isNextLost()) this.#socket.send(bytes, this.#target?.port, this.#target?.host);
    this.sent.packets += 1;
  }

  #nextAudio(): Buffer {
    const audio = Buffer.alloc(samplesPerPacket);
    for (let i = 0; i < samplesPerPacket; i += 1) {
      audio[i] = this.#loop[this.#loopAt] ?? 0;
      this.#loopAt = (this.#loopAt + 1) % this.#loop.length;
    }
    return audio;
  }
}

/** 100 ms of audio between two keys. */
const pauseAfterKey = Array.from({ length: 5 }, () => "pause" as const);

class Ear {
  readonly received = { packets: 0, lost: 0, sources: 0, lastAtMs: 0, undecipherable: 0 };
  keys = "";
  #samples = new Int16Array(sampleRate * 10);
  #length = 0;
  #startedAt: number | null = null;
  #source: {
    ssrc: number;
    firstTimestamp: number;
    offset: number;
    highestSequence: number;
    lastTimestamp: number;
  } | null = null;
  #keyPayloadType: number | null = null;
  #lastKeyTimestamp: number | null = null;

  expect(target: MediaTarget): void {
    this.#keyPayloadType = target.keyPayloadType;
  }

  hear(packet: RtpPacket): void {
    const now = performance.now();
    this.#startedAt ??= now;
    this.received.packets += 1;
    this.received.lastAtMs = now;
    const source = this.#sourceOf(packet, now - this.#startedAt);
    if (packet.payloadType === this.#keyPayloadType) {
      this.#hearKey(packet);
      return;
    }
    const codec = codecOf(packet.payloadType);
    if (codec) this.#place(packet, source, decodeG711(codec, packet.payload));
  }

  heard(): Sound {
    return { sampleRate, samples: this.#samples.slice(0, this.#length) };
  }

  heardLately(durationMs: number): Sound {
    const length = Math.round((durationMs / 1_000) * sampleRate);
    return { sampleRate, samples: this.#samples.slice(Math.max(0, this.#length - length), this.#length) };
  }

  /**
   * A new SSRC begins at the moment at which it was first heard; so does one whose timestamps jump, as FreeSWITCH's do
   * when a channel is bridged (it passes the partner's timestamps on under its own SSRC).
   */
  #sourceOf(packet: RtpPacket, sinceStartMs: number) {
    if (this.#source?.ssrc === packet.ssrc && !this.#isJump(this.#source.lastTimestamp, packet.timestamp)) {
      this.#source.lastTimestamp = packet.timestamp;
      const ahead = (packet.sequence - this.#source.highestSequence) & 0xffff;
      if (ahead !== 0 && ahead < 0x8000) {
        this.received.lost += ahead - 1;
        this.#source.highestSequence = packet.sequence;
      } else if (ahead >= 0x8000) {
        this.received.lost -= 1; // it came late, after it had been counted as lost
      }
      return this.#source;
    }
    const offset = Math.max(this.#length, Math.round((sinceStartMs / 1_000) * sampleRate));
    const { ssrc, timestamp, sequence } = packet;
    this.received.sources += 1;
    this.#source = {
      ssrc,
      firstTimestamp: timestamp,
      offset,
      highestSequence: sequence,
      lastTimestamp: timestamp,
    };
    return this.#source;
  }

  /** More than a minute between two packets is another clock. */
  #isJump(from: number, to: number): boolean {
    return Math.abs((to - from) | 0) > sampleRate * 60;
  }

  #place(packet: RtpPacket, source: { firstTimestamp: number; offset: number }, samples: Int16Array): void {
    const at = source.offset + ((packet.timestamp - source.firstTimestamp) | 0);
    const end = at + samples.length;
    // An hour's jump is a broken timestamp, not a gap to fill with silence.
    if (at < 0 || at > this.#length + sampleRate * 3_600) return;
    if (end > this.#samples.length) {
      const grown = new Int16Array(Math.max(end, this.#samples.length * 2));
      grown.set(this.#samples);
      this.#samples = grown;
    }
    this.#samples.set(samples, at);
    this.#length = Math.max(this.#length, end);
  }

  /** RFC 4733: packets of one event share a timestamp; the event counts once. */
  #hearKey(packet: RtpPacket): void {
    const event = decodeKey(packet.payload);
    if (!event || packet.timestamp === this.#lastKeyTimestamp) return;
    this.#lastKeyTimestamp = packet.timestamp;
    this.keys += event.key;
  }
}

function codecOf(payloadType: number): G711 | undefined {
  if (payloadType === payloadTypeOf.PCMU) return "PCMU";
  return payloadType === payloadTypeOf.PCMA ? "PCMA" : undefined;
}
