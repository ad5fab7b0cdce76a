import type { G711Law } from "./g711.ts";
import { timestampDistance } from "./rtp.ts";

/** What came out of the buffer for one frame. */
export type JitterRead =
  /** a whole frame of received audio */
  | "audio"
  /** lost or late: conceal it */
  | "lost"
  /** nothing has come for a while: the sender is silent */
  | "empty";

export interface JitterBufferCounters {
  late: number;
  lost: number;
  duplicate: number;
  resynchronised: number;
  largestDelaySamples: number;
}

const ringSamples = 8192;
const mask = ringSamples - 1;
/** A frame can't be missed more than this often in a row before the stream counts as paused. */
const maxConsecutiveLost = 8;
/** The buffer's least depth is looked at over this many frames before it is shortened. */
const shrinkWindowFrames = 100;
const lateBeforeResynchronising = 5;

/**
 * A jitter buffer for one G.711 stream. Received bytes lie in a ring addressed by RTP timestamp, so that
 * packets of any length, reordered or repeated, land where they belong.
 *
 * Time is counted in frames read: the owner reads exactly one frame per 20 ms. When the ring runs dry
 * the play-out point waits, which is how the delay grows; when it was never needed for two seconds,
 * the play-out point skips a frame, which is how it shrinks (this also absorbs the drift of clocks).
 */
export class JitterBuffer {
  readonly counters: JitterBufferCounters = {
    late: 0,
    lost: 0,
    duplicate: 0,
    resynchronised: 0,
    largestDelaySamples: 0,
  };
  readonly #bytes = new Uint8Array(ringSamples);
  /** Per sample: 0 = missing, else the law it was sent with. */
  readonly #present = new Uint8Array(ringSamples);
  readonly #frameSamples: number;
  readonly #startDelaySamples: number;
  readonly #maxDelaySamples: number;
  #playTimestamp = 0;
  #endTimestamp = 0;
  #started = false;
  #starved = false;
  /** What is left of the delay before the first packet of a spurt: missing there is no loss. */
  #prefillSamples = 0;
  #consecutiveLost = 0;
  #consecutiveLate = 0;
  #leastDepth = Number.MAX_SAFE_INTEGER;
  #framesInWindow = 0;

  constructor(frameSamples = 160, startDelaySamples = 320, maxDelaySamples = 2400) {
    this.#frameSamples = frameSamples;
    this.#startDelaySamples = startDelaySamples;
    this.#maxDelaySamples = maxDelaySamples;
  }

  /** The audio that waits to be read, in samples. */
  get depthSamples(): number {
    return this.#started ? Math.max(0, timestampDistance(this.#endTimestamp, this.#playTimestamp)) : 0;
  }

  /** Forgets everything: the stream was replaced (another SSRC, another remote address). */
  reset(): void {
    this.#started = false;
    this.#starved = false;
    this.#consecutiveLost = 0;
    this.#consecutiveLate = 0;
    this.#present.fill(0);
    this.#restartShrinkWindow();
  }

