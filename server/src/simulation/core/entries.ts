import { bothRequired, formatRequirement, parseRequirement } from "../../contract/requirement.ts";
import type { ConfiguredQueue, EntryProfile } from "./scenario.ts";

const highestPriority = 10;

/** What the router is told of a caller: what the flow set, with what the queue adds. */
export class Entries {
  private readonly joined = new Map<string, string | null>();

  compose(flow: EntryProfile, queue: ConfiguredQueue): EntryProfile {
    const { requirement: asked, sticky, ...entry } = flow;
    const requirement = this.join(asked ?? null, queue.requirement);
    const patienceMs = queue.stickyPatienceMs;
    return {
      ...entry,
      priority: Math.min(highestPriority, flow.priority + queue.priority),
      ...(requirement === null ? {} : { requirement }),
      ...(sticky && patienceMs !== null ? { sticky: { ...sticky, patienceMs } } : {}),
    };
  }

  private join(one: string | null, other: string | null): string | null {
    if (one === null || other === null) return one ?? other;
    const key = `${one}\n${other}`;
    let both = this.joined.get(key);
    if (both === undefined) {
      const parts = [one, other].map((text) => {
        const parsed = parseRequirement(text);
        return parsed.ok ? parsed.requirement : null;
      });
      const requirement = bothRequired(parts[0] ?? null, parts[1] ?? null);
      both = requirement && formatRequirement(requirement);
      this.joined.set(key, both);
    }
    return both;
  }
}
