import { trunks } from "@ringdown/contract";
import { describe, expect, it } from "vitest";
import { inOrder, moveCarrier } from "./carrier-order.ts";
import { loadNumberParser } from "./number-parser.ts";
import { identityExample, sampleNumber, writeExample } from "./trunk-examples.ts";
import { isEncryptionReadable, problemsOf } from "./trunk-problems.ts";
import { applyTemplate, bodyOf, changedParts, newTrunkValues, templateOf, valuesOf } from "./trunk-values.ts";

const stored: trunks.Trunk = {
  id: "3f2c1f0e-5d7b-4b1a-9c55-0f6f5a3a7f10",
  name: "Carrier",
  enabled: true,
  networks: ["192.0.2.10"],
  username: "pbx",
  hasPassword: true,
  region: "DE",
  maximumCalls: 30,
  maximumOutboundCalls: 0,
  outbound: { uri: "sip:carrier.example", transport: "udp", username: "4711", hasPassword: true },
  registration: {
    ...{ registrarUri: "sip:carrier.example", transport: "udp", username: "4711" },
    ...{ hasPassword: true, expirySeconds: 600 },
  },
  check: { everySeconds: 30 },
  order: 100,
  prefixes: ["+49"],
  codecs: ["pcma"],
  encryption: "none",
  offer: "early",
  callerId: { show: "as-is", number: null, identity: "from" },
  numbers: { format: "e164", strip: 0, add: "" },
  needsPassword: false,
  state: {
    ...{ callsNow: 0, outboundCallsNow: 0, registration: null },
    health: { state: "unknown", since: null, roundTripMs: null, sentence: null },
  },
};

describe("the form of a trunk", () => {
  it("makes a trunk by address of a name, an address and where calls go", () => {
    const values = { ...newTrunkValues(), name: "Carrier", networks: ["192.0.2.10"] };
    expect(problemsOf(values, null)).toEqual({ "outbound.uri": "address" });
    const complete = { ...values, outbound: { ...values.outbound, uri: "carrier.example" } };
    expect(problemsOf(complete, null)).toEqual({});
    const body = trunks.createTrunk.body.parse(bodyOf(complete));
    expect(body).toMatchObject({
      outbound: { uri: "sip:carrier.example", username: null },
      registration: null,
    });
  });

  it("registers and calls out with the same credentials when asked for that", () => {
    const values = { ...applyTemplate(newTrunkValues(), "registration"), name: "Carrier" };
    const registration = { ...values.registration, registrarUri: "sip:a.example", username: "4711" };
    expect(problemsOf({ ...values, registration }, null)).toEqual({
      "registration.password": "password-needed",
    });
    const typed = { ...values, registration: { ...registration, password: "secret" } };
    expect(bodyOf(typed)["outbound"]).toEqual({
      ...{ uri: "sip:a.example", transport: "udp", username: "4711", password: "secret" },
    });
    expect(templateOf(typed)).toBe("registration");
  });

  it("sends nothing of a stored trunk that was not changed, and never a password that was not typed", () => {
    const values = valuesOf(stored);
    expect(changedParts(bodyOf(values), bodyOf(valuesOf(stored)))).toEqual({});
    const changed = { ...values, order: 20 };
    expect(changedParts(bodyOf(changed), bodyOf(values))).toEqual({ order: 20 });
    expect(values.outAsRegistered).toBe(true);
    expect(problemsOf(values, stored)).toEqual({});
  });

  it("asks for the password again when username or host are new, as the server does", () => {
    const values = valuesOf(stored);
    const registration = { ...values.registration, registrarUri: "sip:carrier.example:5070" };
    expect(problemsOf({ ...values, registration }, stored)).toEqual({});
    const elsewhere = { ...values, registration: { ...registration, registrarUri: "sip:b.example" } };
    expect(problemsOf({ ...elsewhere, username: "other" }, stored)).toEqual({
      "registration.password": "password-needed",
      password: "password-needed",
    });
  });

  it("puts a problem of a list's entry at the list, and says which number is missing", () => {
    const values = valuesOf(stored);
    const broken = {
      ...values,
      networks: ["192.0.2.10", "nowhere"],
      prefixes: ["0049"],
      callerId: { ...values.callerId, show: "fixed" as const },
      maximumCalls: "",
    };
    expect(problemsOf(broken, stored)).toEqual({
      ...{ networks: "networks", prefixes: "prefixes", maximumCalls: "calls" },
      "callerId.number": "number-needed",
    });
    const idle = { ...newTrunkValues(), name: "Nothing", callsOut: false };
    expect(problemsOf(idle, null)).toEqual({ networks: "some-way" });
  });

  it("warns of keys that anybody on the way can read", () => {
    const values = { ...valuesOf(stored), encryption: "required" as const };
    expect(isEncryptionReadable(values)).toBe(true);
    const registration = { ...values.registration, transport: "tls" as const };
    expect(isEncryptionReadable({ ...values, registration })).toBe(false);
    expect(isEncryptionReadable({ ...values, encryption: "none" })).toBe(false);
  });
});

describe("the examples", () => {
  it("write a number as the carrier would get it", async () => {
    const parse = await loadNumberParser();
    const write = (format: trunks.NumberRules["format"], region: string, strip = 0, add = "") =>
      writeExample(sampleNumber, { format, strip, add }, { region, parse });
    expect(write("e164", "")).toBe("+4930123456");
    expect(write("e164-without-plus", "")).toBe("4930123456");
    expect(write("national", "DE")).toBe("030123456");
    expect(write("national", "DE", 1, "9")).toBe("930123456");
    expect(write("national", "US")).toBe("0114930123456");
    expect(write("national", "")).toBeNull();
  });

  it("show the headers of a caller who is not of this house", () => {
    const lines = (show: trunks.CallerIdRules["show"], identity: trunks.CallerIdRules["identity"]) =>
      identityExample({ show, number: "+4930555", identity }, "carrier.example", (number) => number);
    expect(lines("as-is", "from")).toEqual(['From: "Ann Lee" <sip:+16502530000@carrier.example>']);
    expect(lines("ours", "p-asserted-identity")).toEqual([
      "From: <sip:+4930555@carrier.example>",
      "P-Asserted-Identity: <sip:+4930555@carrier.example>",
    ]);
    expect(lines("anonymous", "remote-party-id")).toEqual([
      'From: "Anonymous" <sip:anonymous@anonymous.invalid>',
      "Remote-Party-ID: <sip:+4930555@carrier.example>;party=calling;screen=yes;privacy=full",
      "Privacy: id",
    ]);
  });
});

describe("the order of carriers", () => {
  const carriers = [
    { id: "b", name: "B", order: 20 },
    { id: "a", name: "A", order: 10 },
    { id: "c", name: "C", order: 30 },
  ];

  it("changes places with the neighbour by two numbers", () => {
    expect(moveCarrier(carriers, "b", -1)).toEqual([
      { id: "b", order: 10 },
      { id: "a", order: 20 },
    ]);
    expect(moveCarrier(carriers, "a", -1)).toEqual([]);
  });

  it("numbers all anew where some have the same order", () => {
    const equal = carriers.map((carrier) => ({ ...carrier, order: 100 }));
    const moved = moveCarrier(equal, "c", -1);
    expect(moved).toEqual([
      { id: "a", order: 10 },
      { id: "c", order: 20 },
      { id: "b", order: 30 },
    ]);
    const renumbered = equal.map((one) => ({ ...one, ...moved.find(({ id }) => id === one.id) }));
    expect(inOrder(renumbered).map(({ id }) => id)).toEqual(["a", "c", "b"]);
  });
});
