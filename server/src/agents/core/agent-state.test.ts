import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AgentFacts, deriveState, judgeRoutable, signedOut } from "./agent-state.ts";

const ready: AgentFacts = {
  ...signedOut,
  connected: true,
  registered: true,
  status: "ready",
  reason: null,
};
const anyFacts = fc.record({
  active: fc.boolean(),
  connected: fc.boolean(),
  registered: fc.boolean(),
  status: fc.constantFrom("ready" as const, "not-ready" as const),
  reason: fc.constantFrom(null, "not-responding"),
  engagement: fc.constantFrom("idle" as const, "offered" as const, "talking" as const, "wrap-up" as const),
  held: fc.boolean(),
});

describe("an agent's state", () => {
  it("is idle and routable when ready, connected and registered", () => {
    expect(deriveState(ready)).toBe("idle");
    expect(judgeRoutable(ready)).toEqual({ routable: true, cause: "ready" });
  });

  it.each([
    ["connected", false, "offline", "offline"],
    ["registered", false, "unreachable", "unregistered"],
  ] as const)("loses eligibility at once without being %s", (fact, value, state, cause) => {
    const facts = { ...ready, [fact]: value };
    expect(deriveState(facts)).toBe(state);
    expect(judgeRoutable(facts)).toEqual({ routable: false, cause });
  });

  it("tells the reason of not being ready to the router", () => {
    const facts: AgentFacts = { ...ready, status: "not-ready", reason: "not-responding" };
    expect(judgeRoutable(facts).cause).toBe("not-responding");
    expect(deriveState(facts)).toBe("not-ready");
  });

  it("goes on talking when the connection or the status goes", () => {
    const facts: AgentFacts = { ...ready, engagement: "talking", connected: false, status: "not-ready" };
    expect(deriveState(facts)).toBe("talking");
    expect(deriveState({ ...facts, held: true })).toBe("holding");
  });

  it("is routable only when active, connected, registered and ready, whatever else", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const eligible = facts.active && facts.connected && facts.registered && facts.status === "ready";
        expect(judgeRoutable(facts).routable).toBe(eligible);
      }),
    );
  });
});
