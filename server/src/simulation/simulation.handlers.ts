import { DateTime } from "luxon";
import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import { bind, type BoundEndpoint } from "../base/handler.ts";
import type { Log } from "../base/log.ts";
import * as contract from "../contract/simulation.ts";
import type { SimulationRequest, SimulationResult } from "../contract/simulation.ts";
import type { IntervalMinutes } from "./core/intervals.ts";
import type { Report } from "./core/report.ts";
import { SimulationJobs } from "./jobs.ts";
import { simulateHistory } from "./simulate-history.ts";

export interface SimulationDependencies {
  /** `url`: the simulation's thread reads on a connection of its own. */
  postgres: { url: string };
  directory: { queue(queueId: string): object | null };
  clock: Clock;
  log: Log;
}

export interface Simulations {
  endpoints: BoundEndpoint[];
  /** Stops what runs. Idempotent. */
  close(): Promise<void>;
}

const dayMs = 24 * 3_600_000;
const longestMs = 31 * dayMs;
const minutesOf = { "quarter-hour": 15, "half-hour": 30, hour: 60 } as const;
/** So that an answer stays readable: finer intervals only for periods that are not longer. */
const longestByInterval: Record<IntervalMinutes, number> = { 15: 8 * dayMs, 30: 15 * dayMs, 60: Infinity };
const seed = 1;

export function openSimulations({ postgres, directory, clock, log }: SimulationDependencies): Simulations {
  const jobs = new SimulationJobs(clock, log);
  const endpoints = [
    bind(contract.startSimulation, ({ body }) => {
      check(body, directory);
      return Promise.resolve(jobs.start((signal, onProgress) => run(postgres.url, body, signal, onProgress)));
    }),
    bind(contract.readSimulation, ({ params }) => Promise.resolve(jobs.read(params.simulationId))),
    bind(contract.cancelSimulation, ({ params }) => {
      jobs.cancel(params.simulationId);
      return Promise.resolve({});
    }),
  ];
  return { endpoints, close: () => jobs.close() };
}

function check(
  { from, to, proposed }: SimulationRequest,
  directory: SimulationDependencies["directory"],
): void {
  if (from < 0 || to > 8e15 || from >= to)
    throw new Failure("bad-request", "The period must begin before it ends");
  if (to - from > longestMs) throw new Failure("bad-request", "The period must be at most 31 days");
  if (proposed.type !== "queues") return;
  for (const { queueId } of proposed.queues)
    if (directory.queue(queueId) === null) throw new Failure("not-found", `There is no queue ${queueId}`);
}

async function run(
  url: string,
  request: SimulationRequest,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<SimulationResult> {
  const startedAt = performance.now();
  const { from, to, replications, proposed: proposal } = request;
  const zone = DateTime.local().zoneName;
  const period = { from, to, zone, intervalMinutes: coarseEnough(request) };
  const report = await simulateHistory({ url, period, proposal, replications, seed }, signal, onProgress);
  return { ...resultOf(report), tookMs: Math.round(performance.now() - startedAt) };
}

function coarseEnough({ from, to, interval }: SimulationRequest): IntervalMinutes {
  const fits = ([15, 30, 60] as const).filter((minutes) => to - from <= longestByInterval[minutes]);
  return fits.find((minutes) => minutes >= minutesOf[interval]) ?? 60;
}

function resultOf(report: Report): Omit<SimulationResult, "tookMs"> {
  const { intervalMinutes, seed: _seed, recorded, proposed, difference, ...rest } = report;
  if (!recorded || !proposed || !difference) throw new Error("The simulation has only one side");
  const interval = intervalMinutes === 15 ? "quarter-hour" : intervalMinutes === 30 ? "half-hour" : "hour";
  return { ...rest, interval, recorded, proposed, difference };
}
