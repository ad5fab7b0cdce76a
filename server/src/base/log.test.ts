import { describe, expect, it } from "vitest";
import { describeError, openLog } from "./log.ts";
import { readableLine } from "./readable-log.ts";

function listen(level = "debug") {
  const lines: string[] = [];
  const log = openLog(level, { node: "node-7", write: (line) => lines.push(line) });
  const last = () => JSON.parse(lines.at(-1) ?? "{}") as Record<string, unknown>;
  return { log, lines, last };
}

/** As drachtio-srf throws it: the whole answer hangs on it. */
class SipError extends Error {
  readonly res = { raw: "SIP/2.0 486 Busy\r\nFrom: <sip:+15550142@carrier.example>" };
}

describe("a line of the log", () => {
  it("has time, level as a word, node, the call's id, and the sentence", () => {
    const { log, last } = listen();
    log.child({ callId: "c1" }).info({ offerId: "o1", waitMs: 5, none: undefined }, "An offer");
    expect(last()).toEqual({
      ...{ level: "info", node: "node-7", callId: "c1", offerId: "o1", waitMs: 5, msg: "An offer" },
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  it("has no secret at any level, however deep", () => {
    const { log, lines } = listen();
    const fields = { Password: "hunter2", trunk: { digest: { ha1: "hunter2" } }, "set-cookie": ["hunter2"] };
    log.debug(fields, "debug");
    log.error({ headers: [{ authorization: "hunter2" }] }, "error");
    expect(lines.join("")).not.toContain("hunter2");
    expect(lines.join("").split("[secret]")).toHaveLength(5);
  });

  it("has numbers, names and keys at debug only", () => {
    const { log, lines } = listen();
    const fields = { from: "+15550142", customer: { name: "Ada" }, digits: "4711", agentId: "a" };
    log.debug(fields, "debug");
    expect(lines[0]).toContain("+15550142");
    log.info(fields, "info");
    expect(lines[1]).not.toMatch(/15550142|Ada|4711/);
    expect(lines[1]).toContain('"agentId":"a"');
  });

  it("has an error's type, message, code and cause, and not what a library hangs on it", () => {
    const { log, lines, last } = listen();
    const cause = Object.assign(new Error("duplicate key"), { code: "23505", detail: "Key (a)=(+15550142)" });
    log.warn({ error: new SipError("Sip non-success response: 486", { cause }) }, "Refused");
    const { error } = last() as { error: { cause: object } };
    expect(error).toMatchObject({ type: "SipError", message: "Sip non-success response: 486" });
    expect(error.cause).toMatchObject({ message: "duplicate key", code: "23505" });
    expect(lines.join("")).not.toContain("15550142");
  });

  it.each([
    ["INVITE sip:+15550142@10.0.0.1:5060 failed", "INVITE sip:…@10.0.0.1:5060 failed"],
    ["no route to tel:+1-555-0142", "no route to tel:…"],
    ["ada@example.org is no address", "…@… is no address"],
    ["Key (number)=(+1 (555) 555-0142) exists", "Key (number)=(…) exists"],
    ["called 015255501234", "called …"],
    // What machines are called stays.
    ["connect ECONNREFUSED 192.168.100.200:5432", "connect ECONNREFUSED 192.168.100.200:5432"],
    ["call 018f2c4e-7bd0-7cc1-9d5e-446655440000", "call 018f2c4e-7bd0-7cc1-9d5e-446655440000"],
    ["at pino@10.4.0/lib/x.js:1234567:12", "at pino@10.4.0/lib/x.js:1234567:12"],
    ["not within 15000 ms", "not within 15000 ms"],
  ])("says %s as %s", (text, said) => {
    const { log, last } = listen();
    log.info({ error: text }, "s");
    expect(last()["error"]).toBe(said);
    log.debug({ error: text }, "s");
    expect(last()["error"]).toBe(text);
  });

  it("keeps the SIP Call-ID, by which other logs are joined", () => {
    const { log, last } = listen();
    log.info({ sipCallId: "1-5551234567@carrier.example" }, "A call came in");
    expect(last()["sipCallId"]).toBe("1-5551234567@carrier.example");
  });

  it("is readable at a terminal, with the stack below", () => {
    const { log, lines } = listen();
    log.error({ callId: "c1", error: new Error("no such thing") }, "A fault");
    const [head, ...stack] = readableLine(lines[0] ?? "").split("\n");
    expect(head).toMatch(/^\d\d:\d\d:\d\d\.\d{3} ERROR A fault {2}callId=c1 {2}error=no such thing$/);
    expect(stack.join("\n")).toContain("log.test.ts");
  });
});

describe("what a thrown value says", () => {
  it("is never undefined", () => {
    const round: { self?: unknown } = {};
    round.self = round;
    for (const thrown of [undefined, null, round, "text", new Error("x"), { code: 1 }])
      expect(typeof describeError(thrown)).toBe("string");
  });
});
