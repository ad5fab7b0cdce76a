import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { Failure } from "../base/failure.ts";

/** Requests per minute. */
export interface RateLimits {
  /** All requests of an address that carry no valid session. */
  anonymousPerAddress: number;
  perSession: number;
  /** Guest credentials and uses of one-time links, per address. Sign-in has limits of its own (admin/). */
  sensitivePerAddress: number;
}

export const defaultRateLimits: RateLimits = {
  anonymousPerAddress: 600,
  perSession: 1_200,
  sensitivePerAddress: 30,
};

/** One counter per key over a window; throws Failure "rate-limited" beyond the limit. */
export interface Limiter {
  spend(key: string): Promise<void>;
}

export function openLimiter(points: number, windowSeconds: number): Limiter {
  const limiter = new RateLimiterMemory({ points, duration: windowSeconds });
  return {
    async spend(key) {
      try {
        await limiter.consume(key);
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
        throw new RateLimited(seconds);
      }
    },
  };
}

/** Carries the seconds for the header Retry-After. */
export class RateLimited extends Failure {
  readonly retryAfterSeconds: number;
  constructor(seconds: number) {
    super("rate-limited", `Too many requests: try again in ${seconds} s`);
    this.retryAfterSeconds = seconds;
  }
}
