import type { SimulationRequest } from "../contract/simulation.ts";
import type { HistoryPeriod } from "./core/history.ts";
import type { Report } from "./core/report.ts";

/** What the worker is started with. */
export interface HistoryTask {
  /** Of the database. */
  url: string;
  period: Omit<HistoryPeriod, "warmUpMs">;
  proposal: SimulationRequest["proposed"];
  replications: number;
  seed: number;
}

/** What it says. `sentence` is null for a bug, whose stack goes to the log only. */
export type WorkerMessage =
  | { type: "progress"; share: number }
  | { type: "done"; report: Report }
  | { type: "failed"; sentence: string | null; stack: string };
