/** Kamailio as the carrier of a trunk: our registration, calls through it both ways, its password, its failure. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainTrunk } from "../../telephony/directories.ts";
import { startPair } from "../../telephony/tests/pair.ts";
import { openStand, type Stand } from "../../telephony/tests/stand.ts";
import { isLeg, type Ring, type TrunkPeer } from "../../telephony/telephony.ts";
import type { Call } from "../rig/call.ts";
import { allHeaders, header } from "../rig/sip-message.ts";
import { openTelephone, type Telephone } from "../rig/telephone.ts";
import { makeTone } from "../rig/tones.ts";
import { waitFor, within } from "../rig/wait-for.ts";
import { type Kamailio, openKamailio } from "./peers/kamailio.ts";
import { whyWithout } from "./peers/program.ts";

const [house, outside] = ["+4930555555", "+4930222222"];
const account = { username: "house", password: "a secret between us" };
const reason = whyWithout("kamailio", "kamailio");

describe.skipIf(reason !== null)(
  `Kamailio as a carrier${reason === null ? "" : ` (skipped: ${reason})`}`,
  () => {
    let stand: Stand;
    let carrier: Kamailio;
    let second: Telephone;
    /** Whoever is called by way of Kamailio. */
    let callee: Telephone;

    beforeAll(async () => {
      callee = await openTelephone({ number: "callee" });
      second = await openTelephone({ number: "second" });
      carrier = await openKamailio({ ...account, houseNumber: house, telephonePort: callee.port });
      stand = await openStand({ trunks: [], pair: await startPair() });
      const registration = {
        registrarUri: carrier.uri,
        transport: "udp",
        ...account,
        expirySeconds: 600,
      } as const;
      use({
        id: "kamailio",
        order: 1,
        registration,
        outbound: { uri: carrier.uri, transport: "udp", digest: account },
      });
    });
    afterAll(async () => {
      await stand.close();
      await Promise.all([callee.close(), second.close(), carrier.close(), stand.pair.close()]);
    });

    function use(...trunks: Partial<TrunkPeer>[]): void {
      stand.trunks.splice(0, stand.trunks.length);
      for (const each of trunks)
        stand.trunks.push({ ...plainTrunk, id: "", contactToken: `token-of-${each.id ?? ""}`, ...each });
      stand.trunksChanged();
    }
    const registered = () =>
      waitFor(
        "the registration",
        () => stand.telephony.trunks.stateOf("kamailio")?.registration?.state === "registered",
        {
          timeoutMs: 20_000,
        },
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${carrier.output().slice(-3_000)}\n${stand.logged.join("\n")}`);
      });
    const dial = (): Ring =>
      stand.telephony.dialOut({ to: outside, caller: { name: "Ann", number: house }, ringTimeoutMs: 30_000 });

    /** Answers, hears the other side's tone, and is heard. */
    async function talkTo(call: Call, ring: Ring): Promise<void> {
      await call.answer();
      call.play(makeTone({ hz: 640, durationMs: 1_000 }));
      const leg = await ring.answered;
      if (!isLeg(leg)) throw new Error(`The call was not answered: ${JSON.stringify(leg)}`);
      void leg.play(["tone_stream://L=-1;%(2000,0,1000)"]).catch(() => undefined);
      await call.waitToHear(1_000);
      const ended = within("our BYE at the callee", call.ended);
      await leg.hangUp();
      expect(await ended).toMatchObject({ by: "them" });
    }

    it("registers us by its challenge", async () => {
      await registered();
      expect(carrier.output()).toContain("token-of-kamailio@");
    });

    it("takes a call out after asking for the password, stays on the route, and passes our BYE on", async () => {
      await registered();
      const ring = dial();
      const call = await callee.nextCall(20_000);
      const invite = call.invite;
      if (!invite) throw new Error("There is no INVITE");
      expect(allHeaders(invite, "Record-Route").join()).toContain(`:${carrier.port}`);
      expect(header(invite, "Proxy-Authorization")).toBeUndefined(); // Kamailio keeps it to itself
      await talkTo(call, ring);
      expect(carrier.output()).toMatch(/sees BYE/);
    });

    it("brings a call in to the Contact that we registered, for the number dialed; the caller's BYE comes by the route", async () => {
      await registered();
      const coming = stand.nextCall();
      const call = await second.call({
        to: `sip:${house}@127.0.0.1:${carrier.port}`,
        at: { host: "127.0.0.1", port: carrier.port },
      });
      const inbound = await within("the call to come in", coming);
      expect(inbound.to).toBe(house);
      const leg = await inbound.answer();
      await call.answered();
      void leg.play(["tone_stream://L=-1;%(2000,0,1000)"]).catch(() => undefined);
      await call.waitToHear(1_000);
      await call.hangUp();
      await within("the leg to end", leg.ended);
    });

    it("is left for the next carrier when it is gone, and taken again when it is back", async () => {
      await registered();
      const digest = null;
      const next = {
        id: "next",
        order: 2,
        outbound: { uri: `sip:127.0.0.1:${second.port}`, transport: "udp" as const, digest },
      };
      use(stand.trunks[0] ?? {}, next);
      await carrier.stop();
      const ring = dial();
      await talkTo(await second.nextCall(25_000), ring);
      await carrier.start();
      const again = dial();
      await talkTo(await callee.nextCall(25_000), again);
    });

    it("is told when we leave", async () => {
      await registered();
      use();
      await waitFor("the registration to be taken back", () => /saved .*expires=0/i.test(carrier.output()));
    });
  },
);
