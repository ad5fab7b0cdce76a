import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { Failure } from "../base/failure.ts";

/** How often passwords may be tried. */
export interface SignInLimits {
  /** Counts a try before it is checked; Failure "rate-limited" beyond the limits. */
  spend(address: string, username: string): Promise<void>;
  /** The password was right: this address may go on with this username. */
  forgive(address: string, username: string): Promise<void>;
}

const windowSeconds = 15 * 60;

/**
 * Ten wrong tries per address and username, two hundred per address (a whole office may sit behind one), and a
 * hundred per username from everywhere: so that one attacker can neither guess much nor keep an agent out from
 * another address.
 */
export function openSignInLimits(): SignInLimits {
  const pair = new RateLimiterMemory({ points: 10, duration: windowSeconds });
  const address = new RateLimiterMemory({ points: 200, duration: windowSeconds });
  const username = new RateLimiterMemory({ points: 100, duration: windowSeconds });
  return {
    async spend(from, name) {
      await consume(pair, `${from} ${name}`);
      await consume(address, from);
      await consume(username, name);
    },
    async forgive(from, name) {
      await pair.delete(`${from} ${name}`);
      await address.reward(from);
      await username.reward(name);
    },
  };
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const minutes = Math.max(1, Math.ceil(error.msBeforeNext / 60_000));
    throw new Failure("rate-limited", `Too many wrong passwords: try again in ${minutes} min`);
  }
}
