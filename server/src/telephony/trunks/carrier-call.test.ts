import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createManualClock } from "../../base/clock.manual.ts";
import type { Ring, RingFailure } from "../interfaces.ts";
import type { AgentLeg } from "../leg.ts";
import { CarrierCall } from "./carrier-call.ts";

/** What a carrier does with a call. */
type Script =
  | { does: "refuse"; status: number; ringsFirst: boolean }
  | { does: "answer"; ringsFirst: boolean }
  | { does: "nothing"; isThere: boolean | null };

/** One carrier's end of a call, moved by hand. */
function scriptedRing(onEnd: () => void) {
  let settle: (outcome: AgentLeg | RingFailure) => void = () => undefined;
  let setRinging: (isRinging: boolean) => void = () => undefined;
  const answered = new Promise<AgentLeg | RingFailure>((resolve) => (settle = resolve));
  const ringing = new Promise<boolean>((resolve) => (setRinging = resolve));
  let isOver = false;
  const end = (outcome: AgentLeg | RingFailure) => {
    if (isOver) return;
    isOver = true;
    onEnd();
    setRinging(false);
    settle(outcome);
  };
  const ring: Ring = {
    ...{ invitedAt: 0, ringing, answered },
    cancel: () => end({ cause: "cancelled", sipStatus: null }),
  };
  return { ring, end, ringIt: () => setRinging(true) };
}

/** Runs a call over these carriers; at `cancelAtMs` it is cancelled. */
async function play(
  scripts: readonly Script[],
  options: { cancelAtMs?: number; ringTimeoutMs?: number } = {},
) {
  const clock = createManualClock(0);
  const log = { tried: [] as number[], atOnce: 0, most: 0, rang: 0, ended: 0, hungUp: 0 };
  const { cancelAtMs, ringTimeoutMs = 60_000 } = options;
  const leg = { channelId: "c", hangUp: () => Promise.resolve(void log.hungUp++) } as unknown as AgentLeg;
  const call = new CarrierCall({
    clock,
    ringTimeoutMs,
    isEmergency: false,
    candidates: scripts.map((_, index) => String(index)),
    begin(id, leftMs) {
      const script = scripts[Number(id)];
      if (!script) return null;
      log.tried.push(Number(id));
      log.most = Math.max(log.most, ++log.atOnce);
      const { ring, end, ringIt } = scriptedRing(() => log.atOnce--);
      clock.setTimer(clock.now() + leftMs, () => end({ cause: "no-answer", sipStatus: null }));
      if (script.does !== "nothing" && script.ringsFirst)
        clock.setTimer(clock.now() + 500, () => {
          log.rang++;
          ringIt();
        });
      clock.setTimer(clock.now() + 1_000, () => {
        if (script.does === "refuse") end({ cause: "failed", sipStatus: script.status });
        if (script.does === "answer") end(leg);
      });
      const isThere = script.does === "nothing" ? script.isThere : true;
      return {
        ring,
        isThere: isThere === null ? null : () => Promise.resolve(isThere),
        end: () => log.ended++,
        rest: () => undefined,
      };
    },
  });
  let outcome: AgentLeg | RingFailure | null = null;
  void call.answered.then((found) => (outcome = found));
  for (let now = 0; now <= ringTimeoutMs + 1_000; now += 250) {
    if (now === cancelAtMs) call.cancel();
    clock.advanceTo(now);
    for (let turn = 0; turn < 8; turn++) await Promise.resolve();
  }
  return { outcome: outcome as AgentLeg | RingFailure | null, ...log };
}

const refuse = (status: number, ringsFirst = false): Script => ({ does: "refuse", status, ringsFirst });
const answer: Script = { does: "answer", ringsFirst: true };

describe("a call over several carriers", () => {
  it("goes on after a carrier's failure, and ends with the callee's answer", async () => {
    expect(await play([refuse(503), refuse(500), answer])).toMatchObject({
      tried: [0, 1, 2],
      outcome: { channelId: "c" },
    });
    expect(await play([refuse(486), answer])).toMatchObject({ tried: [0], outcome: { sipStatus: 486 } });
    expect(await play([refuse(503, true), answer])).toMatchObject({
      tried: [0],
      outcome: { sipStatus: 503 },
    });
  });

  it("leaves a silent carrier: at once if it is not there, later if it is, and never for nobody", async () => {
    const silent = (isThere: boolean | null): Script => ({ does: "nothing", isThere });
    expect(await play([silent(false), answer], { ringTimeoutMs: 6_000 })).toMatchObject({ tried: [0, 1] });
    expect(await play([silent(true), answer], { ringTimeoutMs: 10_000 })).toMatchObject({ tried: [0] });
    expect(await play([silent(true), answer], { ringTimeoutMs: 20_000 })).toMatchObject({ tried: [0, 1] });
    expect(await play([silent(null), answer], { ringTimeoutMs: 20_000 })).toMatchObject({ tried: [0, 1] });
    expect(await play([silent(false)], { ringTimeoutMs: 20_000 })).toMatchObject({
      outcome: { cause: "no-answer" },
    });
  });

  const script: fc.Arbitrary<Script> = fc.oneof(
    fc.record({
      does: fc.constant("refuse" as const),
      status: fc.constantFrom(403, 404, 408, 486, 488, 500, 503, 603),
      ringsFirst: fc.boolean(),
    }),
    fc.record({ does: fc.constant("answer" as const), ringsFirst: fc.boolean() }),
    fc.record({ does: fc.constant("nothing" as const), isThere: fc.constantFrom(true, false, null) }),
  );
  const scripts = fc.array(script, { maxLength: 4 });

  it("never rings at two carriers, rings nobody twice, and comes to one end, whatever they do", async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (some) => {
        const played = await play(some, { ringTimeoutMs: 30_000 });
        expect(played.outcome).not.toBeNull();
        expect(played.most).toBeLessThanOrEqual(1);
        expect(played.rang).toBeLessThanOrEqual(1);
        expect(played.ended).toBe(played.tried.length);
        expect(played.tried).toEqual(some.map((_, index) => index).slice(0, played.tried.length));
      }),
      { numRuns: 60 },
    );
  });

  it("stops at any moment, and leaves no leg behind", async () => {
    const moments = fc.integer({ min: 0, max: 60 }).map((quarter) => quarter * 250);
    await fc.assert(
      fc.asyncProperty(scripts, moments, async (some, cancelAtMs) => {
        const whole = await play(some, { ringTimeoutMs: 30_000 });
        const cut = await play(some, { ringTimeoutMs: 30_000, cancelAtMs });
        expect(cut.outcome).not.toBeNull();
        expect(cut.tried.length).toBeLessThanOrEqual(whole.tried.length);
        expect(cut.ended).toBe(cut.tried.length);
        // Whoever cancels owns what was answered before, and nothing else is left.
        if (cut.outcome && !("channelId" in cut.outcome)) expect(cut.atOnce).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
