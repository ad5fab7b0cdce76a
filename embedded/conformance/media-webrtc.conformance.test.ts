import { callbackify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectCaller } from "./caller.ts";
import { MrfClient } from "./clients.ts";
import type { Dialog, Endpoint, LateOffer, MediaServer, Request, Response } from "./clients.ts";
import { Controller } from "./controller.ts";
import { openPair } from "./pair.ts";
import type { Pair } from "./pair.ts";
import { DtlsAudio } from "./peer/dtls-audio.ts";
import { PeerDialog } from "./peer/peer-dialog.ts";
import { Phone } from "./peer/phone.ts";
import { waitUntil, within } from "./peer/wait-until.ts";

describe("a browser", () => {
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

  it("calls in: connectCaller, DTLS-SRTP, tones both ways, digits", async () => {
    const media = await app.media();
    const phone = await Phone.onWebSocket(app.edge.webSocketUrl);
    const audio = await DtlsAudio.open();
    const invite = phone.request("INVITE", "sip:1000@ringdown.test", { body: audio.offer });
    const { request, response } = await app.take("INVITE");
    const connecting = media.connectCaller(request, response);
    const ok = await phone.takeResponse(invite, 200, 200, "INVITE", 8000);
    const call = PeerDialog.ofCaller(phone, invite, ok);
    call.ack();
    expect(ok.body).toMatch(/^m=audio \d+ UDP\/TLS\/RTP\/SAVPF? 0/m);
    expect(ok.body).toMatch(/^a=fingerprint:sha-256 /m);
    await audio.accept(ok.body);
    const { endpoint, dialog } = await within("connectCaller", 6000, connecting);
    expect(endpoint.secure).toBe(true);
    await waitUntil("DTLS is up", 5000, () => audio.isConnected);
    const playing = endpoint.play("tone_stream://%(1000,0,700)");
    await audio.ear.waitForTone(700);
    await playing;
    const digits: string[] = [];
    endpoint.on("dtmf", ({ dtmf }) => digits.push(dtmf));
    audio.mouth.press("8#");
    await waitUntil("two digits", 4000, () => digits.length === 2);
    expect(digits).toEqual(["8", "#"]);
    await call.hangUp();
    void endpoint.destroy();
    await dialog.destroy().catch(() => undefined);
    await audio.close();
    await phone.close();
  });

  it("answers as an agent: late offer with DTLS, through the media server to a caller", async () => {
    const answering = await LateOffers.open(app, pair);
    const caller = await connectCaller(app);
    const phone = await Phone.onWebSocket(app.edge.webSocketUrl);
    const registration = phone.request("REGISTER", "sip:ringdown.test", { headers: { Expires: "60" } });
    const registering = await app.take("REGISTER");
    registering.response.send(200, { headers: { Contact: `${phone.contact};expires=60` } });
    await phone.takeResponse(registration, 200);
    const proxy = `sip:${registering.request.source_address}:${registering.request.source_port};transport=ws`;

    const calling = app.srf.createUAC(phone.contactUri, { noAck: true, proxy });
    const invite = await phone.takeRequest("INVITE");
    const audio = await DtlsAudio.open();
    const ok = phone.respond(invite, 200, "OK", { toTag: "agent", body: audio.offer });
    const late = await calling;
    const connecting = answering.connect(late);
    const call = PeerDialog.ofCallee(phone, invite, ok);
    await audio.accept((await call.take("ACK")).body);
    const { endpoint, dialog } = await connecting;
    await within("the bridge", 3000, caller.endpoint.bridge(endpoint));
    caller.audio.mouth.sayTone(600);
    audio.mouth.sayTone(1000);
    await audio.ear.waitForTone(600);
    await caller.audio.ear.waitForTone(1000);
    const done = dialog.destroy();
    await call.awaitHangUp();
    await done;
    void endpoint.destroy();
    await caller.close();
    await audio.close();
    await phone.close();
    answering.close();
  });
});

/**
 * How an application answers a late offer that needs DTLS: createEndpoint refuses it, connectCaller takes it and
 * believes to answer an INVITE, while the answer goes into the ACK.
 */
class LateOffers {
  readonly #media: MediaServer;

  static async open(app: Controller, pair: Pair): Promise<LateOffers> {
    const answerInAck = callbackify(
      ({ late }: { late: LateOffer }, _response: unknown, { localSdp }: { localSdp: string }) =>
        late.ack(localSdp),
    );
    const srf = Object.create(app.srf, { createUAS: { value: answerInAck } }) as typeof app.srf;
    const { host, port, secret } = pair.freeswitch;
    const mrf = new MrfClient(srf);
    return new LateOffers(await mrf.connect({ address: host, port, secret, listenAddress: "127.0.0.1" }));
  }

  private constructor(media: MediaServer) {
    this.#media = media;
  }

  connect(late: LateOffer): Promise<{ endpoint: Endpoint; dialog: Dialog }> {
    const standIn = { body: late.sdp, late } as unknown as Request;
    return within("the agent leg", 6000, this.#media.connectCaller(standIn, {} as Response));
  }

  close(): void {
    this.#media.disconnect();
  }
}
