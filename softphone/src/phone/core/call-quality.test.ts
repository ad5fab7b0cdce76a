import { describe, expect, it } from "vitest";
import { judgeQuality, keepRecent, type MediaSample } from "./call-quality.ts";

const talking = { isMuted: false, isHeld: false };

/** Samples each second: 50 packets each way, a speaking microphone, unless `change` says otherwise. */
function secondsOf(
  count: number,
  change: (second: number) => Partial<MediaSample> = () => ({}),
): MediaSample[] {
  return Array.from({ length: count }, (_, second) => ({
    at: second * 1_000,
    isConnected: true,
    path: "direct" as const,
    relay: "none" as const,
    packetsReceived: second * 50,
    packetsLost: 0,
    packetsSent: second * 50,
    jitterMs: 4,
    roundTripMs: 40,
    microphoneEnergy: second * 0.01,
    ...change(second),
  }));
}

describe("call quality", () => {
  it("is not judged before there is something to measure", () => {
    expect(judgeQuality(secondsOf(1), talking).grade).toBe("measuring");
    expect(judgeQuality([], talking).grade).toBe("measuring");
  });
  it("is good on an ordinary line", () => {
    expect(judgeQuality(secondsOf(5), talking)).toMatchObject({ grade: "good", problem: null, lossShare: 0 });
  });
  it("tells one-way audio after three seconds without a packet", () => {
    const stalled = secondsOf(6, (second) => ({ packetsReceived: Math.min(second, 2) * 50 }));
    expect(judgeQuality(stalled.slice(0, 5), talking).problem).toBeNull();
    expect(judgeQuality(stalled, talking)).toMatchObject({ grade: "poor", problem: "not-hearing" });
  });
  it("says how the sound goes", () => {
    expect(
      judgeQuality(
        secondsOf(5, () => ({ path: "relay-tls" })),
        talking,
      ).path,
    ).toBe("relay-tls");
  });
  it.each([
    ["none", "blocked-without-relay"],
    ["unreachable", "blocked-relay-unreachable"],
    ["reached", "blocked-despite-relay"],
  ] as const)("tells after three seconds that there is no way, with a relay %s: %s", (relay, problem) => {
    const nothing = { isConnected: false, path: null, relay, packetsReceived: 0, packetsSent: 0 };
    expect(
      judgeQuality(
        secondsOf(3, () => nothing),
        talking,
      ),
    ).toMatchObject({ problem: null, grade: "poor" });
    expect(
      judgeQuality(
        secondsOf(5, () => nothing),
        talking,
      ),
    ).toMatchObject({ problem, grade: "poor" });
  });
  it("tells a way that broke from one that never was, and counts from when it broke", () => {
    const broken = (from: number) =>
      secondsOf(8, (second) => ({ isConnected: second > 0 && second < from, packetsReceived: second * 50 }));
    expect(judgeQuality(broken(4), talking)).toMatchObject({ problem: "way-lost", path: "direct" });
    expect(judgeQuality(broken(6), talking).problem).toBeNull();
  });
  it("tells it too when no packet ever came", () => {
    expect(
      judgeQuality(
        secondsOf(4, () => ({ packetsReceived: 0 })),
        talking,
      ).problem,
    ).toBe("not-hearing");
  });
  it("expects nothing to arrive while the call is held", () => {
    const stalled = secondsOf(6, () => ({ packetsReceived: 50 }));
    expect(judgeQuality(stalled, { isMuted: false, isHeld: true }).problem).toBeNull();
  });
  it("notices that nothing leaves", () => {
    expect(
      judgeQuality(
        secondsOf(5, () => ({ packetsSent: 9 })),
        talking,
      ).problem,
    ).toBe("not-sending");
  });
  it("notices a dead microphone, but not a muted one", () => {
    const dead = secondsOf(10, () => ({ microphoneEnergy: 0 }));
    expect(judgeQuality(dead, talking).problem).toBe("microphone-silent");
    expect(judgeQuality(dead, { isMuted: true, isHeld: false }).problem).toBeNull();
  });
  it("grades loss, jitter and delay", () => {
    expect(
      judgeQuality(
        secondsOf(5, (second) => ({ packetsLost: second * 2 })),
        talking,
      ).grade,
    ).toBe("fair");
    expect(
      judgeQuality(
        secondsOf(5, (second) => ({ packetsLost: second * 9 })),
        talking,
      ).grade,
    ).toBe("poor");
    expect(
      judgeQuality(
        secondsOf(5, () => ({ jitterMs: 50 })),
        talking,
      ).grade,
    ).toBe("fair");
    expect(
      judgeQuality(
        secondsOf(5, () => ({ roundTripMs: 700 })),
        talking,
      ).grade,
    ).toBe("poor");
  });
  it("looks at the last ten seconds only", () => {
    const samples = secondsOf(30).reduce<MediaSample[]>((kept, sample) => keepRecent(kept, sample), []);
    expect(samples[0]?.at).toBe(19_000);
    expect(samples).toHaveLength(11);
  });
});
