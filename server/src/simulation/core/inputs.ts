import type { SimulationResult } from "../../contract/simulation.ts";
import type { IntervalMinutes } from "./intervals.ts";
import type { Arrivals, Configuration, KnownVisit, QueueBehaviour, Scenario, Shift } from "./scenario.ts";

/** Who calls, who works and how people behave: what stays the same when configurations are compared. */
export interface Inputs {
  from: number;
  to: number;
  warmUpMs: number;
  zone: string;
  intervalMinutes: IntervalMinutes;
  arrivals: Arrivals;
  agents: readonly { agentId: string; name: string; shifts: readonly Shift[] }[];
  /** By queue; `usual` for the others. */
  behaviours: ReadonlyMap<string, QueueBehaviour>;
  usual: QueueBehaviour;
  /** What really happened, when it is known. */
  recorded: SimulationResult["recorded"] | null;
  remarks: readonly string[];
}

/** The inputs under a configuration, and what does not fit together, as sentences. */
export function scenarioOf(
  inputs: Inputs,
  configuration: Configuration,
): { scenario: Scenario; remarks: string[] } {
  const { from, to, warmUpMs, zone, intervalMinutes, arrivals, behaviours, usual } = inputs;
  const queues = configuration.queues.map((queue) => ({
    ...queue,
    behaviour: behaviours.get(queue.settings.queueId) ?? usual,
  }));
  const agents = inputs.agents.flatMap(({ agentId, name, shifts }) => {
    const profile = configuration.agents.get(agentId);
    return profile ? [{ profile, name, shifts }] : [];
  });
  const scenario = { from, to, warmUpMs, zone, intervalMinutes, queues, agents, arrivals };
  return { scenario, remarks: lookForGaps(inputs, scenario) };
}

function lookForGaps(inputs: Inputs, { queues, agents }: Scenario): string[] {
  const remarks: string[] = [];
  const known = new Set(queues.map(({ settings }) => settings.queueId));
  const calls = countSince(inputs.arrivals, inputs.from);
  const strangers = [...calls].filter(([queueId]) => !known.has(queueId));
  const lost = strangers.reduce((sum, [, count]) => sum + count, 0);
  if (lost > 0)
    remarks.push(
      `${Math.round(lost)} calls are left out: their queue is not configured (${strangers.length} queues).`,
    );
  const idle = inputs.agents.length - agents.filter(({ profile }) => profile.queues.length > 0).length;
  if (idle > 0) remarks.push(`${idle} of ${inputs.agents.length} agents who worked are in no queue.`);
  const staffed = new Set(agents.flatMap(({ profile }) => profile.queues.map(({ queueId }) => queueId)));
  for (const { name, settings } of queues)
    if (calls.has(settings.queueId) && !staffed.has(settings.queueId))
      remarks.push(`Nobody who worked is a member of the queue ${name}.`);
  return remarks;
}

/** How many visits the period is about; of those that come by chance, how many on average. */
export function countInPeriod({ arrivals, from }: Inputs): number {
  return [...countSince(arrivals, from).values()].reduce((sum, each) => sum + each, 0);
}

/** Visits by queue, those that follow from others included. */
function countSince({ known, streams }: Arrivals, since: number): Map<string, number> {
  const counts = new Map<string, number>();
  const add = (queueId: string, count: number) => counts.set(queueId, (counts.get(queueId) ?? 0) + count);
  const addVisit = ({ at, entry, next }: KnownVisit): void => {
    if (at >= since) add(entry.queueId, 1);
    if (next) addVisit(next.visit);
  };
  for (const visit of known) addVisit(visit);
  for (const { entry, periods } of streams)
    for (const { from, to, calls } of periods)
      add(entry.queueId, (calls * Math.max(0, to - Math.max(from, since))) / (to - from));
  return counts;
}
