import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Endpoint } from "./clients.ts";
import { Controller } from "./controller.ts";
import { openPair } from "./pair.ts";
import type { Pair } from "./pair.ts";
import { DtlsAudio } from "./peer/dtls-audio.ts";
import { PeerDialog } from "./peer/peer-dialog.ts";
import { Phone } from "./peer/phone.ts";
import { RtpAudio } from "./peer/rtp-audio.ts";
import { header } from "./peer/sip-message.ts";
import { waitUntil, within } from "./peer/wait-until.ts";

const timeoutMs = 2000;
const headers = { "X-Ringdown-Media-Timeout": String(timeoutMs) };

/** A channel that is watched for silence, and when it ended. */
interface Watched {
  readonly audio: RtpAudio;
  readonly endpoint: Endpoint;
  readonly answeredAtMs: number;
  /** The Reason header of the BYE, and when it came. */
  readonly ended: Promise<{ reason: string; atMs: number }>;
  isUp(): boolean;
}

describe("a party that goes silent", () => {
  let pair: Pair;
  let app: Controller;

  beforeAll(async () => {
    pair = await openPair();
    app = await Controller.connect(pair);
  });
  afterAll(async () => {
    await app.close();
    await pair.close();
  });

  async function open(
    atTheEnd: (cleanUp: () => Promise<void>) => void,
    headersOfInvite: Record<string, string> = headers,
  ): Promise<Watched> {
    const media = await app.media();
    const audio = await RtpAudio.open();
    const endpoint = await media.createEndpoint({ remoteSdp: audio.sdp(), headers: headersOfInvite });
    const answeredAtMs = performance.now();
    const watched = watch(endpoint);
    atTheEnd(async () => {
      audio.close();
      if (watched.isUp()) {
        void endpoint.destroy().catch(() => undefined); // never resolves when the channel ends meanwhile
        await within("the channel ends", 4000, watched.ended);
      }
    });
    return { audio, endpoint, answeredAtMs, ...watched };
  }

  function watch(endpoint: Endpoint): Pick<Watched, "ended" | "isUp"> {
    let isUp = true;
    endpoint.on("destroy", () => (isUp = false));
    const ended = new Promise<{ reason: string; atMs: number }>((resolve) =>
      endpoint.dialog.on("destroy", (message) => {
        isUp = false;
        resolve({ reason: message.get("Reason"), atMs: performance.now() });
      }),
    );
    return { ended, isUp: () => isUp };
  }

  const silence = (endpoint: Endpoint, durationMs: number): Promise<unknown> =>
    endpoint.play(`silence_stream://${durationMs}`);

  it.concurrent(
    "is hung up when the time is over, counted from the last packet",
    async ({ onTestFinished }) => {
      const { audio, endpoint, ended, isUp } = await open(onTestFinished);
      audio.talkTo(endpoint.local.sdp);
      await silence(endpoint, timeoutMs * 1.5);
      expect(isUp()).toBe(true);
      audio.mouth.stop();
      const silentAtMs = performance.now();
      const { reason, atMs } = await within("the hang-up", timeoutMs + 4000, ended);
      expect(reason).toMatch(/^SIP; ?cause=804; ?text="MEDIA_TIMEOUT"$/);
      expect(atMs - silentAtMs).toBeGreaterThan(timeoutMs - 200);
    },
  );

  it.concurrent(
    "from the beginning is hung up, too, whatever is played to it",
    async ({ onTestFinished }) => {
      const { audio, endpoint, answeredAtMs, ended } = await open(onTestFinished);
      endpoint.play("tone_stream://%(1000,0,700);loops=60").catch(() => undefined); // the channel ends in it
      const { reason, atMs } = await within("the hang-up", timeoutMs + 4000, ended);
      expect(reason).toContain("MEDIA_TIMEOUT");
      expect(atMs - answeredAtMs).toBeGreaterThan(timeoutMs - 500);
      audio.close();
    },
  );

  it.concurrent("in a bridge leaves the other one up", async ({ onTestFinished }) => {
    const [a, b] = [await open(onTestFinished), await open(onTestFinished)];
    for (const { audio, endpoint } of [a, b]) audio.talkTo(endpoint.local.sdp);
    for (const { endpoint } of [a, b])
      await endpoint.set({ hangup_after_bridge: "false", park_after_bridge: "true" });
    await a.endpoint.bridge(b.endpoint);
    a.audio.mouth.stop();
    const { reason } = await within("the hang-up", timeoutMs + 4000, a.ended);
    expect(reason).toContain("MEDIA_TIMEOUT");
    const playing = b.endpoint.play("tone_stream://%(500,0,700)");
    await b.audio.ear.waitForTone(700);
    await playing;
  });

  it.concurrent(
    "gets another time with a re-INVITE, as for a call on hold, and the former one back",
    async ({ onTestFinished }) => {
      const { audio, endpoint, ended, isUp } = await open(onTestFinished);
      const media = await app.media();
      const allow = (ms: number): Promise<string> =>
        media.api(`uuid_setvar ${endpoint.uuid} media_timeout ${ms}`);
      audio.talkTo(endpoint.local.sdp);
      await allow(60_000);
      await within("hold", 4000, endpoint.modify(audio.sdp("sendonly")));
      audio.mouth.stop();
      await silence(endpoint, timeoutMs * 2);
      expect(isUp()).toBe(true);
      await allow(timeoutMs);
      await within("unhold", 4000, endpoint.modify(audio.sdp("sendrecv")));
      const { reason } = await within("the hang-up", timeoutMs + 4000, ended);
      expect(reason).toContain("MEDIA_TIMEOUT");
    },
  );

  it.concurrent("stays where the time is 0", async ({ onTestFinished }) => {
    const { endpoint, isUp } = await open(onTestFinished, { "X-Ringdown-Media-Timeout": "0" });
    await silence(endpoint, timeoutMs * 2);
    expect(isUp()).toBe(true);
  });

  it.concurrent("in a browser stays as long as its connection lives", async () => {
    const media = await app.media();
    const phone = await Phone.onWebSocket(app.edge.webSocketUrl);
    const audio = await DtlsAudio.open();
    const invite = phone.request("INVITE", "sip:1000@ringdown.test", { body: audio.offer });
    const { request, response } = await app.take("INVITE", header(invite, "call-id"));
    const connecting = media.connectCaller(request, response, {
      headers: { "X-Ringdown-Media-Timeout": "8000" },
    });
    const ok = await phone.takeResponse(invite, 200, 200, "INVITE", 8000);
    const call = PeerDialog.ofCaller(phone, invite, ok);
    call.ack();
    await audio.accept(ok.body);
    const { endpoint, dialog } = await within("connectCaller", 6000, connecting);
    await waitUntil("DTLS is up", 5000, () => audio.isConnected);
    const { ended, isUp } = watch(endpoint);
    audio.mouth.stop();
    await silence(endpoint, 10_000);
    expect(isUp()).toBe(true);
    await audio.close();
    const { reason } = await within("the hang-up", 14_000, ended);
    expect(reason).toContain("MEDIA_TIMEOUT");
    const done = dialog.destroy();
    await call.awaitHangUp();
    await done;
    await phone.close();
  });
});
