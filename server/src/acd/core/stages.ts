import type { QueueSettings } from "./settings.ts";

/** How far a search has widened. Derived from a queue's rings and from the delays of its members. */
export interface Stage {
  readonly afterMs: number;
  /** How many rings have been passed. */
  readonly ring: number;
  /** Members up to this level may be asked. */
  readonly level: number;
  /** How the requirement is relaxed. */
  readonly lowerBy: number;
  readonly drop: readonly string[];
  readonly borrowFrom: readonly string[];
}

/** The moments from which on more agents may be asked: the rings, and the delays of members. */
export function stagesOf({ rings }: QueueSettings, delays: Iterable<number>): Stage[] {
  const times = new Set([0, ...delays, ...rings.map(({ afterMs }) => afterMs)]);
  return [...times]
    .sort((a, b) => a - b)
    .map((afterMs) => {
      const passed = rings.filter((ring) => ring.afterMs <= afterMs);
      const last = passed.at(-1);
      return {
        afterMs,
        ring: passed.length,
        level: Math.max(1, ...passed.map(({ level }) => level)),
        lowerBy: last?.lowerBy ?? 0,
        drop: last?.drop ?? [],
        borrowFrom: [...new Set(passed.flatMap(({ borrowFrom }) => borrowFrom))],
      };
    });
}
