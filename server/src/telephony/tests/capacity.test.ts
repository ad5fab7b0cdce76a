import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openTelephone } from "../../tests/rig/telephone.ts";
import type { Telephone } from "../../tests/rig/telephone.ts";
import { makeTone } from "../../tests/rig/tones.ts";
import { isLeg } from "../telephony.ts";
import { openStand } from "./stand.ts";
import type { Stand } from "./stand.ts";

let stand: Stand;
const telephones: Telephone[] = [];

beforeAll(async () => {
  stand = await openStand({ maxChannels: 3 });
});
afterAll(() => stand.close());
afterEach(async () => {
  await Promise.all(telephones.splice(0).map((telephone) => telephone.close()));
});

async function phone(number: string): Promise<Telephone> {
  const telephone = await openTelephone({ number });
  telephones.push(telephone);
  return telephone;
}

async function callIn() {
  const telephone = await phone("+15550177");
  const [call, inbound] = await Promise.all([
    telephone.call({ to: "1000", at: stand.pair.udp }),
    stand.nextCall(),
  ]);
  return { call, inbound };
}

describe("a call out", () => {
  it("rings a sip: address and can be bridged with a caller", async () => {
    const { call, inbound } = await callIn();
    const leg = await inbound.answer();
    await call.answered();
    const outside = await phone("elsewhere");
    const ring = stand.telephony.dialOut({
      to: `sip:elsewhere@127.0.0.1:${outside.port}`,
      caller: { name: "", number: "+15550100" },
      ringTimeoutMs: 5_000,
    });
    const rung = await outside.nextCall();
    rung.ring();
    await rung.answer();
    const other = await ring.answered;
    if (!isLeg(other)) throw new Error("A leg was expected");
    const bridge = await stand.telephony.bridge(leg, other);
    call.play(makeTone({ hz: 1_000, durationMs: 1_000 }));
    await rung.waitToHear(1_000);
    await call.hangUp();
    expect((await bridge.ended).by).toBe("customer");
    await other.hangUp();
  });

  it("to a number goes where the trunk takes calls out", async () => {
    const carrier = await phone("+15550142");
    const uri = `sip:127.0.0.1:${carrier.port}`;
    const trunk = stand.trunks[0] ?? never();
    stand.trunks.splice(0, 1, { ...trunk, outbound: { uri, transport: "udp", digest: null } });
    stand.trunksChanged();
    const caller = { name: "", number: "+15550100" };
    const ring = stand.telephony.dialOut({ to: "+15550142", caller, ringTimeoutMs: 5_000 });
    (await carrier.nextCall()).decline();
    expect(await ring.answered).toMatchObject({ cause: "declined" });
    stand.trunks.splice(0, 1, trunk);
    stand.trunksChanged();
  });

  it("to a number needs a trunk that takes calls out, and to nonsense fails at once", async () => {
    for (const to of ["+15550100", "sip:", "javascript:alert(1)"]) {
      const ring = stand.telephony.dialOut({ to, caller: { name: "", number: "1" }, ringTimeoutMs: 1_000 });
      expect(await ring.answered).toEqual({ cause: "unreachable", sipStatus: null });
    }
  });
});

describe("when the media server is full", () => {
  // A real server's limit is not ours to set.
  it.skipIf(process.env["RINGDOWN_TEST_PAIR"])(
    "a call gets 503 with the chance to come back, and no leg stays",
    async () => {
      const admitted = [];
      for (let i = 0; i < 4; i++) admitted.push(await callIn());
      const { call, inbound } = admitted.pop() ?? never();
      const legs = [];
      for (const each of admitted) {
        legs.push(await each.inbound.answer());
        await each.call.answered();
      }
      // Known at once, not with the media server's next sign of life.
      const refused = await (await phone("+15550178")).call({ to: "1000", at: stand.pair.udp });
      expect((await refused.ended).status).toBe(503);
      await expect(inbound.answer()).rejects.toMatchObject({ code: "unavailable" });
      expect((await call.ended).status).toBe(503);
      expect(await inbound.ended).toEqual({ by: "system", cause: "congestion", sipStatus: 503 });
      await legs.pop()?.hangUp();
      const again = await callIn();
      const leg = await again.inbound.answer();
      await Promise.all([leg, ...legs].map((each) => each.hangUp()));
      expect(stand.telephony.stats().callsNow).toBe(0);
    },
  );
});

function never(): never {
  throw new Error("The stand has a trunk");
}
