import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bothRequired,
  formatRequirement,
  isImpossible,
  meets,
  parseRequirement,
  proficiencyIn,
  relaxRequirement,
  skillsAsked,
  skillsNamed,
  type Requirement,
} from "./requirement.ts";

function read(text: string): Requirement {
  const parsed = parseRequirement(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.problem.sentence}`);
  return parsed.requirement;
}

function problem(text: string) {
  const parsed = parseRequirement(text);
  return parsed.ok ? null : parsed.problem;
}

const test: fc.Arbitrary<Requirement> = fc.record({
  kind: fc.constant("has" as const),
  skill: fc.constantFrom("billing", "vip", "language=zh", "language=en"),
  least: fc.integer({ min: 0, max: 10 }),
  most: fc.constant(10),
});
const { requirement } = fc.letrec<{ requirement: Requirement }>((tie) => ({
  requirement: fc.oneof(
    { maxDepth: 3 },
    test,
    fc.record({ kind: fc.constant("not" as const), of: tie("requirement") }),
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      of: fc.array(tie("requirement"), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));
const skills = fc.dictionary(
  fc.constantFrom("billing", "vip", "language=zh", "language=en"),
  fc.integer({ min: 1, max: 10 }),
);

describe("a requirement", () => {
  it("is read with and before or, brackets, not, levels and values", () => {
    const zh = { "language=zh": 3, billing: 5 };
    expect(meets(zh, read("language=zh and billing>=5"))).toBe(true);
    expect(meets(zh, read("LANGUAGE=zh".toLowerCase()))).toBe(true);
    expect(meets(zh, read("vip or language=zh and billing>5"))).toBe(false);
    expect(meets(zh, read("(vip or language=zh) AND billing=5"))).toBe(true);
    expect(meets(zh, read("not vip and language=zh<4"))).toBe(true);
    expect(meets({}, read("billing<=0"))).toBe(true);
    expect(meets(zh, read("constructor"))).toBe(false);
  });

  it("that cannot be read says what is expected, and where", () => {
    expect(problem("language=")).toMatchObject({
      at: 10,
      sentence: expect.stringContaining("a value") as string,
    });
    expect(problem("billing>=11")).toMatchObject({ at: 10 });
    expect(problem("billing billing")).toMatchObject({ at: 9 });
    expect(problem("(billing")).toMatchObject({ at: 9, sentence: expect.stringContaining(")") as string });
    expect(problem("billing and")).toMatchObject({ at: 12 });
    expect(problem("Billing")).toMatchObject({ at: 1 });
    expect(problem("")).toMatchObject({ at: 1 });
    expect(problem("a and ".repeat(25) + "a")).toMatchObject({
      sentence: expect.stringContaining("20") as string,
    });
    expect(problem("(".repeat(100))).toMatchObject({
      sentence: expect.stringContaining("brackets") as string,
    });
    expect(problem("not ".repeat(100))).not.toBeNull();
    expect(problem("x".repeat(501))).toMatchObject({ at: 501 });
  });

  it("whatever the text, is read or refused, and never throws", () => {
    const piece = fc.constantFrom(
      "and",
      "or",
      "not",
      "(",
      ")",
      "billing",
      "language=zh",
      ">=",
      "5",
      "=",
      " ",
      "é",
      "'",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((all) => all.join(" ")),
        ),
        (text) => {
          const parsed = parseRequirement(text);
          if (!parsed.ok) expect(parsed.problem.at).toBeGreaterThanOrEqual(1);
        },
      ),
    );
  });

  it("means the same in its usual spelling, which is its own usual spelling", () => {
    fc.assert(
      fc.property(requirement, skills, (one, agent) => {
        const text = formatRequirement(one);
        const parsed = parseRequirement(text);
        if (!parsed.ok) return;
        expect(meets(agent, parsed.requirement)).toBe(meets(agent, one));
        expect(formatRequirement(parsed.requirement)).toBe(text);
      }),
    );
  });

  it("is impossible exactly when no agent could meet it", () => {
    expect(isImpossible(read("billing>=5 and billing<3"))).toBe(true);
    expect(isImpossible(read("billing and not billing"))).toBe(true);
    expect(isImpossible(read("billing>=5 and (billing<3 or vip)"))).toBe(false);
    fc.assert(
      fc.property(requirement, skills, (one, agent) => {
        if (meets(agent, one)) expect(isImpossible(one)).toBe(false);
      }),
    );
  });

  it("relaxed is met by everybody who met it before; what it excludes stays excluded", () => {
    const relaxed = relaxRequirement(read("language=zh and billing>=5 and not trainee"), {
      lowerBy: 3,
      drop: ["language"],
    });
    expect(relaxed && formatRequirement(relaxed)).toBe("billing>=2 and not trainee");
    expect(relaxRequirement(read("language=zh or vip"), { lowerBy: 0, drop: ["vip"] })).toBeNull();
    expect(relaxRequirement(read("billing>=5"), { lowerBy: 0, drop: ["*"] })).toBeNull();
    const relaxation = fc.record({
      lowerBy: fc.integer({ min: 0, max: 9 }),
      drop: fc.subarray(["language", "vip", "billing", "language=zh"]),
    });
    fc.assert(
      fc.property(requirement, relaxation, skills, (one, easier, agent) => {
        const left = relaxRequirement(one, easier);
        if (meets(agent, one)) expect(left === null || meets(agent, left)).toBe(true);
      }),
    );
  });

  it("tells which skills it asks for and names, and how proficient an agent is in those asked for", () => {
    const one = read("billing>=3 and not trainee or language=zh");
    expect(skillsAsked(one)).toEqual(["billing", "language=zh"]);
    expect(skillsNamed(one)).toEqual(["billing", "language=zh", "trainee"]);
    expect(proficiencyIn({ billing: 4, trainee: 9 }, one)).toBe(4);
  });

  it("of the queue and of the flow hold together", () => {
    expect(bothRequired(null, null)).toBeNull();
    const both = bothRequired(read("a or b"), read("c and d"));
    expect(both && formatRequirement(both)).toBe("(a or b) and c and d");
  });
});
