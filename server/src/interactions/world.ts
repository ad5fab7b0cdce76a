/** What the story of a call needs of the rest of the program; app.ts puts it together. */
import type { Acd } from "../acd/acd.ts";
import type { Agents } from "../agents/agents.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { CallCard } from "../contract/agent-desk.ts";
import type { Flow } from "../contract/flow.ts";
import type { QueueSettings } from "../contract/queues.ts";
import type { PromptFiles } from "../ivr/ivr.ts";
import type { Recordings } from "../recordings/recordings.ts";
import type { Telephony } from "../telephony/telephony.ts";
import type { Desks } from "./desks.ts";
import type { Ledger } from "./ledger.ts";

/** The published configuration, in memory: a call never waits for the database. */
export interface Directory {
  /** The number as dialed, or null. */
  number(dialed: string): { flowId: string } | null;
  /** What new calls run, or null when nothing is published. */
  publishedFlow(flowId: string): { version: number; flow: Flow } | null;
  queue(queueId: string): { name: string; settings: QueueSettings } | null;
}

export type EarlierCalls = CallCard["earlier"];

export interface World {
  clock: Clock;
  log: Log;
  acd: Acd;
  agents: Agents;
  telephony: Telephony;
  recordings: Recordings;
  ledger: Ledger;
  desks: Desks;
  directory: Directory;
  prompts: PromptFiles;
  /** Earlier interactions of the same caller, newest first, at most ten. */
  earlierCalls(from: string, except: string): Promise<EarlierCalls>;
}
