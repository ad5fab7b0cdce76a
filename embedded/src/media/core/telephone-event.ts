/** RFC 4733 section 3.2: the events 0 to 15 are the keys of a telephone. */
const keys = "0123456789*#ABCD";

export interface Digit {
  key: string;
  /** In samples at 8 kHz. */
  durationSamples: number;
}

/** The event code of a key, or undefined if no telephone has it. Letters in either case. */
export function eventOfKey(key: string): number | undefined {
  const event = key.length === 1 ? keys.indexOf(key.toUpperCase()) : -1;
  return event < 0 ? undefined : event;
}

/**
 * Turns received RFC 4733 packets into digits, each exactly once: packets of one event share their RTP
 * timestamp, the first with the end bit reports it, repetitions and stragglers are ignored. An event
 * whose end packets were all lost is reported when the next one starts or when it falls silent.
 */
export class TelephoneEventReceiver {
  #timestamp: number | undefined;
  #isReported = true;
  #digit: Digit = { key: "", durationSamples: 0 };
  #silentTicks = 0;

  /** Takes one packet; returns the digits that it completes. */
  onPacket(timestamp: number, payload: Uint8Array): Digit[] {
    if (payload.length < 4) return [];
    const key = keys[payload[0]!];
    if (key === undefined) return [];
    const isEnd = (payload[1]! & 0x80) !== 0;
    const durationSamples = (payload[2]! << 8) | payload[3]!;
    const digits: Digit[] = [];
    if (timestamp !== this.#timestamp) {
      if (this.#timestamp !== undefined && ((timestamp - this.#timestamp) | 0) < 0) return [];
      if (!this.#isReported) digits.push(this.#digit);
      this.#timestamp = timestamp;
      this.#isReported = false;
      this.#digit = { key, durationSamples };
    }
    this.#silentTicks = 0;
    if (this.#isReported) return digits;
    this.#digit = { key, durationSamples: Math.max(this.#digit.durationSamples, durationSamples) };
    if (isEnd) {
      this.#isReported = true;
      digits.push(this.#digit);
    }
    return digits;
  }

  /** Once per 20 ms: reports an event whose end never came, 10 ticks after its last packet. */
  onTick(): Digit | undefined {
    if (this.#isReported || ++this.#silentTicks < 10) return undefined;
    this.#isReported = true;
    return this.#digit;
  }

  /** The stream was replaced: timestamps start anew. */
  reset(): void {
    this.#timestamp = undefined;
    this.#isReported = true;
  }
}

const endRepetitions = 3;
const gapTicks = 3;

/**
 * Paces digits as RFC 4733 packets: one per 20 ms with the event's own timestamp and a growing duration,
 * the last sent three times, then a gap. While it is busy no audio is sent.
 */
export class TelephoneEventSender {
  readonly #queue: Digit[] = [];
  #current: { event: number; durationSamples: number; sentSamples: number; endsSent: number } | undefined;
  #gap = 0;
  #startTimestamp = 0;
  readonly #payload = Buffer.alloc(4);

  get isBusy(): boolean {
    return this.#current !== undefined || this.#queue.length > 0;
  }

  enqueue(digit: Digit): void {
    if (eventOfKey(digit.key) !== undefined) this.#queue.push(digit);
  }

  /** Once per 20 ms: what to send now, given the stream's running timestamp. */
  onTick(timestamp: number): { payload: Buffer; marker: boolean; timestamp: number } | undefined {
    if (this.#gap > 0) {
      this.#gap--;
      return undefined;
    }
    const isNew = this.#current === undefined;
    if (isNew && !this.#startNext(timestamp)) return undefined;
    const current = this.#current!;
    const isEnding = current.sentSamples + 160 >= current.durationSamples;
    current.sentSamples = Math.min(current.sentSamples + 160, current.durationSamples);
    this.#payload[0] = current.event;
    this.#payload[1] = (isEnding ? 0x80 : 0) | 10;
    this.#payload.writeUInt16BE(Math.min(current.sentSamples, 0xffff), 2);
    if (isEnding && ++current.endsSent === endRepetitions) {
      this.#current = undefined;
      this.#gap = gapTicks;
    }
    return { payload: this.#payload, marker: isNew, timestamp: this.#startTimestamp };
  }

  #startNext(timestamp: number): boolean {
    const digit = this.#queue.shift();
    if (digit === undefined) return false;
    const durationSamples = Math.max(400, Math.min(digit.durationSamples, 0xffff));
    this.#current = { event: eventOfKey(digit.key) ?? 0, durationSamples, sentSamples: 0, endsSent: 0 };
    this.#startTimestamp = timestamp;
    return true;
  }
}
