import { Counter, Gauge, type Registry } from "prom-client";
import type { TrunkState } from "../contract/trunks.ts";

export interface TrunkSources {
  /** As this node sees them. */
  trunks(): {
    trunks: { id: string; name: string; state: TrunkState }[];
    attempts: { trunkId: string; cause: string; count: number }[];
    emergencyCalls: number;
  };
}

/** What one gauge says of a trunk; null: nothing. */
const gauges: { name: string; help: string; read(state: TrunkState): number | null }[] = [
  {
    name: "ringdown_trunk_up",
    help: "1 when the carrier answers OPTIONS, 0 when it does not; absent when it is not checked.",
    read: ({ health }) => (health.state === "unknown" ? null : Number(health.state === "up")),
  },
  {
    name: "ringdown_trunk_round_trip_seconds",
    help: "How long the last answer to OPTIONS took; absent when there was none.",
    read: ({ health }) => (health.roundTripMs === null ? null : health.roundTripMs / 1_000),
  },
  {
    name: "ringdown_trunk_registered",
    help: "1 while the trunk is registered at its carrier, 0 while it should be; absent on nodes that do not register.",
    read: ({ registration }) =>
      registration === null || registration.state === "elsewhere" || registration.state === "stopped"
        ? null
        : Number(registration.state === "registered"),
  },
];

/** Trunks as they are when they are asked, and what became of calls out. */
export function watchTrunks(registry: Registry, { trunks: read }: TrunkSources): void {
  /** The name of a trunk may change: it is in a series of its own. */
  gauge(registry, "ringdown_trunk_info", "A trunk's name by its id; always 1.", ["name"], (set) => {
    for (const { id, name } of read().trunks) set({ trunk_id: id, name }, 1);
  });
  for (const { name, help, read: readOne } of gauges)
    gauge(registry, name, help, [], (set) => {
      for (const { id, state } of read().trunks) {
        const value = readOne(state);
        if (value !== null) set({ trunk_id: id }, value);
      }
    });
  gauge(registry, "ringdown_trunk_calls", "Calls in progress, by direction.", ["direction"], (set) => {
    for (const { id, state } of read().trunks) {
      set({ trunk_id: id, direction: "out" }, state.outboundCallsNow);
      set({ trunk_id: id, direction: "in" }, state.callsNow - state.outboundCallsNow);
    }
  });
  registry.registerMetric(
    new Counter({
      name: "ringdown_trunk_attempts_total",
      help: "Attempts at calls out through the carrier, by how they ended.",
      labelNames: ["trunk_id", "cause"],
      registers: [],
      collect() {
        this.reset();
        for (const { trunkId, cause, count } of read().attempts)
          this.inc({ trunk_id: trunkId, cause }, count);
      },
    }),
  );
  registry.registerMetric(
    new Counter({
      name: "ringdown_emergency_calls_total",
      help: "Emergency numbers that were dialed.",
      registers: [],
      collect() {
        this.reset();
        this.inc(read().emergencyCalls);
      },
    }),
  );
}

type Set = (labels: Record<string, string>, value: number) => void;

function gauge(
  registry: Registry,
  name: string,
  help: string,
  more: string[],
  fill: (set: Set) => void,
): void {
  registry.registerMetric(
    new Gauge({
      ...{ name, help, labelNames: ["trunk_id", ...more], registers: [] },
      collect() {
        this.reset();
        fill((labels, value) => this.set(labels, value));
      },
    }),
  );
}
