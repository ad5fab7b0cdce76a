/** `npx tsx server/bench/acd/main.ts [--json]`: the router's figures, as tables or as one JSON object. */
import { benchAcd } from "./bench-acd.ts";
import type { TimeToOfferResult } from "./time-to-offer.ts";

const result = await benchAcd();
if (process.argv.includes("--json")) console.log(JSON.stringify(result));
else {
  console.log("Reducer");
  console.table(result.reducer.map(({ eventMs, ...row }) => ({ ...row, p99Ms: eventMs.p99 })));
  for (const [name, rows] of Object.entries(result.timeToOffer)) {
    console.log(`Time to offer in milliseconds, log on ${name}`);
    console.table(rows.map(rowOf));
  }
}

function rowOf({ agents, waiting, onEntryMs: entry, onFreeingMs: freed }: TimeToOfferResult): object {
  const quick = { "entry p50": entry.p50, "entry p95": entry.p95, "entry p99": entry.p99 };
  return {
    agents,
    waiting,
    ...quick,
    "freed p50": freed.p50,
    "freed p95": freed.p95,
    "freed p99": freed.p99,
  };
}
