import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StreamFramer, type Frame } from "./stream-framer.ts";

const first = Buffer.from("OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 5\r\n\r\nhello");
const second = Buffer.from("MESSAGE sip:a@b SIP/2.0\r\nl: 0\r\n\r\n");

function textsOf(frames: readonly Frame[]): string[] {
  return frames.map((frame) => (frame.type === "message" ? frame.bytes.toString() : frame.type));
}

describe("the stream framer", () => {
  it("cuts the same messages, however the bytes arrive", () => {
    const whole = Buffer.concat([first, Buffer.from("\r\n\r\n"), second, Buffer.from("\r\n"), first]);
    const expected = [first.toString(), "ping", second.toString(), first.toString()];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
        const framer = new StreamFramer(65_535);
        const frames: Frame[] = [];
        for (let at = 0, turn = 0; at < whole.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          frames.push(...framer.push(whole.subarray(at, at + size)));
          at += size;
        }
        expect(textsOf(frames)).toEqual(expected);
        expect(framer.hasPartialMessage).toBe(false);
      }),
    );
  });

  it.each([
    ["negative", "Content-Length: -5"],
    ["not a number", "Content-Length: many"],
    ["given twice", "Content-Length: 5\r\nl: 6"],
  ])("gives up on a stream whose Content-Length is %s", (_, line) => {
    const framer = new StreamFramer(65_535);
    const frames = framer.push(Buffer.from(`OPTIONS sip:a@b SIP/2.0\r\n${line}\r\n\r\n`));
    expect(frames).toMatchObject([{ type: "broken", status: 400 }]);
    expect(framer.push(second)).toEqual([]);
  });

  it("breaks at 513 when the body is announced too long, before reading it", () => {
    const framer = new StreamFramer(1000);
    const frames = framer.push(Buffer.from("OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 2000\r\n\r\n"));
    expect(frames).toMatchObject([{ type: "broken", status: 513 }]);
  });

  it("breaks at 513 when the headers never end", () => {
    const framer = new StreamFramer(1000);
    expect(framer.push(Buffer.alloc(999, 0x61))).toEqual([]);
    expect(framer.push(Buffer.alloc(2, 0x61))).toMatchObject([{ type: "broken", status: 513 }]);
  });

  it("knows when a message has begun and isn't complete", () => {
    const framer = new StreamFramer(1000);
    framer.push(Buffer.from("\r\n"));
    expect(framer.hasPartialMessage).toBe(false);
    framer.push(Buffer.from("O"));
    expect(framer.hasPartialMessage).toBe(true);
  });
});
