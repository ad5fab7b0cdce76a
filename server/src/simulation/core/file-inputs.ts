import { oneCall } from "./one-call.ts";
import type { ReadArrivals } from "./arrivals-csv.ts";
import type { Inputs } from "./inputs.ts";
import type { IntervalMinutes } from "./intervals.ts";
import type { Arrivals, Configuration, EntryProfile, KnownVisit, QueueBehaviour } from "./scenario.ts";
import type { StaffedAgent } from "./staffing-csv.ts";

export interface FilePeriod {
  /** Null: where the file begins and ends. */
  from: number | null;
  to: number | null;
  zone: string;
  intervalMinutes: IntervalMinutes;
}

const hourMs = 3_600_000;

/** Inputs from two files. `queueIdOf` knows what a file calls a queue; it throws for what it does not know. */
export function inputsOfFiles(
  { arrivals, ...range }: ReadArrivals,
  staffing: readonly StaffedAgent[],
  period: FilePeriod,
  parts: { usual: QueueBehaviour; queueIdOf: (name: string) => string },
): Inputs {
  const from = period.from ?? Math.floor(range.from / hourMs) * hourMs;
  const to = period.to ?? Math.ceil(range.to / hourMs) * hourMs;
  return {
    ...{ from, to, zone: period.zone, intervalMinutes: period.intervalMinutes },
    warmUpMs: Math.min(4 * hourMs, Math.max(0, from - range.from)),
    arrivals: translate(arrivals, to, parts.queueIdOf),
    agents: staffing.map(({ name, shifts }) => ({ agentId: name, name, shifts })),
    behaviours: new Map(),
    usual: parts.usual,
    recorded: null,
    remarks: [],
  };
}

function translate({ known, streams }: Arrivals, to: number, queueIdOf: (name: string) => string): Arrivals {
  const entryOf = (entry: EntryProfile): EntryProfile => ({ ...entry, queueId: queueIdOf(entry.queueId) });
  const visitOf = (visit: KnownVisit): KnownVisit => ({ ...visit, entry: entryOf(visit.entry) });
  return {
    known: known.filter(({ at }) => at < to).map(visitOf),
    streams: streams.map((stream) => ({
      ...stream,
      entry: entryOf(stream.entry),
      periods: stream.periods.flatMap((each) => cut(each, to)),
    })),
  };
}

function cut(period: { from: number; to: number; calls: number }, to: number) {
  if (period.from >= to) return [];
  if (period.to <= to) return [period];
  const share = (to - period.from) / (period.to - period.from);
  return [{ from: period.from, to, calls: period.calls * share }];
}

/** The configuration with the agents of the file: in its queues and with its skills where it names them. */
export function staffConfiguration(
  configuration: Configuration,
  staffing: readonly StaffedAgent[],
  queueIdOf: (name: string) => string,
): Configuration {
  const agents = new Map(configuration.agents);
  for (const { name, queues, skills } of staffing) {
    const known = agents.get(name) ?? { agentId: name, queues: [], capacity: oneCall };
    const memberships = queues.map(queueIdOf).map((queueId) => {
      const configured = known.queues.find((membership) => membership.queueId === queueId);
      return configured ?? { queueId, priority: 0 };
    });
    agents.set(name, {
      ...known,
      queues: memberships.length > 0 ? memberships : known.queues,
      ...(skills ? { skills } : {}),
    });
  }
  return { ...configuration, agents };
}
