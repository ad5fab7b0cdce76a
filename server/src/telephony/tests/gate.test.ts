import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openTelephone } from "../../tests/rig/telephone.ts";
import type { Telephone, TelephoneOptions } from "../../tests/rig/telephone.ts";
import { waitFor } from "../../tests/rig/wait-for.ts";
import { plainTrunk, type TrunkPeer } from "../directories.ts";
import { inviteLines, openRawPeer, plainOffer } from "./raw-peer.ts";
import type { RawPeer } from "./raw-peer.ts";
import { loopback, openStand } from "./stand.ts";
import type { Stand } from "./stand.ts";
import { headersOf, openWebPhone, statusOf } from "./web-phone.ts";
import type { WebPhone } from "./web-phone.ts";

let stand: Stand;
let raw: RawPeer;
const telephones: Telephone[] = [];
const webPhones: WebPhone[] = [];

const digestTrunk: TrunkPeer = {
  ...plainTrunk,
  ...{ id: "trunk-digest", name: "Digest" },
  ...{ username: "pbx", secret: { password: "the password of the pbx" } },
};

beforeAll(async () => {
  stand = await openStand({ trunks: [], config: { unknownSourceRate: { perSecond: 20, burst: 40 } } });
  raw = await openRawPeer(stand.pair.udp);
});
afterAll(async () => {
  await raw.close();
  await stand.close();
});
afterEach(async () => {
  await Promise.all(telephones.splice(0).map((telephone) => telephone.close()));
  await Promise.all(webPhones.splice(0).map((phone) => phone.close()));
  await waitFor("no call to be left", () => stand.telephony.stats().callsNow === 0, { timeoutMs: 5_000 });
  setTrunks();
});

function setTrunks(...trunks: TrunkPeer[]): void {
  stand.trunks.splice(0, Infinity, ...trunks);
  stand.trunksChanged();
}

async function phone(options: Partial<TelephoneOptions> = {}): Promise<Telephone> {
  const telephone = await openTelephone({ number: "+15550177", ...options });
  telephones.push(telephone);
  return telephone;
}

async function refusedWith(options: Partial<TelephoneOptions> = {}): Promise<number | null> {
  const telephone = await phone(options);
  const call = await telephone.call({ to: "1000", at: stand.pair.udp });
  return (await call.ended).status;
}

describe("a source that is no trunk", () => {
  it("gets 403 and is counted", async () => {
    const before = stand.telephony.stats();
    expect(await refusedWith()).toBe(403);
    const after = stand.telephony.stats();
    expect(after.scannerHits - before.scannerHits).toBe(1);
    expect((after.callsRejected["unknown-source"] ?? 0) - (before.callsRejected["unknown-source"] ?? 0)).toBe(
      1,
    );
  });

  it("becomes one, and stops being one, as soon as the directory changes", async () => {
    setTrunks(loopback);
    const telephone = await phone();
    const [call, inbound] = await Promise.all([
      telephone.call({ to: "1000", at: stand.pair.udp }),
      stand.nextCall(),
    ]);
    inbound.reject(480);
    expect((await call.ended).status).toBe(480);
    setTrunks({ ...loopback, enabled: false });
    expect(await refusedWith()).toBe(403);
  });
});

describe("a trunk with a password", () => {
  it.each(["MD5", "SHA-256"] as const)("is let in by %s", async (algorithm) => {
    setTrunks(digestTrunk);
    const first = await raw.ask(inviteLines("1000"), plainOffer);
    expect(statusOf(first)).toBe(407);
    const challenges = headersOf(first, "Proxy-Authenticate");
    expect(challenges).toHaveLength(2);
    expect(challenges.some((challenge) => challenge.includes(`algorithm=${algorithm}`))).toBe(true);
  });

  it("makes a call with the right one, and none with a wrong one", async () => {
    setTrunks(digestTrunk);
    const credentials = { username: "pbx", password: "the password of the pbx" };
    const telephone = await phone({ credentials });
    const [call, inbound] = await Promise.all([
      telephone.call({ to: "1000", at: stand.pair.udp }),
      stand.nextCall(),
    ]);
    expect(inbound).toMatchObject({ source: "trunk", trunkId: "trunk-digest", from: "+15550177" });
    const leg = await inbound.answer();
    await call.answered();
    await leg.hangUp();
    expect(await refusedWith({ credentials: { ...credentials, password: "wrong" } })).toBe(403);
    expect(await refusedWith({ credentials: { ...credentials, username: "other" } })).toBe(403);
  });

  it("has as many calls at the same time as it may", async () => {
    setTrunks({ ...loopback, maximumCalls: 1 });
    const telephone = await phone();
    const [call, inbound] = await Promise.all([
      telephone.call({ to: "1000", at: stand.pair.udp }),
      stand.nextCall(),
    ]);
    const second = await raw.ask(inviteLines("1000"), plainOffer);
    expect(statusOf(second)).toBe(503);
    expect(headersOf(second, "Retry-After")).toHaveLength(1);
    inbound.reject(486);
    await call.ended;
  });
});

describe("a desk phone", () => {
  it("calls with its own password once it is registered", async () => {
    stand.phones.set("desk9", { personId: "p9", secret: { password: "the password of desk 9" } });
    const credentials = { username: "desk9", password: "the password of desk 9" };
    const options = { number: "desk9", domain: "ringdown.test", credentials };
    const telephone = await phone(options);
    const early = await telephone.call({ to: "1000", at: stand.pair.udp });
    expect((await early.ended).status).toBe(403);
    await telephone.register(stand.pair.udp, { domain: "ringdown.test" });
    const [call, inbound] = await Promise.all([
      telephone.call({ to: "1000", at: stand.pair.udp }),
      stand.nextCall(),
    ]);
    expect(inbound).toMatchObject({ source: "phone", personId: "p9", trunkId: null });
    inbound.reject(404);
    expect((await call.ended).status).toBe(404);
    await telephone.register(stand.pair.udp, { domain: "ringdown.test", expiresSeconds: 0 });
  });
});

