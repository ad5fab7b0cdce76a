import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkFlowRequirement, fillRequirement } from "./flow-requirement.ts";
import { formatRequirement } from "./requirement.ts";

const filled = (template: string, values: Record<string, string> = {}) => {
  const result = fillRequirement(template, values);
  return result.ok ? formatRequirement(result.requirement) : result.sentence;
};

describe("a requirement of a flow", () => {
  it("takes the caller's language, levels and whole skills from the flow's values", () => {
    expect(filled("language={language}", { language: "zh" })).toBe("language=zh");
    expect(filled("{product} and billing>={level}", { product: "printers", level: "5" })).toBe(
      "printers and billing>=5",
    );
    expect(filled("vip or billing>=3")).toBe("vip or billing>=3");
  });

  it.each([
    ["zh or vip", "or"],
    ["zh) or (vip", "brackets"],
    ["", "nothing"],
    ["or", "a word of its own"],
    ["__proto__", "no skill"],
    ["中文", "no skill"],
  ])("refuses %j: a value never changes the expression (%s)", (value) => {
    expect(fillRequirement("language={language}", { language: value })).toMatchObject({ ok: false });
  });

  it("says which value is missing", () => {
    expect(filled("language={tongue}", { language: "zh" })).toBe(
      'The requirement "language={tongue}" is left out: {tongue} has no value',
    );
    expect(filled("x={constructor}")).toContain("{constructor} has no value");
  });

  it("is checked as it is written, with the place of the problem in it", () => {
    expect(checkFlowRequirement("language={language} and {skill}>={level}").ok).toBe(true);
    expect(checkFlowRequirement("language={} and vip")).toMatchObject({ ok: false, problem: { at: 10 } });
    expect(checkFlowRequirement("language={language} and and")).toMatchObject({
      ok: false,
      problem: { at: 25 },
    });
    expect(checkFlowRequirement("language={language")).toMatchObject({ ok: false });
  });

  it("never throws, whatever is written and whatever is put in", () => {
    const values = fc.dictionary(fc.string({ maxLength: 5 }), fc.string({ maxLength: 8 }));
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("{", "}", "a", "=", ">", " ", "zh", "<", "1", "(", ")") }),
        values,
        (template, known) => {
          checkFlowRequirement(template);
          fillRequirement(template, known);
        },
      ),
    );
  });
});
