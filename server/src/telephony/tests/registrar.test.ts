import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openTelephone } from "../../tests/rig/telephone.ts";
import type { Telephone } from "../../tests/rig/telephone.ts";
import { waitFor } from "../../tests/rig/wait-for.ts";
import type { DeviceKind, UnregisteredCause } from "../telephony.ts";
import { openStand } from "./stand.ts";
import type { Stand } from "./stand.ts";
import { openWebPhone } from "./web-phone.ts";
import type { WebPhone } from "./web-phone.ts";

let stand: Stand;
const heard: {
  what: string;
  personId: string;
  kind: DeviceKind;
  cause?: UnregisteredCause;
  still?: boolean;
}[] = [];
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  stand = await openStand({ trunks: [] });
  const { registrar } = stand.telephony;
  registrar.onRegistered((personId, kind) => heard.push({ what: "registered", personId, kind }));
  registrar.onUnregistered((personId, kind, cause, still) =>
    heard.push({ what: "unregistered", personId, kind, cause, still }),
  );
  stand.phones.set("desk7", { personId: "p7", secret: { password: "the password of desk 7" } });
});
afterAll(() => stand.close());
afterEach(async () => {
  await Promise.all(opened.splice(0).map((phone) => phone.close()));
  for (const n of [1, 2, 3, 4, 5, 6, 7]) stand.telephony.registrar.dropPerson(`a${n}`);
  stand.barred.clear();
  heard.length = 0;
});

async function desk(
  credentials = { username: "desk7", password: "the password of desk 7" },
): Promise<Telephone> {
  const telephone = await openTelephone({
    number: credentials.username,
    domain: "ringdown.test",
    credentials,
  });
  opened.push(telephone);
  return telephone;
}

async function softphone(personId: string, options: { ttlMs?: number } = {}): Promise<WebPhone> {
  const credential = stand.telephony.registrar.issueCredential(
    { kind: "person", personId },
    options.ttlMs ?? 60_000,
  );
  const phone = await openWebPhone(stand.pair.ws, credential, "ringdown.test");
  opened.push(phone);
  return phone;
}

describe("a desk phone", () => {
  it("registers with its password, refreshes, and unregisters", async () => {
    const phone = await desk();
    expect(await phone.register(stand.pair.udp, { domain: "ringdown.test" })).toMatchObject({ status: 200 });
    expect(stand.telephony.registrar.isRegistered("p7")).toBe(true);
    expect(stand.telephony.registrar.devicesOf("p7")).toEqual(["desk-phone"]);
    await phone.register(stand.pair.udp, { domain: "ringdown.test" });
    expect(heard).toEqual([{ what: "registered", personId: "p7", kind: "desk-phone" }]);
    await phone.register(stand.pair.udp, { domain: "ringdown.test", expiresSeconds: 0 });
    expect(stand.telephony.registrar.isRegistered("p7")).toBe(false);
    expect(heard.at(-1)).toEqual({
      ...{ what: "unregistered", personId: "p7", kind: "desk-phone" },
      ...{ cause: "unregistered", still: false },
    });
  });

  it("is refused with a wrong password, an unknown name and a time that is too short", async () => {
    const failuresBefore = stand.telephony.stats().digestFailures;
    const wrong = await desk({ username: "desk7", password: "guessed" });
    expect(await wrong.register(stand.pair.udp, { domain: "ringdown.test" })).toMatchObject({ status: 403 });
    const unknown = await desk({ username: "nobody", password: "guessed" });
    expect(await unknown.register(stand.pair.udp, { domain: "ringdown.test" })).toMatchObject({
      status: 403,
    });
    expect(stand.telephony.stats().digestFailures - failuresBefore).toBe(2);
    const short = await desk();
    const registration = await short.register(stand.pair.udp, { domain: "ringdown.test", expiresSeconds: 5 });
    expect(registration.status).toBe(423);
    expect(stand.telephony.registrar.isRegistered("p7")).toBe(false);
  });

  it("of a person who may not is refused, and what they had is taken away", async () => {
    const phone = await desk();
    await phone.register(stand.pair.udp, { domain: "ringdown.test" });
    stand.barred.add("p7");
    expect(await phone.register(stand.pair.udp, { domain: "ringdown.test" })).toMatchObject({ status: 403 });
    expect(stand.telephony.registrar.isRegistered("p7")).toBe(false);
    expect(heard.at(-1)).toMatchObject({ cause: "not-allowed" });
  });
});

