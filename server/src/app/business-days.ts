/** Tells the router when a business day begins: at the start, and at each midnight of the server's time zone. */
import { DateTime } from "luxon";
import type { Acd } from "../acd/acd.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";

const retryMs = 1_000;

/** Resolves once the router knows the day; the returned function stops the timer. */
export async function keepBusinessDays(
  acd: Pick<Acd, "beginDay">,
  clock: Clock,
  log: Log,
): Promise<() => void> {
  let stop = () => {};
  const begin = async (): Promise<void> => {
    const now = clock.now();
    const today = DateTime.fromMillis(now);
    const midnight = today.plus({ days: 1 }).startOf("day").toMillis();
    stop = clock.setTimer(midnight, () => void begin()); // never rejects
    try {
      await acd.beginDay(today.toISODate() ?? "");
    } catch (error) {
      log.warn({ error }, "The router could not be told that a new day has begun");
      stop();
      stop = clock.setTimer(Math.min(midnight, now + retryMs), () => void begin());
    }
  };
  await begin();
  return () => {
    stop();
  };
}
