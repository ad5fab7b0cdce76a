import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readControlRequest } from "./app-message.ts";
import { ControlFramer, ControlFramingError, frameControlMessage } from "./control-framer.ts";
import { formatTime } from "./message-meta.ts";
import { VerbRoutes } from "./verb-routes.ts";

describe("the control protocol's framing", () => {
  it("gives back the payloads, however the bytes arrive", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 50 }), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.integer({ min: 1, max: 20 }),
        (texts, size) => {
          const whole = Buffer.concat(texts.map((text) => frameControlMessage(Buffer.from(text))));
          const framer = new ControlFramer();
          const payloads: string[] = [];
          for (let at = 0; at < whole.length; at += size) {
            payloads.push(...framer.push(whole.subarray(at, at + size)).map(String));
          }
          expect(payloads).toEqual(texts);
        },
      ),
    );
  });

  it.each(["#abc", "x12#abc", "123456#abc", "999999999", "-3#abc", "GET / HTTP/1.1\r\n"])(
    "refuses %j",
    (text) => {
      expect(() => new ControlFramer().push(Buffer.from(text))).toThrow(ControlFramingError);
    },
  );
});

describe("an application's message", () => {
  it("is read with its fields, headers and body; its Content-Length counts characters and is of no use", () => {
    const text =
      "id-1|sip|txn|dlg|sip:1.2.3.4\r\nINFO sip:a SIP/2.0\r\nx-one: 1\r\nno header\r\nsubject: \u00fc\r\n\r\nb\u00f6dy";
    const request = readControlRequest(Buffer.from(text, "utf8"));
    expect([request.id, request.verb, request.args]).toEqual(["id-1", "sip", ["txn", "dlg", "sip:1.2.3.4"]]);
    expect(request.message.startLine).toBe("INFO sip:a SIP/2.0");
    expect(request.message.headers.map(({ name }) => name)).toEqual(["x-one", "Subject"]);
    expect(request.message.body.toString("utf8")).toBe("b\u00f6dy");
  });

  it("can't be anything that makes the reader throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        readControlRequest(Buffer.from(bytes));
      }),
    );
  });
});

describe("the routes of the applications", () => {
  it("deals each verb round robin, and forgets who leaves", () => {
    const routes = new VerbRoutes();
    const [a, b] = [
      { isOpen: true, send: () => undefined },
      { isOpen: true, send: () => undefined },
    ];
    routes.add(a, "invite");
    routes.add(b, "invite");
    routes.add(b, "register");
    expect([1, 2, 3, 4].map(() => routes.select("INVITE"))).toEqual([a, b, a, b]);
    expect(routes.select("REGISTER")).toBe(b);
    routes.removeClient(b);
    expect([routes.select("INVITE"), routes.select("INVITE")]).toEqual([a, a]);
    expect(routes.select("REGISTER")).toBeUndefined();
  });
});

it("tells times of day in UTC with six decimals, as drachtio does", () => {
  expect(formatTime(Date.UTC(2026, 0, 2, 3, 4, 5, 6))).toBe("03:04:05.006000");
});
