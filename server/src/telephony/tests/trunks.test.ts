import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Carrier, type CarrierOptions, openCarrier } from "../../tests/rig/carrier.ts";
import { header } from "../../tests/rig/sip-message.ts";
import { openTelephone, type Telephone } from "../../tests/rig/telephone.ts";
import { waitFor } from "../../tests/rig/wait-for.ts";
import { plainTrunk } from "../directories.ts";
import type { Ring, TrunkPeer } from "../telephony.ts";
import { isLeg } from "../telephony.ts";
import { type CuttableLine, openCuttableLine } from "./cuttable-line.ts";
import { type Pair, startPair } from "./pair.ts";
import { openStand, type Stand } from "./stand.ts";

const caller = { name: "Ann", number: "+4930111111" };
let pair: Pair;
let control: CuttableLine;
let stand: Stand;
const emergencies: string[] = [];
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  pair = await startPair();
  control = await openCuttableLine(pair.sip);
  stand = await openStand({
    trunks: [],
    pair: { ...pair, sip: { ...pair.sip, port: control.port } },
    config: { defaultRegion: "DE", emergencyNumbers: ["7700"] },
    ports: {
      isOurs: (number) => number === "+4930555555",
      onEmergencyCall: ({ number }) => emergencies.push(number),
    },
  });
});
afterAll(async () => {
  await stand.close();
  await control.close();
  await pair.close();
});
afterEach(async () => {
  use();
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** These trunks and no others. */
function use(...trunks: TrunkPeer[]): void {
  stand.trunks.splice(0, stand.trunks.length, ...trunks);
  stand.trunksChanged();
}

async function carrier(options: CarrierOptions = {}): Promise<Carrier> {
  const opened = await openCarrier(options);
  closing.push(() => opened.close());
  return opened;
}

/** A carrier that answers. */
async function telephone(host = "127.0.0.1"): Promise<Telephone> {
  const opened = await openTelephone({ number: "carrier", host });
  closing.push(() => opened.close());
  return opened;
}

let made = 0;
function trunk(to: { host: string; port: number }, rest: Partial<TrunkPeer> = {}): TrunkPeer {
  made++;
  const outbound = { uri: `sip:${to.host}:${to.port}`, transport: "udp" as const, digest: null };
  return {
    ...plainTrunk,
    id: `trunk-${made}`,
    contactToken: `token-${made}`,
    order: made,
    outbound,
    ...rest,
  };
}

function registering(
  at: Carrier,
  password: string | null = "secret of ours",
  expirySeconds = 600,
): TrunkPeer {
  const registration = {
    registrarUri: at.uri,
    transport: "udp" as const,
    username: "house",
    password,
    expirySeconds,
  };
  return trunk(at, { outbound: null, registration });
}

function dial(to = "+4930222222", ringTimeoutMs = 15_000, signal?: AbortSignal): Ring {
  return stand.telephony.dialOut({ to, caller, ringTimeoutMs, ...(signal ? { signal } : {}) });
}

const stateOf = (id: string) => stand.telephony.trunks.stateOf(id);
const attemptsOf = (id: string) =>
  stand.telephony.trunks.figures().attempts.flatMap((each) => (each.trunkId === id ? [each.cause] : []));

describe("a trunk that registers", () => {
  const account = { username: "house", password: "secret of ours" };

  it.each(["MD5", "SHA-256"] as const)("answers the registrar's challenge by %s", async (algorithm) => {
    const registrar = await carrier({ account, algorithm });
    const one = registering(registrar);
    use(one);
    await waitFor("the registration", () => registrar.contact);
    expect(registrar.contact).toMatch(
      new RegExp(`^sip:${one.contactToken}@127\\.0\\.0\\.1:${pair.udp.port}`),
    );
    await waitFor("its state", () => stateOf(one.id)?.registration?.state === "registered");
    const until = Date.parse(stateOf(one.id)?.registration?.until ?? "");
    expect(until - Date.now()).toBeGreaterThan(590_000);
    const [first, second] = registrar.registers;
    expect(header(first ?? never(), "Call-ID")).toBe(header(second ?? never(), "Call-ID"));
    expect(header(first ?? never(), "To")).toBe("<sip:house@127.0.0.1>");
  });

  it("takes it back when it is turned off, changed or removed, and only then", async () => {
    const registrar = await carrier();
    const one = registering(registrar);
    use(one);
    await waitFor("the registration", () => registrar.contact);
    use({ ...one, name: "Renamed", order: 7 });
    use({ ...one, enabled: false });
    await waitFor("the binding to be gone", () => registrar.contact === null);
    expect(registrar.registers.map((each) => header(each, "Expires"))).toEqual(["600", "0"]);
    expect(stateOf(one.id)?.registration).toMatchObject({ state: "stopped", sentence: "The trunk is off" });
  });

  it("obeys the interval that the registrar wants, and comes back before it expires", async () => {
    const registrar = await carrier({ minimumExpires: 900, maximumExpires: 1_000 });
    use(registering(registrar, "x", 60));
    await waitFor("the registration", () => registrar.contact);
    expect(registrar.registers.map((each) => header(each, "Expires"))).toEqual(["60", "900"]);
    const brief = await carrier({ maximumExpires: 2 });
    use(registering(brief));
    await waitFor("a refresh", () => brief.registers.length >= 2, { timeoutMs: 4_000 });
    const [first, second] = brief.registers.map((each) => parseInt(header(each, "CSeq") ?? "", 10));
    expect(second).toBe((first ?? 0) + 1);
  });

  it("says what is wrong, and when it tries again", async () => {
    const registrar = await carrier({ account });
    const wrong = registering(registrar, "not the secret");
    const locked = registering(registrar, null);
    use(wrong, { ...locked, needsPassword: true });
    await waitFor("the refusal", () => stateOf(wrong.id)?.registration?.state === "failed");
    const state = stateOf(wrong.id)?.registration;
    expect(state).toMatchObject({
      status: 401,
      sentence: "The registrar does not accept username and password (401)",
    });
    expect(Date.parse(state?.nextTryAt ?? "") - Date.now()).toBeGreaterThan(60_000);
    expect(registrar.registers).toHaveLength(2); // once without, once with the password, and no third time
    expect(stateOf(locked.id)?.registration).toMatchObject({
      state: "stopped",
      sentence: "The trunk needs its password again",
    });
  });

  it("gets its calls by the Contact that it gave, for the number that the caller dialed", async () => {
    const registrar = await carrier({ host: "127.0.0.3" });
    const one = { ...registering(registrar), region: "GB" };
    use(one);
    const contact = await waitFor("the registration", () => registrar.contact);
    const proxy = await telephone("127.0.0.9");
    const to: [string, string] = ["P-Called-Party-ID", "<sip:02079460000@carrier.example>"];
    const call = await proxy.call({ to: contact, at: pair.udp, headers: [to] });
    const inbound = await stand.nextCall();
    expect(inbound).toMatchObject({ source: "trunk", trunkId: one.id, to: "+442079460000" });
    inbound.reject(486);
    await waitFor("the refusal", () => call.end);
    const guessed = contact.replace(one.contactToken, "token-0");
    const stranger = await proxy.call({ to: guessed, at: pair.udp });
    expect((await waitFor("the refusal", () => stranger.end)).status).toBe(403);
  });

  it("gets its calls by the registrar's address, too", async () => {
    const registrar = await carrier({ host: "127.0.0.4" });
    const one = registering(registrar);
    use(one);
    await waitFor("the registration", () => registrar.contact);
    const proxy = await telephone("127.0.0.4");
    const call = await proxy.call({ to: "+4930333333", at: pair.udp });
    const inbound = await stand.nextCall();
    expect(inbound).toMatchObject({ trunkId: one.id, to: "+4930333333" });
    inbound.reject(486);
    await waitFor("the refusal", () => call.end);
  });

  it("registers again when the edge comes back", async () => {
    const registrar = await carrier();
    const one = registering(registrar);
    use(one);
    await waitFor("the registration", () => registrar.contact);
    await control.cut();
    const before = registrar.registers.length;
    await control.mend();
    await waitFor("another REGISTER", () => registrar.registers.length > before, { timeoutMs: 8_000 });
    await waitFor("its state", () => stateOf(one.id)?.registration?.state === "registered");
  });
});

describe("a carrier that is asked how it is", () => {
  it("is down after two misses, up after one answer, and tells what came back", async () => {
    const asked = await carrier();
    const one = trunk(asked, { checkEveryMs: 50 });
    use(one);
    await waitFor("it to be up", () => stateOf(one.id)?.health.state === "up");
    asked.onOptions = { status: "503 Service Unavailable" };
    await waitFor("it to be down", () => stateOf(one.id)?.health.state === "down");
    expect(await stand.telephony.trunks.check(one.id)).toMatchObject({
      answered: true,
      alive: false,
      status: 503,
    });
    asked.onOptions = { status: "404 Not Found" };
    await waitFor("it to be up again", () => stateOf(one.id)?.health.state === "up");
    expect(await stand.telephony.trunks.check(one.id)).toMatchObject({
      alive: true,
      sentence: "404 Not Found",
    });
    const told = stand.logged
      .filter((line) => line.includes(one.id))
      .map((line) => line.replace(/ \{.*/, ""));
    const [up, down] = ["info A carrier answers", "warn A carrier is down: 503 Service Unavailable"];
    expect(told).toEqual([up, down, up]);
  });
});

describe("a call out", () => {
  it("goes to the next carrier when the first has no room, and leaves that alone as long as it asked", async () => {
    const [full, other] = [await carrier(), await telephone()];
    full.onInvite = { status: "503 Full", headers: [["Retry-After", "60"]] };
    const [first, second] = [trunk(full), trunk(other)];
    use(first, second);
    const ring = dial();
    const call = await other.nextCall();
    expect(full.invites).toHaveLength(1);
    call.ring();
    expect(await ring.ringing).toBe(true);
    await call.answer();
    const leg = await ring.answered;
    if (!isLeg(leg)) throw new Error("A leg was expected");
    expect(stateOf(second.id)).toMatchObject({ callsNow: 1, outboundCallsNow: 1 });
    await leg.hangUp();
    await waitFor("the channel to be free", () => stateOf(second.id)?.callsNow === 0);
    expect([attemptsOf(first.id), attemptsOf(second.id)]).toEqual([["congestion"], ["answered"]]);
    const again = dial();
    (await other.nextCall()).decline();
    expect(await again.answered).toMatchObject({ cause: "declined" });
    expect(full.invites).toHaveLength(1);
  });

  it("goes to the next carrier when the first is silent and answers no OPTIONS, never ringing at both", async () => {
    const [dead, other] = [await carrier(), await telephone()];
    dead.onInvite = "silence";
    dead.onOptions = "silence";
    const first = trunk(dead, { checkEveryMs: 3_600_000 });
    use(first, trunk(other));
    const ring = dial();
    const check = stand.telephony.trunks.check(first.id);
    const call = await other.nextCall(10_000);
    expect(dead.invites).toHaveLength(1);
    expect(await check).toMatchObject({ answered: false, alive: false, roundTripMs: null });
    expect((await check).sentence).toMatch(/^No answer/);
    call.decline();
    expect(await ring.answered).toMatchObject({ cause: "declined" });
    expect(attemptsOf(first.id)).toEqual(["silent"]);
  });

  it.each(["486 Busy Here", "404 Not Found", "603 Decline"])("ends with the callee's %s", async (status) => {
    const [one, other] = [await carrier(), await carrier()];
    one.onInvite = { status };
    use(trunk(one), trunk(other));
    expect(await dial().answered).toMatchObject({ sipStatus: Number(status.slice(0, 3)) });
    expect(other.invites).toHaveLength(0);
  });

  it("ends where it is when it is cancelled, and when its time is over", async () => {
    const [slow, other] = [await telephone(), await carrier()];
    use(trunk(slow), trunk(other));
    const cancelling = new AbortController();
    const ring = dial("+4930222222", 15_000, cancelling.signal);
    const call = await slow.nextCall();
    cancelling.abort();
    expect(await ring.answered).toMatchObject({ cause: "cancelled" });
    await waitFor("the CANCEL", () => call.end);
    const late = dial("+4930222222", 300);
    (await slow.nextCall()).ring();
    expect(await late.answered).toMatchObject({ cause: "no-answer" });
    expect(other.invites).toHaveLength(0);
  });

  it("fails when every carrier fails, with the last one's status", async () => {
    const [one, other] = [await carrier(), await carrier()];
    other.onInvite = { status: "500 Broken" };
    use(trunk(one), trunk(other));
    expect(await dial().answered).toMatchObject({ cause: "failed", sipStatus: 500 });
    expect(one.invites).toHaveLength(1);
  });

  it("is written as the carrier wants it: the number, the caller, and whom the caller may be", async () => {
    const one = await carrier();
    one.onInvite = { status: "404 Not Found" };
    const callerId = { show: "ours", number: "+4930999999", identity: "p-asserted-identity" } as const;
    use(trunk(one, { callerId, numbers: { format: "national", strip: 1, add: "77" } }));
    await dial("030 222 222").answered;
    const invite = one.invites[0] ?? never();
    expect(invite.startLine).toBe(`INVITE sip:7730222222@127.0.0.1:${one.port} SIP/2.0`);
    expect(header(invite, "From")).toContain("<sip:030999999@127.0.0.1>");
    expect(header(invite, "P-Asserted-Identity")).toBe("<sip:030999999@127.0.0.1>");
    use(trunk(one, { callerId: { ...callerId, show: "anonymous" } }));
    await dial("+4930222222").answered;
    const hidden = one.invites[1] ?? never();
    expect(header(hidden, "From")).toContain("sip:anonymous@anonymous.invalid");
    expect(header(hidden, "P-Asserted-Identity")).toBe("<sip:+4930999999@127.0.0.1>");
    expect(header(hidden, "Privacy")).toBe("id");
  });

  it("to an emergency number passes a full trunk, another's prefixes and a withheld number; others do not", async () => {
    const [busy, other] = [await telephone(), await carrier()];
    const callerId = { show: "anonymous", number: "+4930999999", identity: "from" } as const;
    const full = trunk(busy, { maximumCalls: 5, maximumOutboundCalls: 1, callerId });
    const abroad = trunk(other, { prefixes: ["+1"], numbers: { format: "e164", strip: 0, add: "99" } });
    use(full, abroad);
    const first = dial();
    const call = await busy.nextCall();
    call.ring();
    expect(await dial().answered).toEqual({ cause: "unreachable", sipStatus: null });
    const help = dial("1 1-2");
    const emergency = await busy.nextCall();
    const invite = emergency.invite ?? never();
    expect(invite.startLine).toContain(`INVITE sip:112@127.0.0.1`);
    expect(header(invite, "From")).toContain("sip:+4930999999@");
    emergency.decline(404, "Not Found");
    expect(await help.answered).toMatchObject({ sipStatus: 503 });
    expect(other.invites[0]?.startLine).toContain("INVITE sip:112@");
    expect(emergencies).toEqual(["112"]);
    first.cancel();
    await first.answered;
  });

  it("is refused nowhere without a trunk, and takes an address outside as it is", async () => {
    expect(await dial().answered).toEqual({ cause: "unreachable", sipStatus: null });
    const outside = await telephone();
    const ring = dial(`sip:ann@127.0.0.1:${outside.port}`);
    (await outside.nextCall()).decline();
    expect(await ring.answered).toMatchObject({ cause: "declined" });
  });
});

function never(): never {
  throw new Error("Can't be");
}
