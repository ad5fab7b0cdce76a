import { sequenceDistance } from "./rtp.ts";

/** A report block about one source, RFC 3550 section 6.4.1. */
export interface ReceptionReport {
  ssrc: number;
  fractionLost: number;
  packetsLost: number;
  highestSequence: number;
  jitter: number;
  lastSenderReport: number;
  delaySinceLastSenderReport: number;
}

/**
 * What RFC 3550 appendix A counts about one received stream: loss, jitter, the last sender report.
 * Times come in as milliseconds of a monotonic clock.
 */
export class ReceptionStatistics {
  packets = 0;
  bytes = 0;
  payloadBytes = 0;
  ssrc: number | undefined;
  #base = 0;
  #highest = 0;
  #cycles = 0;
  #packetsOfSource = 0;
  #transit: number | undefined;
  #jitter = 0;
  #expectedBefore = 0;
  #receivedBefore = 0;
  #lastSenderReport = 0;
  #lastSenderReportAtMs = 0;

  /** Interarrival jitter in milliseconds at 8 kHz. */
  get jitterMs(): number {
    return this.#jitter / 8;
  }

  /** Packets expected minus received since this source started; negative with duplicates. */
  get packetsLost(): number {
    return this.ssrc === undefined ? 0 : this.#expected() - this.#packetsOfSource;
  }

  onPacket(
    ssrc: number,
    sequence: number,
    timestamp: number,
    bytes: number,
    payload: number,
    nowMs: number,
  ): void {
    this.packets++;
    this.bytes += bytes;
    this.payloadBytes += payload;
    const isRestarted = Math.abs(sequenceDistance(sequence, this.#highest)) > 3000;
    if (this.ssrc !== ssrc || isRestarted) this.#startSource(ssrc, sequence);
    this.#packetsOfSource++;
    if (sequenceDistance(sequence, this.#highest) > 0) {
      if (sequence < this.#highest) this.#cycles += 65536;
      this.#highest = sequence;
    }
    this.#updateJitter(timestamp, nowMs);
  }

  onSenderReport(ntpMiddle: number, nowMs: number): void {
    this.#lastSenderReport = ntpMiddle >>> 0;
    this.#lastSenderReportAtMs = nowMs;
  }

  /** The report block for now, and the start of a new interval for its loss fraction. */
  report(nowMs: number): ReceptionReport | undefined {
    if (this.ssrc === undefined) return undefined;
    const expected = this.#expected() - this.#expectedBefore;
    const received = this.#packetsOfSource - this.#receivedBefore;
    this.#expectedBefore += expected;
    this.#receivedBefore += received;
    const lost = expected - received;
    return {
      ssrc: this.ssrc,
      fractionLost: expected <= 0 || lost <= 0 ? 0 : Math.min(255, Math.floor((lost * 256) / expected)),
      packetsLost: Math.max(-0x800000, Math.min(0x7fffff, this.packetsLost)),
      highestSequence: (this.#cycles + this.#highest) >>> 0,
      jitter: Math.floor(this.#jitter),
      lastSenderReport: this.#lastSenderReport,
      delaySinceLastSenderReport:
        this.#lastSenderReport === 0
          ? 0
          : Math.max(0, Math.round(((nowMs - this.#lastSenderReportAtMs) * 65536) / 1000)),
    };
  }

  #expected(): number {
    return this.#cycles + this.#highest - this.#base + 1;
  }

  #startSource(ssrc: number, sequence: number): void {
    this.ssrc = ssrc;
    this.#base = sequence;
    this.#highest = sequence;
    this.#cycles = 0;
    this.#expectedBefore = 0;
    this.#receivedBefore = 0;
    this.#transit = undefined;
    this.#packetsOfSource = 0;
    this.#lastSenderReport = 0;
  }

  /** RFC 3550 appendix A.8. */
  #updateJitter(timestamp: number, nowMs: number): void {
    const transit = (Math.round(nowMs * 8) - timestamp) | 0;
    if (this.#transit !== undefined) {
      const difference = Math.abs((transit - this.#transit) | 0);
      // A new timestamp base (SSRC kept) is no jitter.
      if (difference < 8000) this.#jitter += (difference - this.#jitter) / 16;
    }
    this.#transit = transit;
  }
}
