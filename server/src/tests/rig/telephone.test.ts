import { afterEach, describe, expect, it } from "vitest";
import type { Call } from "./call.ts";
import { openTelephone } from "./telephone.ts";
import type { Telephone, TelephoneOptions } from "./telephone.ts";
import { makeTone } from "./tones.ts";
import { waitFor } from "./wait-for.ts";

const phones: Telephone[] = [];
async function open(options: TelephoneOptions): Promise<Telephone> {
  const phone = await openTelephone(options);
  phones.push(phone);
  return phone;
}
afterEach(async () => {
  await Promise.all(phones.splice(0).map((phone) => phone.close()));
});

async function connect(): Promise<{ alice: Call; bob: Call }> {
  const [a, b] = [await open({ number: "alice" }), await open({ number: "bob", codecs: ["PCMA", "PCMU"] })];
  const alice = await a.call({ to: "bob", at: b });
  const bob = await b.nextCall();
  bob.ring();
  await alice.ringing();
  await Promise.all([bob.answer(), alice.answered()]);
  return { alice, bob };
}

describe("the rig's telephone", () => {
  it("calls, is called, and both hear each other's tone and keys", async () => {
    const { alice, bob } = await connect();
    alice.play(makeTone({ hz: 1_000, durationMs: 1_000 }));
    bob.play(makeTone({ hz: 440, durationMs: 1_000 }));
    await Promise.all([alice.waitToHear(440), bob.waitToHear(1_000)]);
    const [atAlice, atBob] = await Promise.all([alice.hears([440, 1_000]), bob.hears([440, 1_000])]);
    expect(atAlice.tones).toEqual([440]);
    expect(atBob.tones).toEqual([1_000]);
    await alice.press("19#");
    await waitFor("the keys at Bob's", () => bob.media.keysHeard() === "19#");
    expect(bob.media.received.lost).toBe(0);
    expect(alice.statuses).toEqual([100, 180, 200]);
  });

  it("says who hung up, on both sides", async () => {
    const { alice, bob } = await connect();
    expect(await bob.hangUp()).toMatchObject({ by: "us" });
    expect(await alice.ended).toMatchObject({ by: "them" });
    const again = await connect();
    await again.alice.hangUp();
    expect(await again.bob.ended).toMatchObject({ by: "them" });
  });

  it("takes a call back while it rings", async () => {
    const [a, b] = [await open({ number: "alice" }), await open({ number: "bob" })];
    const alice = await a.call({ to: "bob", at: b });
    const bob = await b.nextCall();
    bob.ring();
    await alice.ringing();
    expect(await alice.hangUp()).toMatchObject({ by: "us", status: 487 });
    expect(await bob.ended).toMatchObject({ by: "them", status: 487 });
  });

  it("declines, and tells the caller the status", async () => {
    const [a, b] = [await open({ number: "alice" }), await open({ number: "bob" })];
    const alice = await a.call({ to: "bob", at: b });
    (await b.nextCall()).decline(603);
    expect(await alice.ended).toMatchObject({ by: "refused", status: 603 });
    await expect(alice.answered()).rejects.toThrow(/not answered/);
  });

  it("holds and resumes with new offers", async () => {
    const { alice, bob } = await connect();
    expect(await alice.reinvite("sendonly")).toBe(200);
    expect(alice.remoteSdp).toContain("a=recvonly");
    expect(await alice.reinvite()).toBe(200);
    alice.play(makeTone({ hz: 700, durationMs: 1_000 }));
    await bob.waitToHear(700);
    await bob.hangUp();
  });

  it("goes silent when the plug is pulled, without a BYE", async () => {
    const { alice, bob } = await connect();
    await bob.hears([1_000], 100);
    alice.vanish();
    await waitFor("300 ms without a packet", () => performance.now() - bob.media.received.lastAtMs > 300);
    expect(bob.end).toBeNull();
  });

  it("tells that nobody registers it where nobody does", async () => {
    const [a, b] = [await open({ number: "alice" }), await open({ number: "bob" })];
    expect(await a.register(b)).toEqual({ status: 481, expiresSeconds: 0 });
  });
});
