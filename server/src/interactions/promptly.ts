import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";

const patienceMs = 3_000;

/**
 * What the router answers, if it does so while somebody at a screen still waits; else Failure "unavailable". The
 * router's log may be away: what was asked of it stays in its order and is done when the log is back.
 */
export async function promptly<T>(clock: Clock, answer: Promise<T>): Promise<T> {
  let stop = () => {};
  const late = new Promise<never>((_resolve, reject) => {
    stop = clock.setTimer(clock.now() + patienceMs, () => {
      reject(new Failure("unavailable", "The router does not answer now; this is done as soon as it does"));
    });
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    stop();
  }
}
