import { describe, expect, it } from "vitest";
import { shippedPrompts } from "./prompt-catalog.ts";
import { estimatedWaitPrompts, queuePositionPrompts, sayNumber } from "./say-number.ts";

const text = (language: "en" | "zh", ids: string[]) =>
  ids.map((id) => shippedPrompts.get(id)?.[language] ?? `[${id}?]`).join(language === "en" ? " " : "");

describe("numbers and announcements", () => {
  it("say numbers as people do", () => {
    expect(text("en", sayNumber("en", 42))).toBe("forty two");
    expect(text("en", sayNumber("en", 0))).toBe("zero");
    expect(text("zh", sayNumber("zh", 10))).toBe("十");
    expect(text("zh", sayNumber("zh", 20))).toBe("二十");
    expect(text("zh", sayNumber("zh", 99))).toBe("九十九");
    expect(text("en", sayNumber("en", 105))).toBe("one zero five");
  });

  it("refuse what is no number to be said", () => {
    for (const n of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => sayNumber("en", n)).toThrow(RangeError);
    }
  });

  it("say every position with prompts that are shipped", () => {
    for (const language of ["en", "zh"] as const) {
      for (let position = 1; position <= 150; position += 1) {
        expect(text(language, queuePositionPrompts(language, position))).not.toContain("?]");
      }
    }
    expect(text("en", queuePositionPrompts("en", 3))).toBe("You are number three in the queue.");
    expect(text("zh", queuePositionPrompts("zh", 3))).toBe("您现在排在第三位。");
    expect(queuePositionPrompts("en", 1)).toEqual(["position-next"]);
    expect(queuePositionPrompts("en", 100)).toEqual(["position-over-99"]);
  });

  it("say the estimated wait in whole minutes, rounded up", () => {
    expect(text("en", estimatedWaitPrompts("en", 59_999))).toBe("The estimated wait is less than a minute.");
    expect(text("en", estimatedWaitPrompts("en", 60_000))).toBe("The estimated wait is about one minute.");
    expect(text("en", estimatedWaitPrompts("en", 61_000))).toBe("The estimated wait is about two minutes.");
    expect(text("zh", estimatedWaitPrompts("zh", 61_000))).toBe("预计等待时间约两分钟。");
    expect(estimatedWaitPrompts("en", 3_600_001)).toEqual(["wait-long"]);
    expect(estimatedWaitPrompts("en", Number.POSITIVE_INFINITY)).toEqual(["wait-long"]);
  });
});
