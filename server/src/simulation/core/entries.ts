import type { ConfiguredQueue, EntryProfile } from "./scenario.ts";

const highestPriority = 10;

/** What the router is told of a caller: what the flow set, with what the queue adds. */
export function composeEntry(flow: EntryProfile, queue: ConfiguredQueue): EntryProfile {
  const { sticky, ...entry } = flow;
  const patienceMs = queue.stickyPatienceMs;
  return {
    ...entry,
    priority: Math.min(highestPriority, flow.priority + queue.priority),
    ...(sticky && patienceMs !== null ? { sticky: { ...sticky, patienceMs } } : {}),
  };
}
