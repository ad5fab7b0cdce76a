import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAdmin, openSecretBox, readSecretsKey } from "../admin/admin.ts";
import { systemClock } from "../base/clock.ts";
import { openLog } from "../base/log.ts";
import { createTrunk, checkTrunk, deleteTrunk, listTrunks, updateTrunk } from "../contract/trunks.ts";
import { listAudit } from "../contract/people.ts";
import { openPrompts, validateFlow } from "../ivr/ivr.ts";
import { openRegistrarLease } from "../admin/registrar-lease.postgres.ts";
import { startOffice, type OfficeRig } from "./office-rig.ts";

let office: OfficeRig;
const folder = mkdtempSync(join(tmpdir(), "ringdown-trunks-"));
beforeAll(async () => {
  office = await startOffice();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await office.close();
});

const secret = "the carrier's own password";
const account = { username: "house@carrier", password: secret };
const body = {
  name: "Carrier",
  outbound: { uri: "sip:carrier.example", ...account },
  registration: { registrarUri: "sip:carrier.example:5070", transport: "tcp" as const, ...account },
};
const add = (more: object = {}) => office.administrator.call(createTrunk, { body: { ...body, ...more } });
const change = (trunkId: string, more: object) =>
  office.administrator.call(updateTrunk, { params: { trunkId }, body: more });
const peer = (id: string) => office.admin.trunks.list().find((each) => each.id === id);

describe("a carrier's password", () => {
  it("is known to telephony, and to nobody else: not to the API, the audit, or the database in the clear", async () => {
    const trunk = await add();
    expect(trunk).toMatchObject({
      outbound: {
        uri: "sip:carrier.example",
        transport: "udp",
        username: "house@carrier",
        hasPassword: true,
      },
      registration: { transport: "tcp", hasPassword: true, expirySeconds: 3_600 },
      needsPassword: false,
      state: { callsNow: 0, registration: { state: "registering" }, health: { state: "unknown" } },
    });
    expect(peer(trunk.id)).toMatchObject({ outbound: { digest: account }, registration: account });
    const answers = [
      trunk,
      await office.administrator.call(listTrunks),
      await office.administrator.call(listAudit),
    ];
    const rows = await office.database.postgres.query("select trunk::text as row from trunk");
    expect(JSON.stringify([answers, rows])).not.toContain(secret);
    await office.administrator.call(deleteTrunk, { params: { trunkId: trunk.id } });
  });

  it("stays as long as username and host do, and is asked for again otherwise", async () => {
    const { id } = await add();
    const outbound = { uri: "sip:carrier.example:5080", username: "house@carrier" };
    await change(id, { name: "Renamed", outbound });
    expect(peer(id)?.outbound).toMatchObject({ uri: "sip:carrier.example:5080", digest: account });
    const refusal = { status: 400, message: expect.stringContaining("password") as string };
    await expect(change(id, { outbound: { ...outbound, uri: "sip:thief.example" } })).rejects.toMatchObject(
      refusal,
    );
    await expect(change(id, { outbound: { ...outbound, username: "other" } })).rejects.toMatchObject(refusal);
    const registration = { registrarUri: "sip:thief.example", username: "house@carrier" };
    await expect(change(id, { registration })).rejects.toMatchObject(refusal);
    await change(id, { outbound: { uri: "sip:open.example" }, registration: null });
    expect(peer(id)).toMatchObject({ outbound: { digest: null }, registration: null });
    await office.administrator.call(deleteTrunk, { params: { trunkId: id } });
  });

  it("that another key has sealed must be typed again, and nothing breaks", async () => {
    const { id } = await add();
    const { postgres } = office.database;
    const admin = await openAdmin({
      ...{ postgres, clock: systemClock, log: openLog("silent"), realm: "ringdown.test", validateFlow },
      prompts: openPrompts({ uploadsDirectory: folder }),
      secrets: openSecretBox(randomBytes(32)),
    });
    const found = admin.trunks.list().find((each) => each.id === id);
    expect(found).toMatchObject({
      needsPassword: true,
      outbound: { digest: null },
      registration: { password: null },
    });
    await admin.close();
    await office.administrator.call(deleteTrunk, { params: { trunkId: id } });
  });
});

