import { decodeAlaw, decodeMulaw } from "./g711.ts";
import { isTone, loudness } from "./tone.ts";
import { waitUntil } from "./wait-until.ts";

const rate = 8000;

/** What a test peer hears: decoded audio in order of arrival, and the telephone-events. 8 kHz. */
export class Ear {
  readonly digits: string[] = [];
  readonly payloadTypes = new Set<number>();
  #samples: number[] = [];
  #lastArrival = 0;
  #lastEvent = -1;

  /** Takes one RTP packet, header included. */
  hear(packet: Buffer): void {
    const payloadType = (packet[1] ?? 0) & 0x7f;
    const payload = packet.subarray(12 + 4 * ((packet[0] ?? 0) & 0x0f));
    this.payloadTypes.add(payloadType);
    if (payloadType === 101) return this.#hearEvent(packet.readUInt32BE(4), payload);
    if (payloadType !== 0 && payloadType !== 8) return;
    const decode = payloadType === 0 ? decodeMulaw : decodeAlaw;
    this.#lastArrival = Date.now();
    for (const byte of payload) this.#samples.push(decode(byte));
  }

  #hearEvent(timestamp: number, payload: Buffer): void {
    if (timestamp === this.#lastEvent) return;
    this.#lastEvent = timestamp;
    this.digits.push("0123456789*#ABCD"[payload[0] ?? 0] ?? "?");
  }

  get packetsAgeMs(): number {
    return Date.now() - this.#lastArrival;
  }

  get heardMs(): number {
    return (this.#samples.length * 1000) / rate;
  }

  /** The last so many milliseconds heard. */
  last(durationMs: number): Int16Array {
    return Int16Array.from(this.#samples.slice(-Math.round((durationMs * rate) / 1000)));
  }

  forget(): void {
    this.#samples = [];
  }

  /** Waits until the last 200 ms are that tone. */
  waitForTone(hz: number, timeoutMs = 4000): Promise<void> {
    return waitUntil(`a tone of ${hz} Hz (${this.#describe()})`, timeoutMs, () => {
      const recent = this.last(200);
      return this.packetsAgeMs < 200 && recent.length === 1600 && isTone(recent, hz, rate);
    });
  }

  /** Waits until nothing loud was heard for 200 ms: no packets, or silent ones. */
  waitForSilence(timeoutMs = 4000): Promise<void> {
    return waitUntil("silence", timeoutMs, () => this.packetsAgeMs > 200 || loudness(this.last(200)) < 100);
  }

  #describe(): string {
    return `heard ${Math.round(this.heardMs)} ms so far`;
  }
}
