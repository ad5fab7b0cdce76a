/** The thread in which the past is simulated: reads the ledger on a connection of its own, tells how far it is. */
import { parentPort, workerData } from "node:worker_threads";
import { Failure } from "../base/failure.ts";
import { describeError, openLog } from "../base/log.ts";
import { openPostgres, type Postgres } from "../store/postgres.ts";
import { propose } from "./core/proposal.ts";
import { makeReport, type Report } from "./core/report.ts";
import { readPast } from "./past.ts";
import { openProductionRouter } from "./production-router.ts";
import type { HistoryTask, WorkerMessage } from "./worker-messages.ts";

/** Not told more often than a progress bar shows. */
const smallestStep = 0.01;

async function run({ url, period, proposal, replications, seed }: HistoryTask): Promise<Report> {
  const options = { migrate: false, startTimeoutMs: 5_000, maximumConnections: 1 };
  const postgres = await openPostgres({ url }, openLog("silent"), options);
  const source = await readSource(postgres, period, proposal);
  let told = 0;
  return makeReport(source.inputs, {
    current: source.current,
    proposed: source.proposed,
    replications,
    seed,
    openRouter: openProductionRouter,
    onProgress: (share) => {
      if (share < told + smallestStep) return;
      told = share;
      tell({ type: "progress", share });
    },
  });
}

async function readSource(
  postgres: Postgres,
  period: HistoryTask["period"],
  proposal: HistoryTask["proposal"],
): Promise<Awaited<ReturnType<typeof readPast>>> {
  try {
    return await readPast(postgres, {
      period,
      current: null,
      propose: (document) => propose(document, proposal),
    });
  } finally {
    await postgres.close();
  }
}

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

try {
  tell({ type: "done", report: await run(workerData as HistoryTask) });
} catch (error) {
  const sentence = error instanceof Failure ? error.message : null;
  const stack = error instanceof Error ? (error.stack ?? error.message) : describeError(error);
  tell({ type: "failed", sentence, stack });
}
