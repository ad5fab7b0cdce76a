import type { Clock } from "../clock.ts";
import type { SipEdgeLog } from "../log.ts";

/** What an application says to somebody who has no business here. */
const refusals = new Set([401, 403, 404, 407]);
const mostRefusals = 100;
const countedForMs = 10_000;
const silencedForMs = 10_000;
/** Whoever was served lately is no stranger, whatever else comes from that address. */
const trustedForMs = 3_600_000;
const mostAddresses = 10_000;
const tellEveryMs = 60_000;

interface Record {
  refused: number;
  since: number;
  silencedUntil: number;
  trustedUntil: number;
}

/**
 * Keeps scanners from the applications: an address over UDP that got a hundred refusals in ten seconds, and nothing
 * else within the last hour, is not listened to for ten seconds, before its bytes are even parsed. A refused INVITE
 * that nobody acknowledges is repeated for half a minute, so that answering a flood costs more than the flood itself.
 */
export class Strangers {
  readonly #clock: Clock;
  readonly #log: SipEdgeLog;
  readonly #records = new Map<string, Record>();
  #dropped = 0;
  #toldAt = -Infinity;

  constructor(clock: Clock, log: SipEdgeLog) {
    this.#clock = clock;
    this.#log = log;
  }

  /** A final answer of an application to a request from this address. OPTIONS is answered to anybody. */
  note(address: string, method: string, status: number): void {
    if (status < 200 || method === "OPTIONS") return;
    const now = this.#clock.now();
    const record = this.#recordOf(address, now);
    if (status < 300) record.trustedUntil = now + trustedForMs;
    if (!refusals.has(status) || record.trustedUntil > now) return;
    if (now - record.since > countedForMs) Object.assign(record, { since: now, refused: 0 });
    record.refused += 1;
    if (record.refused < mostRefusals) return;
    Object.assign(record, { silencedUntil: now + silencedForMs, refused: 0 });
    this.#tell(address, now);
  }

  /** Whether to drop what comes from there. */
  isSilenced(address: string): boolean {
    const isSilenced = (this.#records.get(address)?.silencedUntil ?? 0) > this.#clock.now();
    if (isSilenced) this.#dropped += 1;
    return isSilenced;
  }

  #recordOf(address: string, now: number): Record {
    const record = this.#records.get(address) ?? {
      refused: 0,
      since: now,
      silencedUntil: 0,
      trustedUntil: 0,
    };
    this.#records.delete(address);
    this.#records.set(address, record); // the longest unused one is the first, and is forgotten first
    const [oldest] = this.#records.keys();
    if (this.#records.size > mostAddresses && oldest !== undefined) this.#records.delete(oldest);
    return record;
  }

  #tell(address: string, now: number): void {
    if (now - this.#toldAt < tellEveryMs) return;
    this.#toldAt = now;
    const fields = { address, droppedSinceStart: this.#dropped };
    this.#log.warn?.(fields, "An address that only gets refusals is not listened to for a while");
  }
}
