/** The door of the simulator: the production router in compressed time, for the command line and the server. */
import { type Report, type ReportOptions, makeReport } from "./core/report.ts";
import type { Inputs } from "./core/inputs.ts";
import { openProductionRouter } from "./production-router.ts";

export { readArrivals } from "./core/arrivals-csv.ts";
export { CsvProblem } from "./core/csv.ts";
export { inputsOfFiles, staffConfiguration } from "./core/file-inputs.ts";
export type { Inputs } from "./core/inputs.ts";
export type { IntervalMinutes } from "./core/intervals.ts";
export { configurationOfModel, inputsOfModel } from "./core/model.ts";
export { modelHelp, readModel } from "./core/model-text.ts";
export type { Report } from "./core/report.ts";
export type { Configuration, QueueBehaviour } from "./core/scenario.ts";
export { readStaffing } from "./core/staffing-csv.ts";
export { renderText } from "./core/text-report.ts";
export { configurationOf, modelSettings } from "./configuration.ts";
export { renderHtml } from "./core/html-report.ts";
export { readPast } from "./past.ts";
export { openSimulations, type Simulations } from "./simulation.handlers.ts";

/** Runs the inputs under one configuration or two, in this thread. */
export function runReport(inputs: Inputs, options: Omit<ReportOptions, "openRouter">): Report {
  return makeReport(inputs, { ...options, openRouter: openProductionRouter });
}
