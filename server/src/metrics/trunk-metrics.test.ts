import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import type { TrunkState } from "../contract/trunks.ts";
import { watchTrunks } from "./trunk-metrics.ts";

const state = (rest: Partial<TrunkState> = {}): TrunkState => ({
  ...{ callsNow: 3, outboundCallsNow: 1, registration: null },
  health: { state: "unknown", since: null, roundTripMs: null, sentence: null },
  ...rest,
});
const registration = (now: NonNullable<TrunkState["registration"]>["state"]) => ({
  ...{ state: now, until: null, status: null, sentence: null, nextTryAt: null },
});

describe("the metrics of trunks", () => {
  it("tell health, registration, calls and attempts, and nothing of what is not known", async () => {
    const registry = new Registry();
    const trunks = [
      {
        ...{ id: "t1", name: "North" },
        state: state({
          registration: registration("failed"),
          health: { state: "up", since: null, roundTripMs: 12, sentence: null },
        }),
      },
      { id: "t2", name: "South", state: state({ registration: registration("elsewhere") }) },
    ];
    const attempts = [{ trunkId: "t1", cause: "congestion", count: 4 }];
    watchTrunks(registry, { trunks: () => ({ trunks, attempts, emergencyCalls: 2 }) });
    const read = async () =>
      (await registry.metrics()).split("\n").filter((line) => line.startsWith("ringdown"));
    expect(await read()).toEqual([
      'ringdown_trunk_info{trunk_id="t1",name="North"} 1',
      'ringdown_trunk_info{trunk_id="t2",name="South"} 1',
      'ringdown_trunk_up{trunk_id="t1"} 1',
      'ringdown_trunk_round_trip_seconds{trunk_id="t1"} 0.012',
      'ringdown_trunk_registered{trunk_id="t1"} 0',
      'ringdown_trunk_calls{trunk_id="t1",direction="out"} 1',
      'ringdown_trunk_calls{trunk_id="t1",direction="in"} 2',
      'ringdown_trunk_calls{trunk_id="t2",direction="out"} 1',
      'ringdown_trunk_calls{trunk_id="t2",direction="in"} 2',
      'ringdown_trunk_attempts_total{trunk_id="t1",cause="congestion"} 4',
      "ringdown_emergency_calls_total 2",
    ]);
    trunks.pop();
    expect((await read()).filter((line) => line.includes("t2"))).toEqual([]);
  });
});
