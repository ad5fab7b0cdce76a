import { createRandom } from "../../simulation/core/random.ts";
import { drawExponential, sample } from "../../simulation/core/distribution.ts";
import type { SoakCaller } from "./driver.ts";

export const noon = Date.UTC(2026, 10, 27, 12);

const hourMs = 3_600_000;
/** Calls an hour in quiet times, and the more that come at noon: a peak of an hour and a half. */
const [quietPerHour, peakPerHour, peakWidthMs] = [5_200, 1_800, 0.75 * hourMs];
const talk = { type: "lognormal", meanMs: 210_000, variation: 0.9 } as const;

const longestTalkMs = 0.2 * hourMs;

function rateAt(at: number): number {
  return quietPerHour + peakPerHour * Math.exp(-(((at - noon) / peakWidthMs) ** 2));
}

/** A Poisson process whose rate follows the day, by thinning. Everything comes from one seed. */
export function drawCallers(queueIds: readonly string[], from: number, to: number): SoakCaller[] {
  const random = createRandom(500);
  const callers: SoakCaller[] = [];
  const most = quietPerHour + peakPerHour;
  for (let at = from; ;) {
    at += drawExponential(hourMs / most, random);
    if (at >= to) return callers;
    if (random.next() * most > rateAt(at)) continue;
    callers.push({
      interactionId: `i${callers.length + 1}`,
      queueId: queueIds[Math.floor(random.next() * queueIds.length)] ?? "",
      at: Math.round(at),
      talkMs: Math.round(Math.min(longestTalkMs, sample(talk, random))),
      patienceMs: Math.round(drawExponential(180_000, random)),
      rings: Array.from({ length: 4 }, () => {
        const luck = random.next();
        const does = luck < 0.02 ? "nothing" : luck < 0.05 ? "decline" : "accept";
        return { afterMs: Math.round(1_000 + drawExponential(3_000, random)), does };
      }),
    });
  }
}
