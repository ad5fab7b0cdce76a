import { drawExponential } from "./distribution.ts";
import type { Random } from "./random.ts";

/*
 * Patience. Whoever was answered would have waited longer: their wait is only a lower bound (censored), and the
 * mean wait of those who hung up is far too short. The product-limit estimator of Kaplan and Meier (1958) uses both.
 */

/** A caller leaves by themselves after so long, if nobody answered by then. */
export interface Leaving {
  afterMs: number;
  /** "abandoned", or another way out that is the caller's own choice, such as "exit-key". */
  cause: string;
}

/** One caller's wait. `cause` is null when it ended otherwise (answered, maximum wait): they would have waited on. */
export interface ObservedWait {
  waitedMs: number;
  cause: string | null;
}

export type Patience =
  | { type: "exponential"; meanMs: number }
  | {
      type: "observed";
      /** The share that waits longer than `atMs`, falling. */
      steps: readonly { atMs: number; survival: number; causes: readonly string[] }[];
      /** Beyond the longest observed wait: leaving at the rate of all observed waiting. */
      tailMeanMs: number;
      longestMs: number;
      causes: readonly string[];
    };

/** Null when nobody left: then nothing is known but that they are patient. */
export function estimatePatience(waits: readonly ObservedWait[]): Patience | null {
  const sorted = waits.filter(({ waitedMs }) => waitedMs >= 0).sort((a, b) => a.waitedMs - b.waitedMs);
  const causes = sorted.flatMap(({ cause }) => cause ?? []);
  if (causes.length === 0) return null;
  const exposureMs = sorted.reduce((sum, { waitedMs }) => sum + waitedMs, 0);
  return {
    type: "observed",
    steps: productLimit(sorted),
    tailMeanMs: Math.max(1_000, exposureMs / causes.length),
    longestMs: sorted.at(-1)?.waitedMs ?? 0,
    causes,
  };
}

function productLimit(sorted: readonly ObservedWait[]): Extract<Patience, { type: "observed" }>["steps"] {
  const steps: { atMs: number; survival: number; causes: string[] }[] = [];
  let survival = 1;
  for (let index = 0; index < sorted.length;) {
    const atMs = sorted[index]?.waitedMs ?? 0;
    const atRisk = sorted.length - index;
    const left: string[] = [];
    for (; sorted[index]?.waitedMs === atMs; index += 1) left.push(...[sorted[index]?.cause ?? []].flat());
    if (left.length === 0) continue;
    survival *= 1 - left.length / atRisk;
    steps.push({ atMs, survival, causes: left });
  }
  return steps;
}

/** When a caller who has waited `waitedMs` already would leave; null for never. */
export function drawLeaving(patience: Patience | null, waitedMs: number, random: Random): Leaving | null {
  if (patience === null) return null;
  if (patience.type === "exponential")
    return { afterMs: waitedMs + drawExponential(patience.meanMs, random), cause: "abandoned" };
  const { steps, tailMeanMs, longestMs, causes } = patience;
  const level = random.next() * survivalAt(patience, waitedMs);
  const step = steps[countWhere(steps, ({ survival }) => survival > level)];
  const choose = (among: readonly string[]) => among[Math.floor(random.next() * among.length)] ?? "abandoned";
  if (step) return { afterMs: step.atMs, cause: choose(step.causes) };
  return {
    afterMs: Math.max(longestMs, waitedMs) + drawExponential(tailMeanMs, random),
    cause: choose(causes),
  };
}

/** The share of callers who wait longer than this. */
export function survivalAt(patience: Patience, waitedMs: number): number {
  if (patience.type === "exponential") return Math.exp(-waitedMs / patience.meanMs);
  return patience.steps[countWhere(patience.steps, ({ atMs }) => atMs <= waitedMs) - 1]?.survival ?? 1;
}

/** How many of the items, from the first on, are so; they are sorted by it. */
function countWhere<T>(items: readonly T[], isSo: (item: T) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && isSo(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}