describe("a softphone", () => {
  it("registers with an issued credential over a websocket", async () => {
    const phone = await softphone("a1");
    expect(await phone.register()).toBe(200);
    expect(stand.telephony.registrar.devicesOf("a1")).toEqual(["softphone"]);
    expect(heard).toEqual([{ what: "registered", personId: "a1", kind: "softphone" }]);
    expect(await phone.register()).toBe(200);
    expect(heard).toHaveLength(1);
    expect(await phone.register({ expiresSeconds: 0 })).toBe(200);
    expect(stand.telephony.registrar.isRegistered("a1")).toBe(false);
  });

  it("is replaced by a newer one of the same person, which the older one is told", async () => {
    const older = await softphone("a2");
    await older.register();
    const newer = await softphone("a2");
    expect(await newer.register()).toBe(200);
    expect(heard.at(-2)).toMatchObject({ what: "unregistered", cause: "replaced", still: true });
    expect(heard.at(-1)).toMatchObject({ what: "registered", personId: "a2" });
    const notify = await older.nextRequest("NOTIFY");
    expect(notify).toContain("Event: ringdown-superseded");
    const ring = stand.telephony.ringAgent({
      ...{ personId: "a2", offerId: "o", caller: { name: "", number: "1" }, ringTimeoutMs: 5_000 },
    });
    const invite = await newer.nextRequest("INVITE");
    expect(invite).toContain("X-Ringdown-Offer: o");
    newer.respond(invite, "486 Busy Here");
    expect(await ring.answered).toEqual({ cause: "declined", sipStatus: 486 });
  });

  it("is gone at once when its connection closes", async () => {
    const phone = await softphone("a3");
    await phone.register();
    const { address, port } = phone.local;
    await phone.close();
    stand.telephony.registrar.connectionClosed(address, port);
    expect(stand.telephony.registrar.isRegistered("a3")).toBe(false);
    expect(heard.at(-1)).toMatchObject({ cause: "connection-lost", still: false });
  });

  it("is gone when the router rings a connection that is dead", async () => {
    const phone = await softphone("a4");
    await phone.register();
    await phone.close();
    const ring = stand.telephony.ringAgent({
      ...{ personId: "a4", offerId: "o", caller: { name: "", number: "1" }, ringTimeoutMs: 5_000 },
    });
    expect(await ring.answered).toMatchObject({ cause: "unreachable" });
    await waitFor("the contact to go", () => !stand.telephony.registrar.isRegistered("a4"), {
      timeoutMs: 2_000,
    });
  });

  it("is refused with a forged, an expired, a guest's or another's credential", async () => {
    const credential = stand.telephony.registrar.issueCredential({ kind: "person", personId: "a5" }, 60_000);
    const { registrar } = stand.telephony;
    const expired = registrar.issueCredential({ kind: "person", personId: "a5" }, -1);
    const guest = registrar.issueCredential({ kind: "guest", number: "1000" }, 60_000);
    const forgeries = [
      { ...credential, password: "x" },
      { ...credential, username: credential.username.replace("a5", "a6") },
      expired,
      guest,
    ];
    for (const forged of forgeries) {
      const phone = await openWebPhone(stand.pair.ws, forged, "ringdown.test");
      opened.push(phone);
      expect(await phone.register()).toBe(403);
    }
    const phone = await openWebPhone(stand.pair.ws, credential, "ringdown.test");
    opened.push(phone);
    expect(await phone.register({ to: "somebody-else" })).toBe(403);
    expect(stand.telephony.stats().registrations).toBe(0);
  });

  it("can't be registered by replaying what was overheard", async () => {
    const phone = await softphone("a6");
    await phone.register();
    const overheard = phone.lastAuthorization ?? "";
    await phone.register({ expiresSeconds: 0 });
    const thief = await softphone("a6");
    expect(await thief.register({ authorization: overheard })).toBe(401);
    expect(stand.telephony.registrar.isRegistered("a6")).toBe(false);
  });

  it("is dropped when its person signs out", async () => {
    const phone = await softphone("a7");
    await phone.register();
    stand.telephony.registrar.dropPerson("a7");
    expect(stand.telephony.registrar.isRegistered("a7")).toBe(false);
    expect(heard.at(-1)).toMatchObject({ cause: "not-allowed" });
  });
});
