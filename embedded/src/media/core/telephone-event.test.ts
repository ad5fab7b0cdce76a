import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventOfKey, TelephoneEventReceiver, TelephoneEventSender } from "./telephone-event.ts";

function payload(event: number, duration: number, isEnd: boolean): Uint8Array {
  return Uint8Array.of(event, (isEnd ? 0x80 : 0) | 10, duration >> 8, duration & 0xff);
}

describe("received telephone events", () => {
  it("report a key once, with its length, however often its end is repeated", () => {
    const receiver = new TelephoneEventReceiver();
    expect(receiver.onPacket(100, payload(5, 160, false))).toEqual([]);
    expect(receiver.onPacket(100, payload(5, 800, true))).toEqual([{ key: "5", durationSamples: 800 }]);
    expect(receiver.onPacket(100, payload(5, 800, true))).toEqual([]);
    expect(receiver.onPacket(100, payload(5, 400, false))).toEqual([]);
  });

  it("report the same key pressed twice", () => {
    const receiver = new TelephoneEventReceiver();
    expect(receiver.onPacket(100, payload(1, 800, true))).toHaveLength(1);
    expect(receiver.onPacket(2000, payload(1, 800, true))).toHaveLength(1);
  });

  it("report a key whose end was lost: at the next key, or when it falls silent", () => {
    const receiver = new TelephoneEventReceiver();
    receiver.onPacket(100, payload(10, 320, false));
    expect(receiver.onPacket(2000, payload(11, 160, false))).toEqual([{ key: "*", durationSamples: 320 }]);
    const reports = Array.from({ length: 20 }, () => receiver.onTick()).filter(
      (digit) => digit !== undefined,
    );
    expect(reports).toEqual([{ key: "#", durationSamples: 160 }]);
  });

  it("ignore stragglers of an earlier key, and what no telephone has", () => {
    const receiver = new TelephoneEventReceiver();
    receiver.onPacket(2000, payload(2, 800, true));
    expect(receiver.onPacket(100, payload(1, 800, true))).toEqual([]);
    expect(receiver.onPacket(5000, payload(16, 800, true))).toEqual([]);
    expect(receiver.onPacket(5000, Uint8Array.of(1))).toEqual([]);
  });
});

describe("sent telephone events", () => {
  function send(keys: string, durationSamples: number) {
    const sender = new TelephoneEventSender();
    for (const key of keys) sender.enqueue({ key, durationSamples });
    const packets = [];
    for (let tick = 0; sender.isBusy && tick < 500; tick++) {
      const packet = sender.onTick(tick * 160);
      if (packet) packets.push({ ...packet, payload: Buffer.from(packet.payload) });
    }
    return packets;
  }

  it("keep their timestamp, grow, begin with the marker and end three times", () => {
    const packets = send("7", 800);
    expect(packets.map(({ timestamp }) => timestamp)).toEqual(packets.map(() => 0));
    expect(packets.map(({ payload: bytes }) => bytes.readUInt16BE(2))).toEqual([
      160, 320, 480, 640, 800, 800, 800,
    ]);
    expect(packets.map(({ marker }) => marker)).toEqual([true, ...packets.slice(1).map(() => false)]);
    expect(packets.filter(({ payload: bytes }) => (bytes[1]! & 0x80) !== 0)).toHaveLength(3);
  });

  it("are understood by the receiver, whatever the keys", () => {
    const keys = fc.array(fc.constantFrom(...Array.from("0123456789*#ABCD")), { maxLength: 12 });
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 4000 }), (list, duration) => {
        const receiver = new TelephoneEventReceiver();
        const heard = send(list.join(""), duration).flatMap(({ timestamp, payload: bytes }) =>
          receiver.onPacket(timestamp, bytes).map(({ key }) => key),
        );
        expect(heard).toEqual(list);
      }),
    );
  });

  it("know every key of a telephone and nothing else", () => {
    expect(eventOfKey("d")).toBe(15);
    expect([eventOfKey("w"), eventOfKey(""), eventOfKey("12")]).toEqual([undefined, undefined, undefined]);
  });
});
