import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openTelephone } from "../../tests/rig/telephone.ts";
import type { Telephone } from "../../tests/rig/telephone.ts";
import { makeTone, writeWav } from "../../tests/rig/tones.ts";
import { waitFor } from "../../tests/rig/wait-for.ts";
import { openCuttableLine } from "./cuttable-line.ts";
import type { CuttableLine } from "./cuttable-line.ts";
import { startPair } from "./pair.ts";
import type { Pair } from "./pair.ts";
import { openStand } from "./stand.ts";
import type { Stand } from "./stand.ts";

let pair: Pair;
let stand: Stand;
let control: CuttableLine;
let eventSocket: CuttableLine;
let music: string;
const telephones: Telephone[] = [];

beforeAll(async () => {
  pair = await startPair();
  control = await openCuttableLine(pair.sip);
  eventSocket = await openCuttableLine(pair.media);
  const lines = {
    ...pair,
    sip: { ...pair.sip, port: control.port },
    media: { ...pair.media, port: eventSocket.port },
  };
  stand = await openStand({ pair: lines });
  music = join(stand.folder, "music.wav");
  await writeWav(music, makeTone({ hz: 600, durationMs: 2_000 }));
});
afterAll(async () => {
  await stand.close();
  await Promise.all([control.close(), eventSocket.close()]);
  await pair.close();
});
afterEach(async () => {
  await Promise.all(telephones.splice(0).map((telephone) => telephone.close()));
});

async function callIn() {
  const telephone = await openTelephone({ number: "+15550177" });
  telephones.push(telephone);
  const [call, inbound] = await Promise.all([telephone.call({ to: "1000", at: pair.udp }), stand.nextCall()]);
  const leg = await inbound.answer();
  await call.answered();
  return { call, leg };
}

function until(what: string, condition: () => boolean): Promise<unknown> {
  return waitFor(what, condition, { timeoutMs: 10_000, intervalMs: 10 });
}

describe("when the SIP edge's control connection breaks", () => {
  it("talk goes on, what waits ends, and everything works again afterwards", async () => {
    stand.phones.set("desk3", { personId: "p3", secret: { password: "the password of desk 3" } });
    const desk = await openTelephone({
      ...{ number: "desk3", domain: "ringdown.test" },
      credentials: { username: "desk3", password: "the password of desk 3" },
    });
    telephones.push(desk);
    await desk.register(pair.udp, { domain: "ringdown.test" });
    const { call, leg } = await callIn();
    const ring = stand.telephony.ringAgent({
      ...{ personId: "p3", offerId: "o", caller: { name: "", number: "1" }, ringTimeoutMs: 20_000 },
    });
    await desk.nextCall();
    const waitingPhone = await openTelephone({ number: "+15550178" });
    telephones.push(waitingPhone);
    const [, waiting] = await Promise.all([
      waitingPhone.call({ to: "1000", at: pair.udp }),
      stand.nextCall(),
    ]);
    await control.cut();
    expect(await ring.answered).toEqual({ cause: "failed", sipStatus: null });
    expect(await waiting.ended).toEqual({ by: "system", cause: "shutdown" });
    expect(stand.telephony.health().sip.ok).toBe(false);
    expect(stand.telephony.health().sip.sentence).toMatch(/SIP edge/);
    expect(leg.signal.aborted).toBe(false);
    const playing = leg.startMusic(music);
    await call.waitToHear(600);
    const offer = { personId: "p3", caller: { name: "", number: "1" }, ringTimeoutMs: 20_000 };
    const withdrawn = stand.telephony.ringAgent({ ...offer, offerId: "withdrawn" });
    withdrawn.cancel();
    expect(await withdrawn.answered).toEqual({ cause: "cancelled", sipStatus: null });
    const patient = stand.telephony.ringAgent({ ...offer, offerId: "patient" });
    await control.mend();
    await until("the edge", () => stand.telephony.health().sip.ok);
    const ringing = await desk.nextCall();
    ringing.decline();
    expect(await patient.answered).toMatchObject({ cause: "declined" });
    const again = await callIn();
    await again.leg.hangUp();
    await playing.stop();
    await leg.hangUp();
    expect((await call.ended).by).toBe("them");
  });

  it("a hang-up that nobody could tell is noticed after the reconnection", async () => {
    const { call, leg } = await callIn();
    await control.cut();
    await until("the loss", () => !stand.telephony.health().sip.ok);
    await control.mend();
    await until("the edge", () => stand.telephony.health().sip.ok);
    await call.hangUp();
    expect(await leg.ended).toEqual({ by: "remote", cause: "normal" });
  });

  it("a leg that is ended meanwhile is ended for the party as soon as that is possible", async () => {
    const { call, leg } = await callIn();
    await control.cut();
    await until("the loss", () => !stand.telephony.health().sip.ok);
    await leg.hangUp();
    expect(call.end).toBeNull();
    await control.mend();
    expect((await call.ended).by).toBe("them");
  });
});

describe("when the media server's event socket breaks", () => {
  it("calls are refused with 503 until it is back; those that run go on", async () => {
    const { call, leg } = await callIn();
    await eventSocket.cut();
    await until("the loss", () => !stand.telephony.health().media.ok);
    const refusedPhone = await openTelephone({ number: "+15550179" });
    telephones.push(refusedPhone);
    const refused = await refusedPhone.call({ to: "1000", at: pair.udp });
    expect((await refused.ended).status).toBe(503);
    const playing = leg.startMusic(music);
    await call.waitToHear(600);
    await playing.stop();
    await eventSocket.mend();
    await until("the media server", () => stand.telephony.health().media.ok);
    const again = await callIn();
    await Promise.all([again.leg.hangUp(), leg.hangUp()]);
  });
});

describe("after a crash", () => {
  it("the next life of the same node ends what was left, and nothing else", async () => {
    const nodeId = `crashed-${process.pid}`;
    const lines = [await openCuttableLine(pair.sip), await openCuttableLine(pair.media)];
    const [sipLine, mediaLine] = lines;
    // The edge shares calls out among its controllers: the first one must not take those meant for the other.
    await control.cut();
    const first = await openStand({
      pair: {
        ...pair,
        sip: { ...pair.sip, port: sipLine?.port ?? 0 },
        media: { ...pair.media, port: mediaLine?.port ?? 0 },
      },
      config: { nodeId },
    });
    const telephone = await openTelephone({ number: "+15550177" });
    telephones.push(telephone);
    const [call, inbound] = await Promise.all([
      telephone.call({ to: "1000", at: pair.udp }),
      first.nextCall(),
    ]);
    await inbound.answer();
    await call.answered();
    await Promise.all(lines.map((line) => line.cut()));
    const second = await openStand({ pair, config: { nodeId } });
    const other = await openTelephone({ number: "+15550178" });
    telephones.push(other);
    const [otherCall, otherInbound] = await Promise.all([
      other.call({ to: "1000", at: pair.udp }),
      second.nextCall(),
    ]);
    const otherLeg = await otherInbound.answer();
    await otherCall.answered();
    expect(await second.telephony.reconcile()).toBe(1);
    expect((await call.ended).by).toBe("them");
    expect(otherLeg.signal.aborted).toBe(false);
    expect(await second.telephony.reconcile()).toBe(0);
    await otherLeg.hangUp();
    await second.close();
    await first.close();
    await control.mend();
  });
});
