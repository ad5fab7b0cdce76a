import { randomUUID } from "node:crypto";

/** An event as it was put into a stream; `json` is shared by all streams that carry it. */
export interface StreamedEvent {
  seq: number;
  json: string;
}

/**
 * One person's events, numbered without gaps, the newest `capacity` of them kept for those who resume. Numbers
 * start anew with each stream, hence its id.
 */
export class RealtimeStream {
  readonly id = randomUUID();
  readonly #kept: string[] = [];
  readonly #capacity: number;
  #seq = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get seq(): number {
    return this.#seq;
  }

  append(json: string): StreamedEvent {
    this.#seq += 1;
    this.#kept[this.#seq % this.#capacity] = json;
    return { seq: this.#seq, json };
  }

  /** The events after `seq`, or null if some of them are not kept any more (or `seq` never was). */
  after(seq: number): StreamedEvent[] | null {
    const count = this.#seq - seq;
    if (count < 0 || seq < 0 || count > this.#capacity) return null;
    return Array.from({ length: count }, (_, index) => {
      const each = seq + 1 + index;
      return { seq: each, json: this.#kept[each % this.#capacity] ?? "null" };
    });
  }
}
