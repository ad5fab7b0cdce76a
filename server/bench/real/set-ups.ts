/** Calls that are answered, hear the greeting for a second and hang up: through the program, and at FreeSWITCH alone. */
import { percentiles, type Percentiles } from "../acd/percentiles.ts";
import { startCrowd } from "../callers.ts";
import { openSilentPort } from "../silent-port.ts";
import { cpuMs } from "../processes.ts";
import { perCall, pidListeningOn } from "./processes.ts";
import type { RealHouse } from "./house.ts";
import { type Climb, climb, ratesOr } from "../climb.ts";
import { type Load, runLoad, warmUp } from "./load.ts";

const rates = ratesOr([20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 240, 280, 320, 360, 400]);
const secondsEach = 10;
const listensMs = 1_000;
const answeredWithinMs = 1_000;

interface Alone {
  callsPerSecond: number;
  calls: number;
  succeeded: number;
  setUpMs: Percentiles;
  /** FreeSWITCH's; of the program's call it is only a part. */
  cpuMsPerCall: { freeswitch: number };
}

export interface SetUps {
  ringdown: Climb<Load>;
  /** Null: no such FreeSWITCH was named. */
  freeswitchAlone: Climb<Alone> | null;
}

export async function measureSetUps(bench: RealHouse, progress: (sentence: string) => void): Promise<SetUps> {
  const media = await openSilentPort();
  const how = { hangUp: "caller", talkMs: listensMs, mediaPort: media.port } as const;
  try {
    const alone = process.env["BENCH_FREESWITCH_ALONE"];
    const freeswitchAlone =
      alone === undefined
        ? null
        : await climb(rates, isGood, async (callsPerSecond) => {
            progress(`FreeSWITCH alone, ${callsPerSecond} calls a second`);
            const [host = "", port = ""] = alone.split(":");
            const calls = callsPerSecond * secondsEach;
            const at = { host, port: Number(port) };
            const pid = await pidListeningOn(at.port);
            const cpuBefore = await cpuMs(pid);
            const crowd = await startCrowd({ at, to: bench.flowNumber, ...how, calls, callsPerSecond });
            try {
              const { succeeded, answerMs } = await crowd.result();
              const cpuMsPerCall = { freeswitch: perCall((await cpuMs(pid)) - cpuBefore, calls) };
              return { callsPerSecond, calls, succeeded, setUpMs: percentiles(answerMs), cpuMsPerCall };
            } finally {
              await crowd.close();
            }
          });
    const call = { to: bench.flowNumber, ...how };
    progress("set-ups, warming up");
    await warmUp(bench, call, 20);
    const ringdown = await climb(rates, isGood, (rate) => {
      progress(`set-ups, ${rate} calls a second`);
      return runLoad(bench, call, rate, secondsEach);
    });
    return { ringdown, freeswitchAlone };
  } finally {
    await media.close();
  }
}

function isGood({ calls, succeeded, setUpMs }: Alone): boolean {
  return succeeded === calls && setUpMs.p99 <= answeredWithinMs;
}
