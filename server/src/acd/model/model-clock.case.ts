import type { Clock } from "../../base/clock.ts";

interface Timer {
  atMs: number;
  isRenewal: boolean;
  run: () => void;
}

const renewEveryMs = 500;

/**
 * A node's clock in a world whose time stands still until the search moves it. The renewal of the lease may come at
 * any moment, however fast or slow the node is; other timers once their time has come.
 */
export class ModelClock implements Clock {
  readonly timers: Timer[] = [];
  private readonly time: { now: number };

  constructor(time: { now: number }) {
    this.time = time;
  }

  now(): number {
    return this.time.now;
  }

  setTimer(atMs: number, run: () => void): () => void {
    const timer = { atMs, isRenewal: atMs - this.time.now === renewEveryMs, run };
    this.timers.push(timer);
    return () => {
      this.take(timer);
    };
  }

  private take(timer: Timer | undefined): Timer | undefined {
    const index = timer ? this.timers.indexOf(timer) : -1;
    return index < 0 ? undefined : this.timers.splice(index, 1)[0];
  }

  get canRenew(): boolean {
    return this.timers.some(({ isRenewal }) => isRenewal);
  }

  renew(): void {
    this.take(this.timers.find(({ isRenewal }) => isRenewal))?.run();
  }

  /** The next timer that is not a renewal. */
  get wakesAt(): number | null {
    const times = this.timers.filter(({ isRenewal }) => !isRenewal).map(({ atMs }) => atMs);
    return times.length === 0 ? null : Math.min(...times);
  }

  wake(): void {
    this.take(this.timers.find(({ isRenewal, atMs }) => !isRenewal && atMs <= this.time.now))?.run();
  }
}