describe("the key of an installation", () => {
  it("is made once, for its owner alone, and is the configured one where there is one", () => {
    const key = readSecretsKey(undefined, folder);
    expect(key).toHaveLength(32);
    expect(readSecretsKey(undefined, folder).equals(key)).toBe(true);
    expect(statSync(join(folder, "secrets.key")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, "secrets.key"), "utf8").trim()).toBe(key.toString("base64"));
    const configured = randomBytes(32);
    expect(readSecretsKey(configured.toString("base64"), folder).equals(configured)).toBe(true);
  });

  it("that is broken is not replaced in silence", () => {
    const broken = mkdtempSync(join(folder, "broken-"));
    writeFileSync(join(broken, "secrets.key"), "");
    expect(() => readSecretsKey(undefined, broken)).toThrow(/holds no key of 32 bytes.*RINGDOWN_SECRETS_KEY/);
    expect(() => readSecretsKey(undefined, join(folder, "nowhere"))).toThrow(/can't be used/);
  });

  it("opens what it sealed, for what it sealed it, and nothing that was changed", () => {
    const box = openSecretBox(randomBytes(32));
    const sealed = box.seal("pässword", "trunk:1:outbound");
    expect(box.open(sealed, "trunk:1:outbound")).toBe("pässword");
    expect(box.seal("pässword", "trunk:1:outbound")).not.toBe(sealed);
    expect(box.open(sealed, "trunk:2:outbound")).toBeNull();
    for (const text of ["", "v1:", "v1:AAAA", sealed.slice(0, -4), sealed.replace(/^v1:./, "v1:_")])
      expect(box.open(text, "trunk:1:outbound"), text).toBeNull();
  });
});

describe("a trunk", () => {
  it("is refused where it makes no sense", async () => {
    const wrong = [
      { callerId: { show: "fixed", number: null, identity: "from" } },
      { codecs: ["pcmu", "pcmu"] },
      { check: { everySeconds: 3 } },
      { region: "ZZ" },
      { prefixes: ["49"] },
      { outbound: { uri: "sip:carrier.example", password: "x" } },
      { outbound: { uri: "sip:carrier.example;transport=tcp" } },
      { registration: { registrarUri: "sip:carrier.example", username: "x" } },
    ];
    for (const each of wrong)
      await expect(add(each), JSON.stringify(each)).rejects.toMatchObject({ status: 400 });
  });

  it("can be asked after, which says what is missing", async () => {
    const { id: trunkId } = await add();
    const check = await office.administrator.call(checkTrunk, { params: { trunkId } });
    expect(check).toMatchObject({ answered: false, sentence: "Telephony is not running yet" });
    await change(trunkId, { outbound: null, registration: null });
    await expect(office.administrator.call(checkTrunk, { params: { trunkId } })).rejects.toMatchObject({
      message: "400 bad-request: The trunk Carrier has no carrier that could be asked",
    });
    await office.administrator.call(deleteTrunk, { params: { trunkId } });
  });
});

describe("the lease on registrations", () => {
  const state = {
    ...{
      state: "registered" as const,
      until: new Date().toISOString(),
      status: 200,
      sentence: null,
      nextTryAt: null,
    },
  };

  it("belongs to one node, which tells the others how it stands, until it gives it up or goes silent", async () => {
    const { id } = await add();
    const { postgres } = office.database;
    const [one, two] = [openRegistrarLease(postgres, "one"), openRegistrarLease(postgres, "two")];
    expect([await one.hold(), await two.hold(), await one.hold()]).toEqual([true, false, true]);
    await one.tell(id, state);
    await one.tell(crypto.randomUUID(), state); // removed meanwhile
    expect(await two.told()).toEqual(new Map([[id, state]]));
    await two.release(); // it has nothing to give up
    expect(await two.hold()).toBe(false);
    await one.release();
    expect([await two.hold(), (await two.told()).size]).toEqual([true, 0]);
    await postgres.query("update trunk_registrar set leased_until = now() - interval '1 second'");
    expect([await one.hold(), await two.hold()]).toEqual([true, false]);
    await office.administrator.call(deleteTrunk, { params: { trunkId: id } });
  });
});
