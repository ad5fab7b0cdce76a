/** One rate of calls at the program, and what each process spent on it. */
import { percentiles, type Percentiles } from "../acd/percentiles.ts";
import { type CrowdOptions, setUpsOf, startCrowd } from "../callers.ts";
import type { Part, RealHouse } from "./house.ts";
import { readOfferTimes, quantileBetween } from "./offer-times.ts";
import { cpuOf, cpuOfAll, perCall } from "./processes.ts";

type Call = Pick<CrowdOptions, "to" | "hangUp" | "talkMs" | "mediaPort">;

export interface Load {
  callsPerSecond: number;
  calls: number;
  succeeded: number;
  setUpMs: Percentiles;
  /** The upper bound of the histogram's bucket; null where nothing was offered. */
  timeToOfferP99Ms: number | null;
  cpuMsPerCall: Record<Part | "postgres", number>;
}

const warmUpCalls = 300;

/**
 * So many calls, that what is measured afterwards runs as in a program that has been up for a while: V8 compiles what is
 * often run.
 */
export async function warmUp(bench: RealHouse, call: Call, callsPerSecond: number): Promise<void> {
  const at = bench.house.program.sipUdp;
  const crowd = await startCrowd({ at, ...call, calls: warmUpCalls, callsPerSecond });
  try {
    await crowd.result();
  } finally {
    await crowd.close();
  }
}

export async function runLoad(
  bench: RealHouse,
  call: Call,
  callsPerSecond: number,
  seconds: number,
): Promise<Load> {
  const calls = Math.ceil(callsPerSecond * seconds);
  const look = async () => ({
    cpu: await cpuOf(bench.pids),
    postgres: await cpuOfAll("postgres"),
    offers: await readOfferTimes(bench.metricsUrl),
  });
  const before = await look();
  const crowd = await startCrowd({ at: bench.house.program.sipUdp, ...call, calls, callsPerSecond });
  try {
    const result = await crowd.result();
    const after = await look();
    const each = (used: number): number => perCall(used, calls);
    const p99 = quantileBetween(before.offers, after.offers, 0.99);
    return {
      callsPerSecond,
      calls,
      succeeded: result.succeeded,
      setUpMs: percentiles(setUpsOf(result, call)),
      timeToOfferP99Ms: p99 === null ? null : p99 * 1_000,
      cpuMsPerCall: {
        controller: each(after.cpu.controller - before.cpu.controller),
        drachtio: each(after.cpu.drachtio - before.cpu.drachtio),
        freeswitch: each(after.cpu.freeswitch - before.cpu.freeswitch),
        postgres: each(after.postgres - before.postgres),
      },
    };
  } finally {
    await crowd.close();
  }
}
