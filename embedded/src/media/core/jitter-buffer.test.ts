import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JitterBuffer } from "./jitter-buffer.ts";

const frame = 160;

interface Arrival {
  index: number;
  tick: number;
}

/** Packet `index` carries 160 bytes of the value `index`, so that what is read tells where it comes from. */
function packet(index: number): Uint8Array {
  return new Uint8Array(frame).fill(index & 0xff);
}

interface Played {
  sequence: number[];
  lost: number;
}

/** Plays a stream whose packets arrive at the given ticks; stops after the last. */
function play(buffer: JitterBuffer, arrivals: Arrival[], firstTimestamp: number, ticks: number): Played {
  const out = new Uint8Array(frame);
  const played: Played = { sequence: [], lost: 0 };
  for (let tick = 0; tick < ticks; tick++) {
    for (const { index } of arrivals.filter((arrival) => arrival.tick === tick)) {
      buffer.write("PCMU", (firstTimestamp + index * frame) >>> 0, packet(index), 0, frame);
    }
    const what = buffer.read(out);
    if (what === "audio") {
      expect(new Set(out).size).toBe(1);
      played.sequence.push(out[0]!);
    } else if (what === "lost") played.lost++;
  }
  return played;
}

function onTime(count: number): Arrival[] {
  return Array.from({ length: count }, (_, index) => ({ index, tick: index }));
}

describe("the jitter buffer", () => {
  it("plays an even stream completely and in order, 40 ms late", () => {
    const buffer = new JitterBuffer();
    const { sequence, lost } = play(buffer, onTime(100), 1000, 102);
    expect(sequence).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(lost).toBe(0);
  });

  it("plays across the wrap of the timestamp", () => {
    const { sequence } = play(new JitterBuffer(), onTime(50), 0xffffffff - 20 * frame, 52);
    expect(sequence).toHaveLength(50);
  });

  it("puts reordered packets back and drops repeated ones", () => {
    const arrivals = onTime(60);
    for (let i = 5; i < 55; i += 5) arrivals[i] = { index: i, tick: i + 1 };
    const doubled = arrivals.flatMap((arrival) => [arrival, { ...arrival, tick: arrival.tick + 1 }]);
    const { sequence, lost } = play(new JitterBuffer(), doubled, 0, 62);
    expect(sequence).toEqual(Array.from({ length: 60 }, (_, i) => i));
    expect(lost).toBe(0);
  });

  it("reports each lost packet once and loses nothing else", () => {
    const buffer = new JitterBuffer();
    const kept = onTime(200).filter(({ index }) => index % 50 !== 20);
    const { sequence, lost } = play(buffer, kept, 0, 202);
    expect(sequence).toHaveLength(196);
    expect(lost).toBe(4);
    expect(buffer.counters.lost).toBe(4);
  });

  it("takes packets of 10, 30 and 60 ms", () => {
    for (const length of [80, 240, 480]) {
      const buffer = new JitterBuffer();
      const out = new Uint8Array(frame);
      let audio = 0;
      for (let sample = 0; sample < 24000; sample += 80) {
        if (sample % length === 0) buffer.write("PCMA", sample, new Uint8Array(length).fill(7), 0, length);
        if (sample % frame === 0 && buffer.read(out) === "audio") audio++;
      }
      expect(audio).toBeGreaterThan(140);
      expect(buffer.lastLaw).toBe("PCMA");
    }
  });

  it("is silent, not lost, when the sender pauses, and resumes at the new timestamp", () => {
    const buffer = new JitterBuffer();
    const arrivals = [
      ...onTime(20),
      ...onTime(20).map(({ index }) => ({ index: index + 120, tick: index + 120 })),
    ];
    const { sequence, lost } = play(buffer, arrivals, 0, 142);
    expect(sequence).toHaveLength(40);
    expect(lost).toBeLessThanOrEqual(8);
    expect(buffer.counters.lost).toBe(0);
  });

  it("follows a sender that starts over with other timestamps", () => {
    const buffer = new JitterBuffer();
    play(buffer, onTime(20), 5_000_000, 22);
    const { sequence } = play(buffer, onTime(40), 100, 45);
    expect(sequence.length).toBeGreaterThan(30);
  });

  it("does not keep the delay of a burst after an outage", () => {
    const buffer = new JitterBuffer();
    const arrivals = onTime(300).map(({ index, tick }) => ({
      index,
      tick: tick > 50 && tick < 150 ? 150 : tick,
    }));
    play(buffer, arrivals, 0, 300);
    expect(buffer.depthSamples).toBeLessThanOrEqual(2400);
  });

  it("gives delay back that was needed once", () => {
    const buffer = new JitterBuffer();
    const late = onTime(2000).map(({ index, tick }) => ({
      index,
      tick: tick + (tick >= 50 && tick < 60 ? 8 : 0),
    }));
    play(buffer, late, 0, 2000);
    expect(buffer.depthSamples).toBeLessThanOrEqual(4 * frame);
  });

  it("plays what comes at most two ticks late, in order and once, whatever the order and 2 % loss", () => {
    const arrivals = fc.array(
      fc.record({ delay: fc.integer({ min: 0, max: 2 }), isLost: fc.integer({ min: 0, max: 49 }) }),
      { minLength: 50, maxLength: 120 },
    );
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 0, max: 0xffffffff }), (network, firstTimestamp) => {
        // The first packet sets the play-out time: it is neither late nor lost here.
        const sent = network.map(({ delay, isLost }, index) => ({
          index,
          tick: index + (index === 0 ? 0 : delay),
          isLost: index > 0 && isLost === 0,
        }));
        const got = sent.filter(({ isLost }) => !isLost);
        const { sequence } = play(new JitterBuffer(), got, firstTimestamp, network.length + 6);
        expect(sequence).toEqual(got.map(({ index }) => index));
      }),
      { numRuns: 200 },
    );
  });

  it("survives any timestamps and lengths", () => {
    const write = fc.tuple(
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.integer({ min: 0, max: 2000 }),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.array(write, { maxLength: 200 }), (writes) => {
        const buffer = new JitterBuffer();
        const out = new Uint8Array(frame);
        for (const [timestamp, length, isReading] of writes) {
          buffer.write("PCMU", timestamp, new Uint8Array(length), 0, length);
          if (isReading) expect(["audio", "lost", "empty"]).toContain(buffer.read(out));
          expect(buffer.depthSamples).toBeLessThanOrEqual(8192);
        }
      }),
    );
  });
});
