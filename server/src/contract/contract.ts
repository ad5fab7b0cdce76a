/** The door of the contract: what the React app may import from the server. Everything here is zod and types. */
export * as agentDesk from "./agent-desk.ts";
export * as caller from "./caller.ts";
export * as errors from "./errors.ts";
export * as flow from "./flow.ts";
export * as health from "./health.ts";
export * as interactions from "./interactions.ts";
export * as ledger from "./ledger.ts";
export * as live from "./live.ts";
export * as openingHours from "./opening-hours.ts";
export * as people from "./people.ts";
export * as queues from "./queues.ts";
export * as reports from "./reports.ts";
export * as requirement from "./requirement.ts";
export * as routing from "./routing.ts";
export * as schedules from "./schedules.ts";
export * as simulation from "./simulation.ts";
export * as telephony from "./telephony.ts";
export type { Access, Endpoint, InputOf, ResultOf } from "./endpoint.ts";
