/** Calls in progress: each incoming one gets its story; a drain waits for them. */
import { type EmergencyWatch, openEmergencyWatch } from "../interactions/emergency.ts";
import { handleCall } from "../interactions/handle-call.ts";
import { openHours } from "../interactions/hours.ts";
import { findEarlierCalls, findLastAgent } from "../interactions/interactions.postgres.ts";
import type { World } from "../interactions/world.ts";
import type { Closing } from "./closing.ts";
import type { Foundations } from "./foundations.ts";
import type { Lines } from "./lines.ts";
import type { Screens } from "./screens.ts";

export interface Calls {
  /** Callers in the house, waiting ones included. */
  count(): number;
  /** Resolves when the last one has ended. */
  allEnded(): Promise<void>;
}

/** How long the stories may take to write their last lines once every leg is gone. */
const lastLinesWithinMs = 5_000;

export function takeCalls(parts: Foundations, lines: Lines, screens: Screens, closing: Closing): Calls {
  const { telephony, recordings } = lines;
  const { clock, log, acd, ledger, prompts, admin, postgres, callbacks } = parts;
  const stories = new Set<Promise<void>>();
  const world: World = {
    clock,
    log,
    acd,
    agents: screens.agents,
    telephony,
    recordings,
    ledger,
    desks: screens.desks,
    directory: admin.directory,
    prompts,
    customers: parts.customers,
    hours: openHours(admin.directory, admin.changes),
    emergency: watchEmergency(parts, closing),
    callbacks,
    lastAgent: (from, since) => findLastAgent(postgres, from, since),
    earlierCalls: (from, except) => findEarlierCalls(postgres, from, except),
  };
  telephony.onCall((call) => {
    const story = handleCall(call, world).finally(() => stories.delete(story));
    stories.add(story);
  });
  void callbacks.start(world); // never rejects
  const allEnded = async () => {
    await callbacks.drain();
    while (stories.size > 0) await Promise.allSettled(stories);
  };
  closing.add("calls", async () => {
    const calledBack = callbacks.close();
    await telephony.close();
    await Promise.race([Promise.all([calledBack, allEnded()]), after(lastLinesWithinMs)]);
  });
  return { count: () => stories.size + callbacks.busy(), allEnded };
}

/** Those who wait learn of the switch at once, whoever threw it and in which process. */
function watchEmergency({ acd, admin, clock, log }: Foundations, closing: Closing): EmergencyWatch {
  const watch = openEmergencyWatch({ acd, clock, log, emergency: () => admin.directory.emergency() });
  const stop = admin.changes.on(({ what }) => {
    if (what === "emergency") watch.thrown();
  });
  closing.add("emergency switch", () => {
    stop();
    watch.close();
  });
  return watch;
}

/** Resolves after so long; does not keep the process alive. */
export function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
