/** A past period as the simulator's inputs: the ledger's history under the published configuration, or another. */
import { readRouting } from "../admin/routing.postgres.ts";
import { Failure } from "../base/failure.ts";
import type { RoutingDocument } from "../contract/routing.ts";
import type { Queryable } from "../store/postgres.ts";
import { configurationOf } from "./configuration.ts";
import { type HistoryPeriod, inputsOfHistory } from "./core/history.ts";
import type { Inputs } from "./core/inputs.ts";
import type { Configuration } from "./core/scenario.ts";
import { readHistory } from "./history.postgres.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const longestMs = 31 * dayMs;
/** Read before the period, so that it does not begin with empty queues. */
const warmUpMs = hourMs;

export interface PastRequest {
  period: Omit<HistoryPeriod, "warmUpMs">;
  /** Null: what is published. */
  current: RoutingDocument | null;
  /** Another document, made from the current one. */
  propose: ((current: RoutingDocument) => RoutingDocument) | null;
}

/** Throws Failure "bad-request" for a period that is too long, "unavailable" while the database is away. */
export async function readPast(
  postgres: Queryable,
  { period, current, propose }: PastRequest,
): Promise<{ inputs: Inputs; current: Configuration; proposed: Configuration | null }> {
  const { from, to } = period;
  if (from >= to) throw new Failure("bad-request", "The period must begin before it ends");
  if (to - from > longestMs + hourMs) throw new Failure("bad-request", "The period must be at most 31 days");
  const document = current ?? (await readRouting(postgres));
  const history = await readHistory(postgres, from - warmUpMs, to);
  const agentIds = new Set(history.spans.map(({ agentId }) => agentId));
  const configuration = configurationOf(document, agentIds);
  return {
    inputs: inputsOfHistory(history, { ...period, warmUpMs }, configuration.queues),
    current: configuration,
    proposed: propose && configurationOf(propose(document), agentIds),
  };
}
