/**
 * `npx tsx server/bench/acd/main.ts [--json] [--quick]`: the router's figures alone, as tables or as one JSON object,
 * in about three minutes.
 */
import { describeMachine, printReducer, printRedis } from "../tables.ts";
import { benchOnMemory, benchOnRedis, benchReducers } from "./bench-acd.ts";

const has = (option: string): boolean => process.argv.includes(`--${option}`);
const quick = has("quick");
const progress = (sentence: string): void => {
  console.error(`bench, ${Math.round(performance.now() / 1_000)} s: ${sentence}`);
};

progress(describeMachine());
progress("the reducer");
const reducer = benchReducers([100, 1_000, 10_000], quick ? 20_000 : 300_000);
progress("time to offer, log in memory");
const memory = await benchOnMemory(quick ? 20 : 1_000, quick ? 20 : 2_000);
const redis = await benchOnRedis(
  {
    ...(quick ? { agents: 20, samples: 20 } : { agents: 1_000, samples: 1_000 }),
    order: quick
      ? [{ callsPerSecond: 40, callers: 40 }]
      : [
          { callsPerSecond: 40, callers: 1_000 },
          { callsPerSecond: 300, callers: 3_000 },
        ],
    takeover: quick ? { waiting: 100, runs: 1 } : { waiting: 10_000, runs: 3 },
  },
  progress,
);
if (has("json")) console.log(JSON.stringify({ reducer, memory, redis }));
else {
  console.log(describeMachine());
  printReducer(reducer);
  console.log("\nTime to offer in milliseconds, log in memory");
  console.table({ enqueue: memory.onEntryMs, "agent freed": memory.onFreeingMs });
  printRedis(redis);
}
