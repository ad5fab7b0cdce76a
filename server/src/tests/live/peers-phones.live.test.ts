/** Telephones of others at an agent's desk and outside it: they sign in, ring, talk, hold, hang up, call, and leave. */
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import { setStatus } from "../../contract/agent-desk.ts";
import { issueDeskPhone, listPeople } from "../../contract/people.ts";
import { openTelephone } from "../rig/telephone.ts";
import { waitFor } from "../rig/wait-for.ts";
import { ApiClient } from "../system/api-client.ts";
import { entries, hasEnded, type House, memberOnly, openHouse, openRealtime } from "../system/house.ts";
import { agentHz, callIn, hearMusic } from "../system/voices.ts";
import { openBaresip } from "./peers/baresip.ts";
import { openLinphone } from "./peers/linphone.ts";
import { type ForeignPhone, whyWithout } from "./peers/program.ts";

const makes = [
  { name: "baresip", open: openBaresip, without: whyWithout("baresip", "baresip-core") },
  { name: "linphonec", open: openLinphone, without: whyWithout("linphonec", "linphone-cli") },
];
const kinds = makes.flatMap((make) => (["udp", "tcp"] as const).map((transport) => ({ ...make, transport })));

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(async () => {
  await house.close();
});

interface Desk {
  phone: ForeignPhone;
  is(
    what: string,
    isSo: (desk: NonNullable<ReturnType<Awaited<ReturnType<typeof openRealtime>>["desk"]>>) => boolean,
  ): Promise<void>;
  leave(): Promise<void>;
}

let people = 0;
/** The next agent of the demo, ready, at a telephone of this make. */
async function sitDown({ open, transport }: (typeof kinds)[number]): Promise<Desk> {
  const person = house.people[people++];
  if (person === undefined) throw new Error("The demo has too few agents");
  const client = await ApiClient.byLink(person.url, "correct horse battery");
  const known = (await house.administrator.call(listPeople)).people;
  const personId = known.find(({ username }) => username === person.username)?.id ?? "";
  const account = await house.administrator.call(issueDeskPhone, { params: { personId } });
  await memberOnly(house, house.sales, [{ personId }]);
  const phone = await open({ ...account, at: house.program.sipUdp, transport, toneHz: agentHz });
  onTestFailed(() => {
    process.stderr.write(`${phone.output().slice(-6_000)}\n${house.program.output().slice(-6_000)}`);
  });
  const realtime = await openRealtime(client);
  const is: Desk["is"] = async (what, isSo) => {
    await waitFor(
      `the desk to be ${what}`,
      () => {
        const desk = realtime.desk();
        return desk !== null && isSo(desk);
      },
      { timeoutMs: 20_000 },
    );
  };
  await client.call(setStatus, { body: { status: "ready", reasonId: null } });
  await is("routable", ({ status, state }) => status === "ready" && state !== "unreachable");
  return {
    phone,
    is,
    async leave() {
      await phone.close();
      await is("unreachable, the registration taken back", ({ state }) => state === "unreachable");
      await realtime.close();
    },
  };
}

describe.each(kinds)("$name over $transport", (kind) => {
  const skipped = kind.without;
  it.skipIf(skipped !== null)(
    `is an agent's desk phone: rings, is heard, holds, and hangs up${skipped === null ? "" : ` (skipped: ${skipped})`}`,
    async () => {
      const desk = await sitDown(kind);
      const customer = await openTelephone({ number: "+15550181" });
      try {
        const call = await callIn(house, customer);
        await desk.phone.rings();
        await desk.is("offered the call", ({ offer }) => offer !== null);
        desk.phone.answer();
        await desk.is("talking", ({ call: talk }) => talk !== null);
        await call.waitToHear(agentHz);
        desk.phone.hold();
        await hearMusic(call);
        desk.phone.resume();
        await call.waitToHear(agentHz);
        desk.phone.hangUp();
        await waitFor("the customer's call to end", () => call.end, { timeoutMs: 20_000 });
        const { ledger } = await house.interaction(
          "was ended by the agent",
          (lines) => hasEnded(lines) && entries(lines, "talk.ended").length > 0,
        );
        expect(entries(ledger, "talk.ended").at(-1)).toMatchObject({ by: "agent" });

        const second = await callIn(house, customer);
        await desk.phone.rings();
        await second.hangUp(); // the ring is taken back
        await desk.phone.ends();
        await desk.is("idle", ({ state, offer }) => state === "idle" && offer === null);
        await desk.leave();
      } finally {
        await customer.close();
        await desk.phone.close();
      }
    },
  );
});
