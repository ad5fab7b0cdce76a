/** How many calls a second the whole program sets up on the embedded pair, and what one costs. */
import { percentiles } from "./acd/percentiles.ts";
import { type BenchHouse, staffWithDeskPhones } from "./bench-house.ts";
import { setUpsOf, startCrowd } from "./callers.ts";
import { type Climb, climb } from "./climb.ts";
import { cpuMs } from "./processes.ts";
import { openSilentPort } from "./silent-port.ts";

export interface CallLoad {
  callsPerSecond: number;
  calls: number;
  succeeded: number;
  /** INVITE to 200; through the queue: INVITE to BYE less the talk. */
  setUpMs: { p50: number; p95: number; p99: number; max: number };
  cpuMsPerCall: { server: number; embedded: number };
}

/** The best: every call succeeded and the set-up's p99 stayed under a second. */
export type CallLoads = Climb<CallLoad>;

export interface LoadPlan {
  rates: readonly number[];
  secondsEach: number;
  /** At most 24: one-time links are limited to 30 a minute and address, and the house uses some itself. */
  deskPhones: number;
}

const setUpWithinMs = 1_000;
/** Short, so that few agents can serve many calls. */
const talkMs = 500;
/** How long a caller listens to the greeting. */
const listensMs = 1_000;

/** A caller hears the greeting for a second and hangs up. */
export async function measureFlowCalls(bench: BenchHouse, plan: LoadPlan): Promise<CallLoads> {
  const media = await openSilentPort();
  try {
    const call = {
      to: bench.flowNumber,
      hangUp: "caller",
      talkMs: listensMs,
      mediaPort: media.port,
    } as const;
    return await climb(plan.rates, isGood, (rate) => load(bench, call, rate, plan.secondsEach));
  } finally {
    await media.close();
  }
}

/** Queue, offer, a desk phone that answers at once, the bridge with its recording, half a second of talk, the phone's BYE. */
export async function measureServedCalls(bench: BenchHouse, plan: LoadPlan): Promise<CallLoads> {
  const media = await openSilentPort();
  const phones = await staffWithDeskPhones(bench, plan.deskPhones, talkMs, media.port);
  try {
    const call = { to: bench.servedNumber, hangUp: "callee", talkMs, mediaPort: media.port } as const;
    return await climb(plan.rates, isGood, (rate) => load(bench, call, rate, plan.secondsEach));
  } finally {
    await phones.close();
    await media.close();
  }
}

function isGood({ calls, succeeded, setUpMs }: CallLoad): boolean {
  return succeeded === calls && setUpMs.p99 < setUpWithinMs;
}

async function load(
  { house, pids }: BenchHouse,
  call: { to: string; hangUp: "caller" | "callee"; talkMs: number; mediaPort: number },
  callsPerSecond: number,
  seconds: number,
): Promise<CallLoad> {
  const calls = Math.ceil(callsPerSecond * seconds);
  const used = async () => ({ server: await cpuMs(pids.server), embedded: await cpuMs(pids.embedded) });
  const before = await used();
  const crowd = await startCrowd({ at: house.program.sipUdp, ...call, calls, callsPerSecond });
  try {
    const result = await crowd.result();
    const after = await used();
    const each = (part: "server" | "embedded") =>
      Math.round(((after[part] - before[part]) / calls) * 10) / 10;
    const cpuMsPerCall = { server: each("server"), embedded: each("embedded") };
    return {
      callsPerSecond,
      calls,
      succeeded: result.succeeded,
      setUpMs: percentiles(setUpsOf(result, call)),
      cpuMsPerCall,
    };
  } finally {
    await crowd.close();
  }
}
