/** Many calls that wait at the same time: what the controller needs for each, in memory and processor time. */
import { setTimeout as sleep } from "node:timers/promises";
import { waitFor } from "../../src/tests/rig/wait-for.ts";
import { startCrowd } from "../callers.ts";
import { residentBytes } from "../processes.ts";
import { openSilentPort } from "../silent-port.ts";
import { waitingNow } from "../waiting-memory.ts";
import type { Part, RealHouse } from "./house.ts";
import { cpuOf } from "./processes.ts";

const callers = Number(process.env["BENCH_HELD"] ?? 500);
const callsPerSecond = 40;
/** All are there and hear music: long enough for an even figure. */
const lookMs = 20_000;

export interface HeldCalls {
  callers: number;
  /** Anonymous memory, growth over the calls divided by them. */
  residentKilobytesPerCall: Record<Part, number>;
  /** Share of one core while all wait. */
  coresWhileAllWait: Record<Part, number>;
}

export async function measureHeld(
  bench: RealHouse,
  progress: (sentence: string) => void,
): Promise<HeldCalls> {
  const media = await openSilentPort();
  progress(`${callers} callers wait`);
  const talkMs = (callers / callsPerSecond) * 1_000 + lookMs + 15_000;
  const before = await memoryOf(bench);
  const at = bench.house.program.sipUdp;
  const call = { at, to: bench.waitingNumber, hangUp: "caller", mediaPort: media.port } as const;
  const crowd = await startCrowd({ ...call, calls: callers, callsPerSecond, talkMs });
  try {
    const isThere = () => waitingNow(bench) === callers;
    await waitFor("all to wait", isThere, { timeoutMs: 120_000 });
    const cpuBefore = await cpuOf(bench.pids);
    await sleep(lookMs);
    const cpuAfter = await cpuOf(bench.pids);
    const after = await memoryOf(bench);
    await crowd.result();
    return {
      callers,
      residentKilobytesPerCall: byPart((part) => Math.round((after[part] - before[part]) / callers / 1_024)),
      coresWhileAllWait: byPart(
        (part) => Math.round(((cpuAfter[part] - cpuBefore[part]) / lookMs) * 1_000) / 1_000,
      ),
    };
  } finally {
    await crowd.close();
    await media.close();
  }
}

const parts = ["controller", "drachtio", "freeswitch"] as const satisfies readonly Part[];

function byPart(value: (part: Part) => number): Record<Part, number> {
  return Object.fromEntries(parts.map((part) => [part, value(part)])) as Record<Part, number>;
}

async function memoryOf({ pids }: RealHouse): Promise<Record<Part, number>> {
  const each = parts.map(async (part) => [part, await residentBytes(pids[part])] as const);
  return Object.fromEntries(await Promise.all(each)) as Record<Part, number>;
}
