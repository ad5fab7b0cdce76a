import { describe, expect, it } from "vitest";
import { draftOf, isComplete } from "./switch-draft.ts";

const preset = { id: "p", ...draftOf(null), name: "Storm" };

describe("the draft of the emergency switch", () => {
  it("begins with a prepared message for everybody, or with the switch as it is", () => {
    expect(draftOf(preset)).toMatchObject({ name: "Storm", scope: { kind: "all" }, note: "", forMs: null });
    const on = { ...preset, scope: { kind: "queues", queueIds: ["q"] }, note: "n" } as const;
    const current = { ...on, since: 1, until: 2, by: { id: "s", name: "Sam" } };
    expect(draftOf(current)).toMatchObject({ scope: on.scope, note: "n", forMs: null });
  });

  it("is complete with a name, a message, a place to go to and somebody whom it concerns", () => {
    const whole = draftOf(preset);
    expect(isComplete(whole)).toBe(true);
    expect(isComplete(draftOf(null))).toBe(false);
    expect(isComplete({ ...whole, prompts: { en: [] } })).toBe(false);
    expect(isComplete({ ...whole, scope: { kind: "numbers", numberIds: [] } })).toBe(false);
    const nowhere = { ...whole, ending: { kind: "number", number: "" } } as const;
    expect(isComplete(nowhere)).toBe(false);
    expect(isComplete({ ...nowhere, mode: "message" })).toBe(true);
  });
});
