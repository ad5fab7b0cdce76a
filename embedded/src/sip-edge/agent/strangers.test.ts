import { describe, expect, it } from "vitest";
import { FakeClock } from "../testing/fake-clock.ts";
import { Strangers } from "./strangers.ts";

const scanner = "203.0.113.9";

function refuse(strangers: Strangers, times: number): void {
  for (let count = 0; count < times; count += 1) strangers.note(scanner, "INVITE", 403);
}

describe("an address", () => {
  it("that is only refused is not listened to for ten seconds, and then again", () => {
    const clock = new FakeClock();
    const told: string[] = [];
    const log = { error: () => undefined, warn: (_fields: object, message: string) => told.push(message) };
    const strangers = new Strangers(clock, log);
    refuse(strangers, 99);
    expect(strangers.isSilenced(scanner)).toBe(false);
    refuse(strangers, 1);
    expect(strangers.isSilenced(scanner)).toBe(true);
    expect(strangers.isSilenced("203.0.113.10")).toBe(false);
    expect(told).toHaveLength(1);
    clock.advance(10_000);
    expect(strangers.isSilenced(scanner)).toBe(false);
  });

  it("that is refused now and then is listened to", () => {
    const clock = new FakeClock();
    const strangers = new Strangers(clock, { error: () => undefined });
    for (let turn = 0; turn < 20; turn += 1) {
      refuse(strangers, 50);
      clock.advance(10_001);
    }
    expect(strangers.isSilenced(scanner)).toBe(false);
  });

  it("that was served within the hour is listened to, however often it is refused; OPTIONS is no service", () => {
    const clock = new FakeClock();
    const strangers = new Strangers(clock, { error: () => undefined });
    strangers.note(scanner, "REGISTER", 200);
    refuse(strangers, 1_000);
    expect(strangers.isSilenced(scanner)).toBe(false);
    clock.advance(3_600_001);
    strangers.note(scanner, "OPTIONS", 200);
    refuse(strangers, 100);
    expect(strangers.isSilenced(scanner)).toBe(true);
  });
});