describe("a web caller", () => {
  async function webPhone(number: string, password?: string): Promise<WebPhone> {
    const credential = stand.telephony.registrar.issueCredential({ kind: "guest", number }, 60_000);
    const guest = await openWebPhone(
      stand.pair.ws,
      { ...credential, password: password ?? credential.password },
      "ringdown.test",
    );
    webPhones.push(guest);
    return guest;
  }

  it("calls the number of the credential, once at a time", async () => {
    const guest = await webPhone("1000");
    const [inbound, response] = await Promise.all([
      stand.nextCall().then((call) => {
        setTimeout(() => call.reject(480), 300);
        return call;
      }),
      guest.invite("1000", plainOffer),
      waitFor("a call", () => stand.telephony.stats().callsNow === 1, {
        timeoutMs: 5_000,
        intervalMs: 5,
      }).then(async () => expect(statusOf(await guest.invite("1000", plainOffer))).toBe(486)),
    ]);
    expect(inbound).toMatchObject({ source: "web", from: "web", to: "1000", personId: null, trunkId: null });
    expect(statusOf(response)).toBe(480);
  });

  it("can't call another number, nor with a wrong password", async () => {
    const guest = await webPhone("1000");
    expect(statusOf(await guest.invite("1001", plainOffer))).toBe(403);
    const forger = await webPhone("1000", "x");
    expect(statusOf(await forger.invite("1000", plainOffer))).toBe(403);
  });

  it("is not taken for a trunk, although its websocket comes from a trunk's address", async () => {
    setTrunks(loopback);
    const forger = await webPhone("1000", "x");
    expect(statusOf(await forger.invite("1000", plainOffer))).toBe(403);
  });
});

describe("an INVITE that is not as it should be", () => {
  const bad: [string, number, Record<string, string | null>, string][] = [
    ["without an offer", 488, { "Content-Type": null }, ""],
    ["with a codec that we lack", 488, {}, plainOffer.replace("AVP 0", "AVP 18")],
    ["with video only", 488, {}, plainOffer.replace("m=audio", "m=video")],
    ["with an SDP that is none", 400, {}, "v=0\r\nthis is no session description\r\n"],
    ["with another body", 415, { "Content-Type": "text/plain" }, "hello"],
    ["for a dialog that is unknown", 481, { To: "<sip:1000@127.0.0.1>;tag=gone" }, plainOffer],
  ];
  it.each(bad)("%s is answered with %i", async (_name, status, change, body) => {
    setTrunks(loopback);
    expect(statusOf(await raw.ask(inviteLines("1000", change), body))).toBe(status);
    expect(stand.telephony.stats().callsNow).toBe(0);
  });
});

describe("other requests", () => {
  const lines = (method: string): string[] =>
    inviteLines("1000", { CSeq: `1 ${method}`, "Content-Type": null }).map((line) =>
      line.startsWith("INVITE") ? line.replace("INVITE", method) : line,
    );

  it("OPTIONS says what can be done here", async () => {
    setTrunks(loopback);
    const response = await raw.ask(lines("OPTIONS"));
    expect(statusOf(response)).toBe(200);
    expect(headersOf(response, "Allow")[0]).toContain("INVITE");
    expect(headersOf(response, "Accept")[0]).toContain("application/sdp");
  });

  it.each(["SUBSCRIBE", "MESSAGE", "PUBLISH"])("%s is not offered", async (method) => {
    expect(statusOf(await raw.ask(lines(method)))).toBe(405);
  });
});

describe("a flood", () => {
  it("of calls from a stranger gets 403 each, at little cost, and is counted", async () => {
    const stranger = await openRawPeer(stand.pair.udp, "127.0.0.2");
    const before = stand.telephony.stats();
    const answers = await Promise.all(
      Array.from({ length: 120 }, () => stranger.ask(inviteLines("1000"), plainOffer).then(statusOf)),
    );
    expect(new Set(answers)).toEqual(new Set([403]));
    const after = stand.telephony.stats();
    expect(after.scannerHits - before.scannerHits).toBe(120);
    expect(after.scannerDropped - before.scannerDropped).toBeGreaterThan(30);
    await stranger.close();
  });

  it("does not keep a trunk's call out", async () => {
    setTrunks(loopback);
    const telephone = await phone();
    const [call, inbound] = await Promise.all([
      telephone.call({ to: "1000", at: stand.pair.udp }),
      stand.nextCall(),
    ]);
    const leg = await inbound.answer();
    await call.answered();
    await leg.hangUp();
  });
});

describe("draining", () => {
  it("lets calls go on and gives new ones to another controller; without one the edge answers 503", async () => {
    setTrunks(loopback);
    const telephone = await phone();
    const [call, inbound] = await Promise.all([
      telephone.call({ to: "1000", at: stand.pair.udp }),
      stand.nextCall(),
    ]);
    const leg = await inbound.answer();
    await call.answered();
    stand.telephony.drain();
    const refused = await raw.ask(inviteLines("1000"), plainOffer);
    expect(statusOf(refused)).toBe(503);
    const other = await openStand({ pair: stand.pair });
    for (const turn of [1, 2]) {
      const [, taken] = await Promise.all([
        telephone.call({ to: `100${turn}`, at: stand.pair.udp }),
        other.nextCall(),
      ]);
      taken.reject(486);
    }
    await other.close();
    expect(leg.signal.aborted).toBe(false);
    await call.hangUp();
    expect((await leg.ended).by).toBe("remote");
  });
});
