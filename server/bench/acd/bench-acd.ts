import { openMemoryLog } from "../../src/acd/acd.ts";
import { systemClock } from "../../src/base/clock.ts";
import { measureTimeToInvite, type TimeToInvite } from "../time-to-invite.ts";
import { openSharedRedis } from "./controllers.ts";
import { benchOrder, type OrderResult } from "./order.ts";
import { benchReducer, type ReducerResult } from "./reducer.ts";
import { benchTakeover, type Takeover } from "./takeover.ts";
import { benchTimeToOffer, type TimeToOfferResult } from "./time-to-offer.ts";
import { benchTwoControllers, type TwoControllers } from "./two-controllers.ts";

export interface ReducerBench {
  plain: ReducerResult[];
  /** Twenty kinds of requirements, agents with skills, and rings that widen the search. */
  skilled: ReducerResult[];
}

/** The router on Redis with a second controller beside it. */
export interface RedisBench {
  timeToOffer: TwoControllers;
  timeToInvite: TimeToInvite;
  order: OrderResult[];
  takeover: Takeover;
}

/** How much of everything is measured. */
export interface RedisEffort {
  agents: number;
  samples: number;
  /** Calls per second, and callers at that rate. */
  order: { callsPerSecond: number; callers: number }[];
  takeover: { waiting: number; runs: number };
}

export function benchReducers(boards: number[], events: number): ReducerBench {
  return {
    plain: boards.map((agents) => benchReducer(agents, { events })),
    skilled: boards.map((agents) => benchReducer(agents, { events, isSkilled: true })),
  };
}

/** `redis-server` must be installed. */
export async function benchOnRedis(
  { agents, samples, order, takeover }: RedisEffort,
  progress: (sentence: string) => void,
): Promise<RedisBench> {
  const shared = await openSharedRedis();
  try {
    progress("two controllers on Redis: time to offer");
    const timeToOffer = await benchTwoControllers(shared, agents, samples);
    progress("two controllers on Redis: time to the INVITE");
    const timeToInvite = await measureTimeToInvite(agents, samples, {
      openLog: () => shared.openLog("invite"),
      onStarted: async () => {
        await shared.startController("invite");
      },
    });
    progress("two controllers on Redis: order");
    const results = [];
    for (const { callsPerSecond, callers } of order)
      results.push(await benchOrder(shared, callsPerSecond, callers));
    progress("two controllers on Redis: takeover");
    return {
      timeToOffer,
      timeToInvite,
      order: results,
      takeover: await benchTakeover(shared, takeover.waiting, takeover.runs),
    };
  } finally {
    await shared.close();
  }
}

export async function benchOnMemory(agents: number, samples: number): Promise<TimeToOfferResult> {
  const log = openMemoryLog(systemClock);
  try {
    return await benchTimeToOffer(log, agents, samples);
  } finally {
    await log.close();
  }
}
