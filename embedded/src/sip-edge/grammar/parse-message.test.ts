import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tortureMessages } from "../testing/torture-messages.ts";
import { buildResponse } from "./build-response.ts";
import { headerList, headerValue, headerValues, type SipMessage, type SipRequest } from "./message.ts";
import { parseMessage } from "./parse-message.ts";
import { serializeMessage } from "./serialize-message.ts";
import { findRefusal } from "./validate-request.ts";
import { parseVia } from "./via.ts";

/** What the edge makes of each: a sound request, a response, or the status of the refusal. */
const verdicts: Readonly<Record<string, "request" | "response" | number>> = {
  // 3.1.1 valid messages
  wsinv: "request",
  intmeth: "request",
  esc01: "request",
  escnull: "request",
  esc02: "request",
  lwsdisp: "request",
  longreq: "request",
  dblreq: "request",
  semiuri: "request",
  transports: "request",
  mpart01: "request",
  unreason: "response",
  noreason: "response",
  // 3.1.2 invalid messages
  badinv01: 400,
  clerr: 400,
  ncl: 400,
  scalar02: 400,
  scalarlg: "response",
  quotbal: 400,
  ltgtruri: 400,
  lwsruri: 400,
  lwsstart: 400,
  trws: "request",
  escruri: 400,
  baddate: "request",
  regbadct: 400,
  badaspec: 400,
  baddn: 400,
  badvers: 505,
  mismatch01: 400,
  mismatch02: 400,
  bigcode: 400,
  // 3.2 transaction layer, 3.3 application layer
  badbranch: "request",
  insuf: 400,
  unkscm: 416,
  novelsc: 416,
  unksm2: "request",
  bext01: 420,
  invut: "request",
  regaut01: "request",
  multi01: 400,
  mcl01: 400,
  bcast: "response",
  zeromf: "request",
  cparam01: "request",
  cparam02: "request",
  regescrt: "request",
  sdp01: "request",
  // 3.4: without a From tag there is no dialog that drachtio could name
  inv2543: 400,
};

function judge(bytes: Buffer): "request" | "response" | number {
  const result = parseMessage(bytes);
  if (result.type === "unusable") return result.status;
  if (result.message.type === "response") return "response";
  return findRefusal(result.message)?.status ?? "request";
}

function read(name: string): SipMessage {
  const result = parseMessage(tortureMessages.get(name) ?? Buffer.alloc(0));
  if (result.type !== "message") throw new Error(`${name} can't be read: ${result.problem}`);
  return result.message;
}

describe("the torture messages of RFC 4475", () => {
  it("are all here", () => {
    expect([...tortureMessages.keys()].toSorted()).toEqual(Object.keys(verdicts).toSorted());
  });

  it.each(Object.entries(verdicts))("%s is judged as %s", (name, verdict) => {
    expect(judge(tortureMessages.get(name) ?? Buffer.alloc(0))).toBe(verdict);
  });

  it("wsinv: folded lines, compact names and lists come out whole", () => {
    const message = read("wsinv");
    expect(headerValues(message, "Via")).toHaveLength(3);
    expect(headerList(message, "Via").map((via) => parseVia(via)?.host)).toEqual([
      "192.0.2.2",
      "spindle.example.com",
      "192.168.255.111",
    ]);
    expect(headerValue(message, "CSeq")).toBe("0009 INVITE");
    expect(headerValue(message, "Subject")).toBe("");
    expect(headerValue(message, "NewFangledHeader")).toBe("newfangled value continued newfangled value");
    expect(headerValue(message, "UnknownHeaderWithUnusualValue")).toBe(";;,,;;,;");
    expect(message.body.length).toBe(150);
  });

  it("dblreq: what follows the body is dropped", () => {
    expect(read("dblreq").body.length).toBe(0);
  });

  it("mpart01: a binary body passes unharmed", () => {
    const original = tortureMessages.get("mpart01") ?? Buffer.alloc(0);
    const { body } = read("mpart01");
    expect(original.subarray(original.length - body.length).equals(body)).toBe(true);
  });

  it("keep every header, its order and its bytes when written again", () => {
    for (const [name, bytes] of tortureMessages) {
      const result = parseMessage(bytes);
      if (result.type !== "message") continue;
      const again = parseMessage(serializeMessage(result.message));
      if (again.type !== "message") throw new Error(`${name} can't be read again: ${again.problem}`);
      const withoutLength = (message: SipMessage): unknown =>
        message.headers.filter((header) => header.name !== "Content-Length");
      expect(withoutLength(again.message), name).toEqual(withoutLength(result.message));
      expect(again.message.body.equals(result.message.body), name).toBe(true);
    }
  });
});

