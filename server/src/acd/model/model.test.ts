import { describe, expect, it } from "vitest";
import { explore } from "./explore.case.ts";
import { brokenWorlds, worlds } from "./worlds.case.ts";

/** How many faults a history may hold, in every world; RINGDOWN_MODEL_FAULTS=2 takes an hour or so, 3 days. */
const faults = process.env["RINGDOWN_MODEL_FAULTS"];
const patienceMs = faults === undefined ? 120_000 : 24 * 3_600_000;

describe("the model check finds no counterexample where", () => {
  for (const [name, plan] of Object.entries(worlds)) {
    it(name, { timeout: patienceMs }, async () => {
      const found = await explore(faults === undefined ? plan : { ...plan, mostFaults: Number(faults) });
      if (faults !== undefined) console.log(name, found);
      expect(found.counterexample).toBeNull();
      expect(found.states).toBeGreaterThan(50);
      expect(found.ends).toBeGreaterThan(0);
    });
  }
});

describe("the model check finds a counterexample when", () => {
  for (const [name, { plan, breaks }] of Object.entries(brokenWorlds)) {
    it(name, { timeout: 120_000 }, async () => {
      const { counterexample } = await explore(plan, 20_000);
      if (process.env["RINGDOWN_MODEL_TRACES"] !== undefined) console.log(`${name}\n${counterexample}`);
      expect(counterexample ?? "none").toMatch(new RegExp(`^${breaks}: `));
      expect(counterexample).toContain("\n  ");
    });
  }
});
