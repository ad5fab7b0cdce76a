import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import { createManualClock } from "../base/clock.manual.ts";
import { openLog } from "../base/log.ts";
import { keepBusinessDays } from "./business-days.ts";

const log = openLog("silent");
const at = (text: string) => DateTime.fromISO(text).toMillis();

describe("business days", () => {
  it("begin at the start and at each midnight, whatever the clocks do", async () => {
    const clock = createManualClock(at("2026-11-29T22:00"));
    const days: string[] = [];
    const stop = await keepBusinessDays(
      { beginDay: (day) => Promise.resolve(void days.push(day)) },
      clock,
      log,
    );
    expect(days).toEqual(["2026-11-29"]);
    clock.advanceTo(at("2026-11-29T23:59:59"));
    expect(days).toHaveLength(1);
    clock.advanceTo(at("2026-11-30T00:00"));
    clock.advanceTo(at("2026-12-01T12:00"));
    expect(days).toEqual(["2026-11-29", "2026-11-30", "2026-12-01"]);
    stop();
    clock.advanceTo(at("2026-12-05T00:00"));
    expect(days).toHaveLength(3);
    expect(clock.nextTimerAt()).toBeNull();
  });

  it("are told again while the router can't hear them", async () => {
    const clock = createManualClock(at("2026-11-29T22:00"));
    let tries = 0;
    const beginDay = () => {
      tries += 1;
      return tries < 3 ? Promise.reject(new Error("away")) : Promise.resolve();
    };
    await keepBusinessDays({ beginDay }, clock, log);
    for (const expected of [1, 2, 3, 3]) {
      expect(tries).toBe(expected);
      clock.advance(1_000);
      await new Promise(setImmediate);
    }
    expect(clock.nextTimerAt()).toBe(at("2026-11-30T00:00"));
  });
});
