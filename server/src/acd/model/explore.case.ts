import { createHash } from "node:crypto";
import { choicesOf } from "./choices.case.ts";
import { heal } from "./heal.case.ts";
import { History, Violation } from "./history.case.ts";
import type { Plan } from "./plan.case.ts";
import { World } from "./world.case.ts";

export interface Explored {
  states: number;
  /** Histories followed to their end, each of which went on to serve everybody. */
  ends: number;
  longest: number;
  /** Null when every property holds: else what does not, and how it came. */
  counterexample: string | null;
  /** Whether the search ended before it had seen everything. */
  isCut: boolean;
}

/**
 * Visits every state that the plan's world can reach, each once, depth first. A path is run again from the start
 * to come back to where it branches, since promises cannot be copied.
 */
export async function explore(plan: Plan, mostStates = Infinity): Promise<Explored> {
  const seen = new Set<string>();
  const paths: string[][] = [[]];
  const result: Explored = { states: 0, ends: 0, longest: 0, counterexample: null, isCut: false };
  for (let path = paths.pop(); path; path = paths.pop()) {
    const world = new World(plan, new History(plan.ignored));
    try {
      await world.open();
      for (const choice of path) await world.happen(choice);
      await follow(world, path, paths, seen, result);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      result.counterexample = [error.message, ...world.trace.map((say) => say())].join("\n  ");
      return result;
    }
    if (result.states >= mostStates) {
      result.isCut = true;
      return result;
    }
  }
  return result;
}

/** On along the first choices to a state that is known or where nothing more can come; the others wait their turn. */
async function follow(
  world: World,
  from: string[],
  paths: string[][],
  seen: Set<string>,
  result: Explored,
): Promise<void> {
  for (let path = from; ;) {
    const digest = createHash("sha1").update(world.fingerprint()).digest("base64");
    if (seen.has(digest)) return;
    seen.add(digest);
    result.states += 1;
    result.longest = Math.max(result.longest, path.length);
    const [first, ...others] = choicesOf(world);
    if (first === undefined) break;
    for (const other of others) paths.push([...path, other]);
    await world.happen(first);
    path = [...path, first];
  }
  result.ends += 1;
  await heal(world);
}
