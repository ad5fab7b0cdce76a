import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTelephone } from "../../tests/rig/telephone.ts";
import { makeTone, writeWav } from "../../tests/rig/tones.ts";
import { waitFor } from "../../tests/rig/wait-for.ts";
import { isLeg } from "../telephony.ts";
import { openStand } from "./stand.ts";
import type { Stand } from "./stand.ts";
import { openWebAudio } from "./web-audio.ts";
import { openWebPhone, statusOf } from "./web-phone.ts";

let stand: Stand;
let music: string;

beforeAll(async () => {
  stand = await openStand();
  music = join(stand.folder, "music.wav");
  await writeWav(music, makeTone({ hz: 600, durationMs: 2_000 }));
});
afterAll(() => stand.close());

describe("a browser", () => {
  it("calls with a guest credential over DTLS, hears and is heard, and its closed tab ends the call", async () => {
    const { registrar } = stand.telephony;
    const credential = registrar.issueCredential({ kind: "guest", number: "+15550100" }, 60_000);
    const guest = await openWebPhone(stand.pair.ws, credential, "ringdown.test");
    const audio = await openWebAudio();
    const [response, leg] = await Promise.all([
      guest.invite("+15550100", audio.offer).then(async (answer) => {
        expect(statusOf(answer)).toBe(200);
        await audio.accept(bodyOf(answer));
        return answer;
      }),
      stand.nextCall().then((call) => {
        expect(call).toMatchObject({ source: "web", to: "+15550100", from: "web" });
        return call.answer();
      }),
    ]);
    expect(response).toContain("a=fingerprint");
    const playing = leg.startMusic(music);
    await audio.waitForTone(600);
    await playing.stop();
    const keys: string[] = [];
    leg.onDigit((digit) => keys.push(digit));
    audio.press("8#");
    await waitFor("two keys", () => keys.length === 2, { timeoutMs: 5_000 });
    expect(keys).toEqual(["8", "#"]);
    const { address, port } = guest.local;
    await guest.close();
    registrar.connectionClosed(address, port);
    expect(await leg.ended).toEqual({ by: "remote", cause: "normal" });
    await audio.close();
  });

  it("is an agent: rung without an offer, it offers DTLS and talks with a caller on plain RTP", async () => {
    const { registrar } = stand.telephony;
    const credential = registrar.issueCredential({ kind: "person", personId: "a1" }, 60_000);
    const softphone = await openWebPhone(stand.pair.ws, credential, "ringdown.test");
    expect(await softphone.register()).toBe(200);
    const telephone = await openTelephone({ number: "+15550177" });
    const [customer, inbound] = await Promise.all([
      telephone.call({ to: "1000", at: stand.pair.udp }),
      stand.nextCall(),
    ]);
    const leg = await inbound.answer();
    await customer.answered();
    const ring = stand.telephony.ringAgent({
      ...{
        personId: "a1",
        offerId: "o",
        caller: { name: "Ann", number: "+15550177" },
        ringTimeoutMs: 10_000,
      },
    });
    const invite = await softphone.nextRequest("INVITE");
    softphone.respond(invite, "180 Ringing");
    expect(await ring.ringing).toBe(true);
    const audio = await openWebAudio();
    softphone.respond(invite, "200 OK", ["Content-Type: application/sdp"], audio.offer);
    const ack = await softphone.nextRequest("ACK");
    await audio.accept(bodyOf(ack));
    const agentLeg = await ring.answered;
    if (!isLeg(agentLeg)) throw new Error(`No leg: ${JSON.stringify(agentLeg)}`);
    const bridge = await stand.telephony.bridge(leg, agentLeg);
    customer.play(makeTone({ hz: 1_000, durationMs: 1_000 }));
    audio.play(1_500);
    await Promise.all([customer.waitToHear(1_500), audio.waitForTone(1_000)]);
    const hangingUp = agentLeg.hangUp();
    const bye = await softphone.nextRequest("BYE");
    softphone.respond(bye, "200 OK");
    await hangingUp;
    expect((await bridge.ended).by).toBe("agent");
    expect(leg.signal.aborted).toBe(false);
    await leg.hangUp();
    await Promise.all([audio.close(), softphone.close(), telephone.close()]);
  });
});

function bodyOf(message: string): string {
  return message.slice(message.indexOf("\r\n\r\n") + 4);
}