describe("the parser and hostile bytes", () => {
  it("never throws, whatever arrives", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        parseMessage(Buffer.from(bytes));
      }),
    );
  });

  it("never throws on damaged messages, and can always write its answer", () => {
    const messages = [...tortureMessages.values()];
    fc.assert(
      fc.property(
        fc.nat(messages.length - 1),
        fc.array(fc.tuple(fc.nat(3000), fc.nat(255)), { maxLength: 12 }),
        fc.option(fc.nat(3000)),
        (index, damages, cut) => {
          const bytes = Buffer.from(messages[index] ?? Buffer.alloc(0));
          for (const [at, value] of damages) if (at < bytes.length) bytes[at] = value;
          const result = parseMessage(cut === null ? bytes : bytes.subarray(0, cut));
          const message = result.type === "message" ? result.message : result.partial;
          if (message?.type === "request") answer(message);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("reads a message whose lines end in LF as one whose lines end in CRLF", () => {
    const crlf = tortureMessages.get("sdp01")?.toString("latin1") ?? "";
    const head = crlf.slice(0, crlf.indexOf("\r\n\r\n") + 4);
    const lf = head.replaceAll("\r\n", "\n").replace(/Content-Length:.*\n/, "");
    const result = parseMessage(Buffer.from(lf, "latin1"));
    expect(result.type === "message" && headerValue(result.message, "Call-ID")).toContain("sdp01");
  });

  it("takes Call-IDs and tags with base64 in them, as phones make them", () => {
    const text = tortureMessages.get("badbranch")?.toString("latin1") ?? "";
    const base64 = text
      .replace(/Call-ID: .*/, "Call-ID: Zm9v+/YmFyCg==@192.0.2.1")
      .replace(";tag=33242", ";tag=Zm9v==");
    expect(base64).toContain("tag=Zm9v==");
    expect(judge(Buffer.from(base64, "latin1"))).toBe("request");
    expect(judge(Buffer.from(base64.replace("Zm9v+", "a|b"), "latin1"))).toBe(400);
  });

  it("bounds the number of headers", () => {
    const many = "X-Filler: 1\r\n".repeat(10_000);
    expect(judge(Buffer.from(`OPTIONS sip:a@b SIP/2.0\r\n${many}\r\n`))).toBe(400);
  });

  it("judges 60 kB of the worst characters in any header, within the test's time", () => {
    for (const filler of ["(", ",", '"', " ;", "\\", "<", "%41", "a ", ";a=", "\r\n ", '"\\']) {
      const value = filler.repeat(Math.floor(60_000 / filler.length));
      for (const name of ["From", "Via", "Contact", "CSeq", "X-Other", "Session-Expires"]) {
        judge(Buffer.from(`OPTIONS sip:a@b SIP/2.0\r\n${name}: ${value}\r\n\r\n`, "latin1"));
      }
    }
  });
});

function answer(request: SipRequest): void {
  const refusal = findRefusal(request) ?? { status: 200, reason: "OK" };
  serializeMessage(buildResponse(request, { ...refusal, toTag: "t" }));
}
