import type { QueueSettings } from "../../acd/acd.ts";
import type { Distribution } from "./distribution.ts";
import type { Inputs } from "./inputs.ts";
import { oneCall } from "./one-call.ts";
import type { Configuration, QueueBehaviour } from "./scenario.ts";

/** One queue in a steady state: what the Erlang formulas describe, run by the router. Times in milliseconds. */
export interface Model {
  callsPerHour: number;
  /** Talk and wrap-up together. */
  handlingMs: number;
  wrapUpMs: number;
  shape: "exponential" | "lognormal" | "constant";
  agents: number;
  /** Null: nobody hangs up. */
  patienceMs: number | null;
  ringMs: number;
  /** 0 to 1. */
  noAnswer: number;
  serviceLevelMs: number;
  /** How long the period is. */
  lengthMs: number;
}

export const modelQueueId = "queue";
const hourMs = 3_600_000;
/** Long enough for a queue to be as it is in the long run. */
const warmUpMs = 4 * hourMs;

export function inputsOfModel(model: Model, start: { from: number; zone: string }): Inputs {
  const { from, zone } = start;
  const to = from + model.lengthMs;
  const calls = (model.callsPerHour * (model.lengthMs + warmUpMs)) / hourMs;
  const period = { from: from - warmUpMs, to };
  const entry = { queueId: modelQueueId, channel: "voice" as const, priority: 0 };
  return {
    ...{ from, to, zone, warmUpMs, intervalMinutes: 60 },
    arrivals: { known: [], streams: [{ entry, talk: null, periods: [{ ...period, calls }] }] },
    agents: agentIdsOf(model).map((agentId) => ({ agentId, name: agentId, shifts: [period] })),
    behaviours: new Map(),
    usual: behaviourOf(model),
    recorded: null,
    remarks: [],
  };
}

/** `settings` are those of the one queue; its wrap-up time is the model's. */
export function configurationOfModel(model: Model, settings: Omit<QueueSettings, "queueId">): Configuration {
  const queues = [{ queueId: modelQueueId, priority: 0 }];
  return {
    queues: [
      {
        name: "Model",
        settings: { ...settings, queueId: modelQueueId, wrapUpMs: model.wrapUpMs },
        ...{ priority: 0, stickyPatienceMs: null, overflow: {} },
        serviceLevelMs: model.serviceLevelMs,
        shortAbandonMs: 0,
      },
    ],
    agents: new Map(agentIdsOf(model).map((agentId) => [agentId, { agentId, queues, capacity: oneCall }])),
  };
}

function agentIdsOf({ agents }: Model): string[] {
  return Array.from({ length: agents }, (_none, index) => `agent-${index + 1}`);
}

function behaviourOf(model: Model): QueueBehaviour {
  return {
    talk: talkOf(model),
    wrapUp: null,
    patience: model.patienceMs === null ? null : { type: "exponential", meanMs: model.patienceMs },
    answering: {
      delay: { type: "constant", ms: model.ringMs },
      noAnswer: model.noAnswer,
      decline: 0,
      returnAfter: { type: "constant", ms: 60_000 },
    },
  };
}

function talkOf({ handlingMs, wrapUpMs, shape }: Model): Distribution {
  const meanMs = Math.max(0, handlingMs - wrapUpMs);
  if (shape === "constant") return { type: "constant", ms: meanMs };
  if (shape === "lognormal") return { type: "lognormal", meanMs, variation: 1 };
  return { type: "exponential", meanMs };
}
