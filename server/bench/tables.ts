/** The bench's results for people. */
import { cpus, loadavg, totalmem } from "node:os";
import type { Percentiles } from "./acd/percentiles.ts";
import type { RedisBench, ReducerBench } from "./acd/bench-acd.ts";
import type { CallLoad, CallLoads } from "./call-load.ts";
import { costOf, type Measured } from "./figures.ts";

/** CPU, cores, memory, Node, date, and how busy the machine is with other things. */
export function describeMachine(): string {
  const model = cpus()[0]?.model ?? "unknown CPU";
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  const load = loadavg().map((value) => value.toFixed(1));
  const date = new Date().toISOString().slice(0, 16).replace("T", " ");
  return `${model}, ${cpus().length} cores, ${memory}; Node ${process.versions.node}, ${process.platform} ${process.arch}; ${date} UTC; load average ${load.join(" ")}`;
}

export function printTables(measured: Measured): void {
  title("Time to offer, until the INVITE is at the desk phone (ms)");
  console.table(measured.timeToInvite.flatMap((crowd) => timesOf(crowd, "invited")));
  title("Time to offer, until the INVITE is written to the SIP edge (ms)");
  console.table(measured.timeToInvite.flatMap((crowd) => timesOf(crowd, "written")));
  printReducer(measured.reducer);
  printRedis(measured.redis);
  printLoads("Calls: answer, flow, caller hangs up after 1 s", measured.flowCalls);
  printLoads("Calls: queue, desk phone, recorded bridge, agent hangs up after 0.5 s", measured.servedCalls);
  const { callers, bytesPerCall, residentPerCall } = measured.memory;
  title(`Memory per waiting call (${callers} callers, bytes)`);
  console.table({ "live objects and buffers": bytesPerCall, "resident memory": residentPerCall });
  const { calls, agentHearsMs, callerHearsMs, bothWaysMs } = measured.audio;
  title(`Click on "answer" to audio (${calls} calls, ms)`);
  console.table({ "agent hears": agentHearsMs, "caller hears": callerHearsMs, "both ways": bothWaysMs });
}

export function printReducer({ plain, skilled }: ReducerBench): void {
  for (const [name, results] of [
    ["Reducer", plain],
    ["Reducer, with skills and rings", skilled],
  ] as const) {
    title(name);
    console.table(results.map(({ eventMs, ...row }) => ({ ...row, p99Ms: eventMs.p99 })));
    console.log(
      `Ten times the agents cost ${costOf(results).costOfTenTimesTheAgents} times as much per event`,
    );
  }
}

export function printRedis({ timeToOffer, timeToInvite, order, takeover }: RedisBench): void {
  title("Two controllers on one Redis: time to offer (ms)");
  const row = (controller: string, event: string, agents: number, times: Percentiles) => ({
    ...{ controller, event, agents },
    ...times,
  });
  console.table(
    Object.entries(timeToOffer).flatMap(([name, { agents, onEntryMs, onFreeingMs }]) => [
      row(name, "enqueue", agents, onEntryMs),
      row(name, "agent freed", agents, onFreeingMs),
    ]),
  );
  title("Two controllers on one Redis: until the INVITE is at the desk phone (ms)");
  console.table(timesOf(timeToInvite, "invited"));
  title("Two controllers on one Redis: order");
  console.table(order);
  title("Two controllers on one Redis: from the leader's SIGKILL to the next offer");
  console.table(takeover);
}

function title(text: string): void {
  console.log(`\n${text}`);
}

function timesOf(crowd: Measured["timeToInvite"][number], what: "invited" | "written"): object[] {
  const row = (event: string, times: Percentiles) => ({ agents: crowd.agents, event, ...times });
  return [row("enqueue", crowd.entry[what]), row("agent freed", crowd.freeing[what])];
}

function printLoads(text: string, { tried, best }: CallLoads): void {
  title(text);
  const ms = ({ setUpMs }: CallLoad) => ({ "set-up p50": setUpMs.p50, p95: setUpMs.p95, p99: setUpMs.p99 });
  console.table(
    tried.map((load) => ({
      "calls/s": load.callsPerSecond,
      calls: load.calls,
      failed: load.calls - load.succeeded,
      ...ms(load),
      "server ms/call": load.cpuMsPerCall.server,
      "embedded ms/call": load.cpuMsPerCall.embedded,
    })),
  );
  console.log(`Highest good rate: ${best?.callsPerSecond ?? "none"} calls per second`);
}
