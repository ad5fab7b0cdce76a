import type { SimulatedSide, SimulationResult } from "../../contract/simulation.ts";
import { type SimulatedRouter, simulate } from "./engine.ts";
import { figuresOfRun, type RunFigures } from "./figures.ts";
import { countInPeriod, type Inputs, scenarioOf } from "./inputs.ts";
import type { IntervalMinutes } from "./intervals.ts";
import type { Configuration, Scenario } from "./scenario.ts";
import { compareRuns, summarise } from "./summary.ts";

/** What a simulation gives: of one configuration, or of two side by side. */
export interface Report extends Pick<SimulationResult, "from" | "to" | "zone" | "replications" | "basis"> {
  intervalMinutes: IntervalMinutes;
  seed: number;
  recorded: SimulationResult["recorded"] | null;
  current: SimulatedSide;
  proposed: SimulatedSide | null;
  difference: SimulationResult["difference"] | null;
}

export interface ReportOptions {
  current: Configuration;
  proposed: Configuration | null;
  replications: number;
  seed: number;
  openRouter: () => SimulatedRouter;
  /** Hears a share from 0 to 1. */
  onProgress?: (share: number) => void;
}

/** Runs the inputs under each configuration, several times. Both meet the same callers, run by run. */
export function makeReport(inputs: Inputs, options: ReportOptions): Report {
  const { replications, seed } = options;
  const sides = options.proposed ? 2 : 1;
  const tell = (side: number) => (share: number) => options.onProgress?.((side + share) / sides);
  const current = runSide(inputs, options.current, options, tell(0));
  const proposed = options.proposed && runSide(inputs, options.proposed, options, tell(1));
  const { from, to, zone, intervalMinutes, recorded } = inputs;
  const remarks = [...inputs.remarks, ...current.remarks, ...(proposed?.remarks ?? []).map(sayProposed)];
  return {
    ...{ from, to, zone, intervalMinutes, replications, seed, recorded },
    basis: {
      visits: Math.round(countInPeriod(inputs)),
      agents: inputs.agents.length,
      remarks: [...new Set(remarks)],
    },
    current: current.side,
    proposed: proposed && proposed.side,
    difference: proposed && compareSides(current, proposed),
  };
}

function sayProposed(remark: string): string {
  return `As proposed: ${remark}`;
}

interface RanSide {
  runs: RunFigures[];
  side: SimulatedSide;
  remarks: string[];
}

function runSide(
  inputs: Inputs,
  configuration: Configuration,
  { replications, seed, openRouter }: ReportOptions,
  onProgress: (share: number) => void,
): RanSide {
  const { scenario, remarks } = scenarioOf(inputs, configuration);
  let edges: readonly number[] = [];
  const runs = Array.from({ length: replications }, (_none, index) => {
    const tally = simulate(scenario, seed + index, openRouter(), (share) => {
      onProgress((index + share) / replications);
    });
    edges = tally.edges;
    return figuresOfRun(tally);
  });
  return { runs, side: summarise(runs, edges, namesOf(scenario)), remarks };
}

function namesOf({ queues }: Scenario): { queueId: string; name: string }[] {
  return queues.map(({ settings, name }) => ({ queueId: settings.queueId, name }));
}

function compareSides(current: RanSide, proposed: RanSide): SimulationResult["difference"] {
  const lines = ({ runs }: RanSide, queueId: string) => runs.flatMap((run) => run.queues.get(queueId) ?? []);
  const overall = ({ runs }: RanSide) => runs.map((run) => run.overall);
  const both = proposed.side.queues.filter(({ queueId }) =>
    current.side.queues.some((queue) => queue.queueId === queueId),
  );
  return {
    overall: compareRuns(overall(current), overall(proposed)),
    queues: both.map(({ queueId, name }) => ({
      queueId,
      name,
      difference: compareRuns(lines(current, queueId), lines(proposed, queueId)),
    })),
  };
}