  /** Stores `length` bytes of `packet` from `offset` that were sampled from `timestamp` on. */
  write(law: G711Law, timestamp: number, packet: Uint8Array, offset: number, length: number): void {
    if (length <= 0 || length > ringSamples / 2) return;
    if (!this.#started) this.#start(timestamp);
    const ahead = timestampDistance(timestamp, this.#playTimestamp);
    if (ahead + length > ringSamples - this.#frameSamples || ahead < -ringSamples)
      this.#resynchronise(timestamp);
    else if (this.#starved && ahead > 0) this.#resumeAt(timestamp);
    else if (ahead + length <= 0) {
      this.counters.late++;
      if (++this.#consecutiveLate < lateBeforeResynchronising) return;
      this.#resynchronise(timestamp);
    }
    this.#consecutiveLate = 0;
    this.#starved = false;
    this.#store(law, timestamp, packet, offset, length);
    this.#limitDepth();
  }

  /** The law of the frame that `read` returned last. */
  lastLaw: G711Law = "PCMU";

  /** Takes the next frame (encoded bytes) into `out`; only "audio" fills it. */
  read(out: Uint8Array): JitterRead {
    if (!this.#started) return "empty";
    const depth = timestampDistance(this.#endTimestamp, this.#playTimestamp);
    this.#observeDepth(depth);
    const isPrefilling = this.#prefillSamples > 0;
    this.#prefillSamples = Math.max(0, this.#prefillSamples - this.#frameSamples);
    if (this.#takeFrame(out)) {
      this.#consecutiveLost = 0;
      return "audio";
    }
    if (depth > 0) {
      this.#skip(this.#frameSamples);
      if (isPrefilling) return "empty";
      this.counters.lost++;
      return "lost";
    }
    // Nothing newer is here: it may be late, not lost, so the play-out point waits for it.
    this.#starved = true;
    return this.#consecutiveLost++ < maxConsecutiveLost ? "lost" : "empty";
  }

  #start(timestamp: number): void {
    this.#started = true;
    this.#playTimestamp = (timestamp - this.#startDelaySamples) >>> 0;
    this.#endTimestamp = timestamp;
    this.#prefillSamples = this.#startDelaySamples;
    this.#present.fill(0);
  }

  #resynchronise(timestamp: number): void {
    this.counters.resynchronised++;
    this.#start(timestamp);
    this.#consecutiveLost = 0;
    this.#restartShrinkWindow();
  }

  /** The stream paused (RFC 4733 event, discontinuous transmission) and goes on at a later timestamp. */
  #resumeAt(timestamp: number): void {
    const skipped = timestampDistance(timestamp - this.#startDelaySamples, this.#playTimestamp);
    if (skipped > 0) {
      this.#skip(skipped);
      this.#prefillSamples = this.#startDelaySamples;
    }
    if (timestampDistance(this.#endTimestamp, this.#playTimestamp) < 0) this.#endTimestamp = timestamp;
    this.#consecutiveLost = 0;
  }

  #store(law: G711Law, timestamp: number, packet: Uint8Array, offset: number, length: number): void {
    const mark = law === "PCMU" ? 1 : 2;
    const skip = Math.max(0, -timestampDistance(timestamp, this.#playTimestamp));
    const first = (timestamp + skip) & mask;
    const count = length - skip;
    if (this.#present[first] !== 0) this.counters.duplicate++;
    const untilWrap = Math.min(count, ringSamples - first);
    const from = offset + skip;
    this.#bytes.set(packet.subarray(from, from + untilWrap), first);
    this.#present.fill(mark, first, first + untilWrap);
    if (untilWrap < count) {
      this.#bytes.set(packet.subarray(from + untilWrap, from + count), 0);
      this.#present.fill(mark, 0, count - untilWrap);
    }
    const end = (timestamp + length) >>> 0;
    if (timestampDistance(end, this.#endTimestamp) > 0) this.#endTimestamp = end;
  }

  #takeFrame(out: Uint8Array): boolean {
    const first = this.#playTimestamp & mask;
    const untilWrap = Math.min(this.#frameSamples, ringSamples - first);
    const afterWrap = this.#frameSamples - untilWrap;
    if (this.#present.subarray(first, first + untilWrap).includes(0)) return false;
    if (afterWrap > 0 && this.#present.subarray(0, afterWrap).includes(0)) return false;
    out.set(this.#bytes.subarray(first, first + untilWrap), 0);
    if (afterWrap > 0) out.set(this.#bytes.subarray(0, afterWrap), untilWrap);
    this.lastLaw = this.#present[first] === 1 ? "PCMU" : "PCMA";
    this.#skip(this.#frameSamples);
    return true;
  }

  #skip(samples: number): void {
    this.#clear(this.#playTimestamp, samples);
    this.#playTimestamp = (this.#playTimestamp + samples) >>> 0;
  }

  #clear(timestamp: number, count: number): void {
    const length = Math.min(count, ringSamples);
    const first = timestamp & mask;
    const untilWrap = Math.min(length, ringSamples - first);
    this.#present.fill(0, first, first + untilWrap);
    if (untilWrap < length) this.#present.fill(0, 0, length - untilWrap);
  }

  /** A burst after an outage must not leave a second of delay behind. */
  #limitDepth(): void {
    const excess = this.depthSamples - this.#maxDelaySamples;
    if (excess <= 0) return;
    this.#skip(Math.ceil(excess / this.#frameSamples) * this.#frameSamples);
  }

  #observeDepth(depth: number): void {
    if (depth > this.counters.largestDelaySamples) this.counters.largestDelaySamples = depth;
    this.#leastDepth = Math.min(this.#leastDepth, depth);
    if (++this.#framesInWindow < shrinkWindowFrames) return;
    if (this.#leastDepth > this.#startDelaySamples + this.#frameSamples) this.#skip(this.#frameSamples);
    this.#restartShrinkWindow();
  }

  #restartShrinkWindow(): void {
    this.#leastDepth = Number.MAX_SAFE_INTEGER;
    this.#framesInWindow = 0;
  }
}
