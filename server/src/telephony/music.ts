import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Channel, Playback } from "./channel.ts";
import { pause } from "./deadline.ts";
import type { Music, PlayResult } from "./leg.ts";

/** A source that ends sooner is broken, or so short that restarting it at once would spin. */
const shortestLoopMs = 500;

/** A playback that starts again whenever it ends, until stopped or until the channel is bridged away. */
export class LoopedMusic implements Music {
  readonly #channel: Channel;
  readonly #source: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #stopping = new AbortController();
  readonly #loop: Promise<void>;
  #announcements: Promise<unknown> = Promise.resolve();
  #isGivingWay = false;

  constructor(channel: Channel, source: string, parts: { clock: Clock; log: Log; signal: AbortSignal }) {
    this.#channel = channel;
    this.#source = source;
    this.#clock = parts.clock;
    this.#log = parts.log;
    parts.signal.addEventListener("abort", () => this.#stopping.abort(), { once: true });
    this.#loop = this.#playOn();
  }

  announce(files: string[], options: { signal?: AbortSignal } = {}): Promise<PlayResult> {
    const turn = this.#announcements.then(() => this.#announceNow(files, options.signal));
    this.#announcements = turn;
    return turn;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#announcements;
    await this.#loop;
  }

  /** The channel is about to be bridged, which ends the playback by itself: just don't start again. */
  giveWay(): void {
    this.#isGivingWay = true;
  }

  async #announceNow(files: string[], signal: AbortSignal | undefined): Promise<PlayResult> {
    const stop = signal ? AbortSignal.any([signal, this.#stopping.signal]) : this.#stopping.signal;
    for (const file of files) {
      const playback: Playback = this.#isGivingWay ? "stopped" : await this.#channel.play(file, stop);
      if (playback === "played") continue;
      if (playback === "stopped") return { outcome: "aborted", digits: "" };
      if (playback === "gone") return { outcome: "ended", digits: "" };
      return { outcome: "failed", digits: "", sentence: playback.problem };
    }
    return { outcome: "played", digits: "" };
  }

  async #playOn(): Promise<void> {
    while (!this.#stopping.signal.aborted && !this.#isGivingWay) {
      const startedAt = this.#clock.now();
      const playback = await this.#channel.play(this.#source, this.#stopping.signal);
      if (playback === "gone" || this.#isGivingWay) return;
      if (typeof playback === "object") this.#log.warn({ source: this.#source }, playback.problem);
      const isTooShort = this.#clock.now() - startedAt < shortestLoopMs;
      if (isTooShort) await pause(this.#clock, shortestLoopMs, this.#stopping.signal);
    }
  }
}
