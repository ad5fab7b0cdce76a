import { describe, expect, it } from "vitest";
import { createManualClock } from "../base/clock.manual.ts";
import { Pulse } from "./pulse.ts";

/** Lets promises that are settled be heard of. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

function feel() {
  const clock = createManualClock(0);
  const state = { answers: true, asked: 0, silences: 0 };
  const pulse = new Pulse({
    clock,
    ask: () => {
      state.asked++;
      return state.answers ? Promise.resolve() : new Promise(() => undefined);
    },
    onSilence: () => state.silences++,
  });
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 250) {
      await settle();
      clock.advance(250);
    }
    await settle();
  };
  return { state, pulse, pass };
}

describe("a server's pulse", () => {
  it("is felt every two seconds for as long as it answers", async () => {
    const { state, pulse, pass } = feel();
    await pass(20_000);
    expect(state).toMatchObject({ asked: 11, silences: 0 });
    pulse.stop();
    await pass(20_000);
    expect(state.asked).toBe(11);
  });

  it("is gone, and told once, a little more than two seconds after a question that nobody answers", async () => {
    const { state, pass } = feel();
    await pass(2_000);
    state.answers = false;
    await pass(2_000);
    expect(state.silences).toBe(0);
    await pass(2_500);
    expect(state.silences).toBe(1);
    await pass(60_000);
    expect(state.silences).toBe(1);
  });

  it("is there as long as the server says anything by itself, and is felt for again", async () => {
    const { state, pulse, pass } = feel();
    state.answers = false;
    await pass(2_000);
    for (let i = 0; i < 10; i++) {
      pulse.heard();
      await pass(2_000);
    }
    expect(state.silences).toBe(0);
    await pass(5_000);
    expect(state.silences).toBe(1);
  });
});
