/** The door of reports: figures from what the ledger projects, live and by interval. */
export { openFigures, type Figures, type FigureSources } from "./figures.ts";
export { reportEndpoints, type ReportDependencies } from "./reports.handlers.ts";
