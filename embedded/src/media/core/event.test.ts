import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EslCommandReader, EslFramingError } from "./esl-framing.ts";
import { frameEvent, serializeJson, serializePlain, urlEncode } from "./event.ts";
import { EventSubscription } from "./event-subscription.ts";

const event = (name: string, headers: Record<string, string> = {}, body?: string) => ({
  name,
  headers: new Map(Object.entries({ "Event-Name": name, ...headers })),
  ...(body === undefined ? {} : { body }),
});

describe("events on the wire", () => {
  it("encode values as FreeSWITCH does in the plain form", () => {
    expect(urlEncode("2012-09-25 14:21:36, a@b/c=100%")).toBe(
      "2012-09-25%2014%3A21%3A36,%20a%40b/c%3D100%25",
    );
    expect(decodeURIComponent(urlEncode("zß水\r\n"))).toBe("zß水\r\n");
    expect(serializePlain(event("X", { A: "b c" }, "body"))).toBe(
      "Event-Name: X\nA: b%20c\nContent-Length: 4\n\nbody",
    );
  });

  it("carry a body as _body in JSON, with the length in bytes", () => {
    expect(JSON.parse(serializeJson(event("X", {}, "ß")))).toEqual({
      "Event-Name": "X",
      "Content-Length": "2",
      _body: "ß",
    });
    const framed = frameEvent(event("X", { A: "水" }), "json");
    const [head, text] = framed.split("\n\n") as [string, string];
    expect(head).toBe(`Content-Length: ${Buffer.byteLength(text)}\nContent-Type: text/event-json`);
  });
});

describe("a subscription", () => {
  it("passes the names that were asked for, with or without SWITCH_EVENT_, and CUSTOM by subclass", () => {
    const subscription = new EventSubscription();
    expect(
      subscription.add([
        "SWITCH_EVENT_PLAYBACK_START",
        "dtmf",
        "NONSENSE",
        "CUSTOM",
        "conference::maintenance",
      ]),
    ).toBe(3);
    expect(subscription.passes(event("PLAYBACK_START"))).toBe(true);
    expect(subscription.passes(event("DTMF"))).toBe(true);
    expect(subscription.passes(event("HEARTBEAT"))).toBe(false);
    expect(subscription.passes(event("CUSTOM", { "Event-Subclass": "conference::maintenance" }))).toBe(true);
    expect(subscription.passes(event("CUSTOM", { "Event-Subclass": "other" }))).toBe(false);
    subscription.remove(["DTMF"]);
    expect(subscription.passes(event("DTMF"))).toBe(false);
  });

  it("with filters passes what matches any of them, and nothing else", () => {
    const subscription = new EventSubscription();
    subscription.add(["ALL"]);
    subscription.addFilter("Unique-ID", "a");
    subscription.addFilter("Conference-Unique-ID", "/^c\\d$/");
    expect(subscription.passes(event("X", { "Unique-ID": "A" }))).toBe(true);
    expect(subscription.passes(event("X", { "Conference-Unique-ID": "c1" }))).toBe(true);
    expect(subscription.passes(event("X", { "Unique-ID": "b" }))).toBe(false);
    expect(subscription.passes(event("X"))).toBe(false);
    subscription.addFilter("Bad", "/(/");
    expect(subscription.passes(event("X", { Bad: "(" }))).toBe(false);
    subscription.removeFilter("all", undefined);
    expect(subscription.passes(event("X"))).toBe(true);
  });
});

describe("commands of an event socket client", () => {
  const text =
    "auth ClueCon\n\nsendmsg abc\ncall-command: execute\nexecute-app-arg: a: b\n\n" +
    "sendevent X\r\nContent-Length: 5\r\n\r\nhallo\n\nexit\n\n";
  const expected = ["auth ClueCon", "sendmsg abc", "sendevent X", "exit"];

  it("are found whatever pieces they arrive in", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (sizes) => {
        const reader = new EslCommandReader();
        const bytes = Buffer.from(text);
        const commands = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = sizes[turn % sizes.length]!;
          commands.push(...reader.push(bytes.subarray(at, at + size)));
          at += size;
        }
        expect(commands.map(({ line }) => line)).toEqual(expected);
        expect(commands[1]!.headers.get("execute-app-arg")).toBe("a: b");
        expect(commands[2]!.body).toBe("hallo");
      }),
    );
  });

  it("end the connection when their length is absurd", () => {
    const reader = new EslCommandReader();
    expect(() => reader.push(Buffer.from("sendevent X\nContent-Length: 99999999999\n\n"))).toThrow(
      EslFramingError,
    );
    expect(() => new EslCommandReader().push(Buffer.alloc(11 * 1024 * 1024, 120))).toThrow(EslFramingError);
  });
});
