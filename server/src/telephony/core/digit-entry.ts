/**
 * Collecting digits, without a clock or a channel: keys and time-outs in, decisions out.
 *
 *   speaking ──key──► typing ──terminator, or enough──► done(digits)
 *      │ files end                └─inter-digit time-out─► done(digits)
 *      ▼
 *   waiting ──key──► typing
 *      └─first-digit time-out─► done(timeout)
 */
export interface EntryRules {
  maxDigits: number;
  /** Keys that end the input without being part of it. */
  terminators: string;
}

export type EntryStep =
  | { state: "open"; digits: string }
  | { state: "done"; digits: string; terminator: string | null; isTimeout: boolean };

export class DigitEntry {
  readonly #rules: EntryRules;
  #digits = "";

  constructor(rules: EntryRules) {
    this.#rules = rules;
  }

  press(digit: string): EntryStep {
    if (this.#rules.terminators.includes(digit)) {
      return { state: "done", digits: this.#digits, terminator: digit, isTimeout: false };
    }
    this.#digits += digit;
    if (this.#digits.length < this.#rules.maxDigits) return { state: "open", digits: this.#digits };
    return { state: "done", digits: this.#digits, terminator: null, isTimeout: false };
  }

  /** No further key came: what is there counts as the input; nothing at all is a time-out. */
  timeOut(): EntryStep {
    return { state: "done", digits: this.#digits, terminator: null, isTimeout: this.#digits === "" };
  }

  get digits(): string {
    return this.#digits;
  }
}

/** Keys pressed and not yet used: type-ahead. Bounded, so that a stuck key cannot grow it. */
export class KeyBuffer {
  #keys = "";

  push(digit: string): void {
    if (this.#keys.length < 64) this.#keys += digit;
  }

  take(): string {
    const first = this.#keys.slice(0, 1);
    this.#keys = this.#keys.slice(1);
    return first;
  }

  takeAll(): string {
    const all = this.#keys;
    this.#keys = "";
    return all;
  }

  get isEmpty(): boolean {
    return this.#keys === "";
  }
}
