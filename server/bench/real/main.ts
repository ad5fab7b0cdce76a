/**
 * `npm run bench -- --real`: call rates on a real drachtio-server and FreeSWITCH of this machine, found by the
 * variables of `npm run test:live`. What each figure is: docs/benchmarks.md.
 *   --queue, --setups, --held   only these; --json one JSON object on standard output
 *   BENCH_FREESWITCH_ALONE=host:port   a FreeSWITCH with freeswitch-alone.xml as its dialplan, to compare with
 */
import { describeMachine } from "../tables.ts";
import { openRealHouse } from "./house.ts";
import { measureHeld } from "./held.ts";
import { measureQueueRate } from "./queue-rate.ts";
import { measureSetUps } from "./set-ups.ts";

const has = (option: string): boolean => process.argv.includes(`--${option}`);
const only = ["queue", "setups", "held"].filter(has);
const wants = (part: string): boolean => only.length === 0 || only.includes(part);
const progress = (sentence: string): void => {
  console.error(`bench, ${Math.round(performance.now() / 1_000)} s: ${sentence}`);
};

progress(describeMachine());
const house = await openRealHouse();
const measured: Record<string, unknown> = { machine: describeMachine() };
try {
  if (wants("setups")) measured["setUps"] = await measureSetUps(house, progress);
  if (wants("held")) measured["held"] = await measureHeld(house, progress);
  if (wants("queue")) measured["queue"] = await measureQueueRate(house, progress);
} finally {
  await house.close();
}
if (has("json")) console.log(JSON.stringify(measured));
else {
  for (const [name, figures] of Object.entries(measured)) {
    console.log(`\n${name}`);
    if (Array.isArray(figures)) console.table(figures);
    else console.log(figures);
  }
}
