import { randomBytes } from "node:crypto";
import { encodeAlaw, encodeMulaw } from "./g711.ts";
import { sine } from "./tone.ts";

const frame = 160;

/** One RTP packet to be sent, without its header's SSRC and sequence number. */
export interface Utterance {
  readonly payloadType: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payload: Buffer;
}

/** What a test peer says: a tone or silence every 20 ms, digits in between (RFC 4733). */
export class Mouth {
  readonly #say: (utterance: Utterance) => void;
  readonly #payloadType: 0 | 8;
  #hz = 0;
  /** RFC 3550 §5.1: the first timestamp is random. (FreeSWITCH takes 0 for "no event in progress".) */
  #position = randomBytes(3).readUIntBE(0, 3);
  #timer: NodeJS.Timeout | undefined;
  #startedAt = 0;
  #frames = 0;
  /** The frames of the keys to come; digit -1 is the pause between two. */
  #keys: { digit: number; frame: number }[] = [];
  #eventTimestamp = 0;
  #lastWasSilent = true;

  constructor(say: (utterance: Utterance) => void, payloadType: 0 | 8 = 0) {
    this.#say = say;
    this.#payloadType = payloadType;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#startedAt = performance.now();
    this.#frames = 0;
    this.#timer = setInterval(() => {
      this.#catchUp();
    }, 10);
  }

  /** 0 is silence. */
  sayTone(hz: number): void {
    this.#hz = hz;
  }

  /** Presses keys: 100 ms each, 60 ms apart. */
  press(digits: string): void {
    for (const digit of digits) {
      const code = "0123456789*#ABCD".indexOf(digit);
      for (let i = 0; i < 5; i += 1) this.#keys.push({ digit: code, frame: i });
      for (let i = 0; i < 3; i += 1) this.#keys.push({ digit: -1, frame: i });
    }
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Sends the frames that are due by the clock, so that a late timer doesn't slow the stream down. */
  #catchUp(): void {
    const due = Math.floor((performance.now() - this.#startedAt) / 20);
    while (this.#frames < due) {
      this.#frames += 1;
      this.#sayFrame();
      this.#position += frame;
    }
  }

  #sayFrame(): void {
    const event = this.#keys.shift();
    if (event !== undefined && event.digit >= 0) return this.#sayEvent(event.digit, event.frame);
    const samples = this.#hz === 0 ? new Int16Array(frame) : sine(this.#hz, 8000, frame, this.#position);
    const encode = this.#payloadType === 0 ? encodeMulaw : encodeAlaw;
    const marker = this.#lastWasSilent;
    this.#lastWasSilent = false;
    this.#say({
      payloadType: this.#payloadType,
      timestamp: this.#position,
      marker,
      payload: Buffer.from(Array.from(samples, encode)),
    });
  }

  #sayEvent(digit: number, index: number): void {
    if (index === 0) this.#eventTimestamp = this.#position;
    const isEnd = index === 4;
    const payload = Buffer.from([digit, (isEnd ? 0x80 : 0) | 10, 0, 0]);
    payload.writeUInt16BE((index + 1) * frame, 2);
    const packet = { payloadType: 101, timestamp: this.#eventTimestamp, payload };
    // RFC 4733 §2.5.1.4: the end packet is sent three times.
    for (let i = 0; i < (isEnd ? 3 : 1); i += 1) this.#say({ ...packet, marker: index === 0 });
  }
}
