import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openTelephone } from "../../tests/rig/telephone.ts";
import type { Telephone } from "../../tests/rig/telephone.ts";
import { makeTone, writeWav } from "../../tests/rig/tones.ts";
import { waitFor } from "../../tests/rig/wait-for.ts";
import type { CallerLeg } from "../telephony.ts";
import { inviteLines, openRawPeer, plainOffer } from "./raw-peer.ts";
import type { RawPeer } from "./raw-peer.ts";
import { openStand } from "./stand.ts";
import type { Stand } from "./stand.ts";
import { headersOf, statusOf } from "./web-phone.ts";

let stand: Stand;
let raw: RawPeer;
let music: string;
const telephones: Telephone[] = [];

beforeAll(async () => {
  stand = await openStand();
  raw = await openRawPeer(stand.pair.udp);
  music = join(stand.folder, "music.wav");
  await writeWav(music, makeTone({ hz: 600, durationMs: 2_000 }));
});
afterAll(async () => {
  await raw.close();
  await stand.close();
});
afterEach(async () => {
  await Promise.all(telephones.splice(0).map((telephone) => telephone.close()));
});

/** A raw call whose in-dialog requests a test writes itself. */
async function rawCall(change: Record<string, string | null> = {}): Promise<{
  leg: CallerLeg;
  answer: string;
  ask(method: string, headers?: string[], body?: string): Promise<string>;
}> {
  const callId = `${randomBytes(8).toString("hex")}@dialog`;
  const [answer, leg] = await Promise.all([
    raw.ask(inviteLines("1000", { "Call-ID": callId, ...change }), plainOffer, callId),
    stand.nextCall().then((call) => call.answer()),
  ]);
  expect(statusOf(answer)).toBe(200);
  const to = headersOf(answer, "To")[0]?.slice(4) ?? "";
  const target = /<(sip:[^>]+)>/.exec(headersOf(answer, "Contact")[0] ?? "")?.[1] ?? "";
  let cseq = 1;
  const lines = (method: string, number: number, headers: string[]): string[] => [
    `${method} ${target} SIP/2.0`,
    "Via: SIP/2.0/UDP {address}:{port};branch={branch};rport",
    "Max-Forwards: 70",
    "From: <sip:+15550177@127.0.0.1>;tag=raw",
    `To: ${to}`,
    `Call-ID: ${callId}`,
    `CSeq: ${number} ${method}`,
    "Contact: <sip:raw@{address}:{port}>",
    ...headers,
  ];
  raw.tell(lines("ACK", 1, []));
  return {
    leg,
    answer,
    ask: async (method, headers = [], body = "") => {
      cseq += 1;
      const number = cseq;
      const response = await raw.ask(lines(method, number, headers), body, `${number} ${method}`);
      if (method === "INVITE") raw.tell(lines("ACK", number, []));
      return response;
    },
  };
}

describe("within a call", () => {
  it("a caller who holds and resumes is answered by the media server", async () => {
    const telephone = await openTelephone({ number: "+15550177" });
    telephones.push(telephone);
    const [call, inbound] = await Promise.all([
      telephone.call({ to: "1000", at: stand.pair.udp }),
      stand.nextCall(),
    ]);
    const leg = await inbound.answer();
    await call.answered();
    leg.startMusic(music);
    await call.waitToHear(600);
    expect(await call.reinvite("sendonly")).toBe(200);
    expect(call.remoteSdp).toMatch(/a=(recvonly|inactive)/);
    expect(await call.reinvite("sendrecv")).toBe(200);
    expect(call.remoteSdp).not.toMatch(/a=(recvonly|inactive)/);
    await call.waitToHear(600);
    await leg.hangUp();
  });

  it("the session is refreshed by re-INVITE and UPDATE, with the interval in the answer", async () => {
    const timer = { Supported: "timer", "Session-Expires": "600;refresher=uac" };
    const { leg, answer, ask } = await rawCall(timer);
    expect(headersOf(answer, "Session-Expires")[0]).toMatch(/600;refresher=uac/);
    const refresh = await ask(
      "INVITE",
      ["Session-Expires: 600;refresher=uac", "Content-Type: application/sdp"],
      plainOffer,
    );
    expect(statusOf(refresh)).toBe(200);
    expect(headersOf(refresh, "Session-Expires")[0]).toMatch(/600;refresher=uac/);
    expect(refresh).toContain("m=audio");
    const update = await ask("UPDATE", ["Session-Expires: 600;refresher=uac"]);
    expect(statusOf(update)).toBe(200);
    expect(leg.signal.aborted).toBe(false);
    await leg.hangUp();
  });

  it("a re-INVITE without an offer gets ours; one with an impossible offer gets 488 and changes nothing", async () => {
    const { leg, ask } = await rawCall();
    const offerless = await ask("INVITE");
    expect(statusOf(offerless)).toBe(200);
    expect(offerless).toContain("m=audio");
    const impossible = plainOffer.replace("AVP 0", "AVP 18");
    expect(statusOf(await ask("INVITE", ["Content-Type: application/sdp"], impossible))).toBe(488);
    expect(statusOf(await ask("INVITE", ["Content-Type: application/sdp"], plainOffer))).toBe(200);
    expect(leg.signal.aborted).toBe(false);
    await leg.hangUp();
  });

  it("digits come by INFO, too", async () => {
    const { leg, ask } = await rawCall();
    const keys: string[] = [];
    leg.onDigit((digit) => keys.push(digit));
    const relay = await ask("INFO", ["Content-Type: application/dtmf-relay"], "Signal=5\r\nDuration=160\r\n");
    expect(statusOf(relay)).toBe(200);
    expect(statusOf(await ask("INFO", ["Content-Type: application/dtmf"], "#"))).toBe(200);
    expect(statusOf(await ask("INFO", ["Content-Type: text/plain"], "hello"))).toBe(415);
    await waitFor("two keys", () => keys.length === 2, { timeoutMs: 2_000 });
    expect(keys).toEqual(["5", "#"]);
    await leg.hangUp();
  });

  it("a transfer by REFER is refused", async () => {
    const { leg, ask } = await rawCall();
    const response = await ask("REFER", ["Refer-To: <sip:2000@127.0.0.1>"]);
    expect(statusOf(response)).toBe(405);
    expect(leg.signal.aborted).toBe(false);
    await leg.hangUp();
  });

  it("BYE with a reason tells it", async () => {
    const { leg, ask } = await rawCall();
    expect(statusOf(await ask("BYE", ['Reason: Q.850;cause=17;text="User busy"']))).toBe(200);
    expect(await leg.ended).toEqual({ by: "remote", cause: "busy" });
  });
});
