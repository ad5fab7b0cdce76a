/** What the live board shows of the router itself: estimates, times to offer, and who waits too long. */
import type { Acd } from "../acd/acd.ts";
import type { LiveQueue, LiveRouter, LiveWaiting } from "../contract/live.ts";
import { OfferTimes } from "./core/offer-times.ts";

/** Keeps the times to offer of each queue and of all together. */
export class LiveFigures {
  readonly #acd: Pick<Acd, "figures">;
  readonly #ofQueue = new Map<string, OfferTimes>();
  readonly #ofAll = new OfferTimes();

  constructor(acd: Pick<Acd, "figures">) {
    this.#acd = acd;
  }

  /** An offer's INVITE went out so long after the event that made it possible. */
  offered(queueId: string, timeToOfferMs: number, at: number): void {
    this.#ofAll.add(timeToOfferMs, at);
    const times = this.#ofQueue.get(queueId) ?? new OfferTimes();
    this.#ofQueue.set(queueId, times);
    times.add(timeToOfferMs, at);
  }

  forget(queueId: string): void {
    this.#ofQueue.delete(queueId);
  }

  all(now: number): LiveRouter {
    return { timeToOfferMs: this.#ofAll.figures(now) };
  }

  /** The queues whose figures change by themselves as time passes. */
  queueIds(): string[] {
    return [...this.#ofQueue.keys()];
  }

  queue(queueId: string, waiting: Iterable<LiveWaiting>, now: number): LiveQueue["router"] {
    const figures = this.#acd.figures(queueId);
    const judged = figures?.estimateError.callers ?? 0;
    let [late, callbacks] = [0, 0];
    for (const caller of waiting) {
      if (caller.late) late += 1;
      if (caller.callback) callbacks += 1;
    }
    return {
      estimatedWaitMs: figures?.estimatedWaitMs ?? null,
      estimateErrorMs: judged > 0 ? (figures?.estimateError.meanMs ?? null) : null,
      estimatesJudged: judged,
      timeToOfferMs: this.#ofQueue.get(queueId)?.figures(now) ?? null,
      late,
      callbacks,
    };
  }
}
