import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Request } from "./clients.ts";
import { Controller, firstRing } from "./controller.ts";
import { openPair } from "./pair.ts";
import type { Pair } from "./pair.ts";
import { PeerDialog } from "./peer/peer-dialog.ts";
import { Phone } from "./peer/phone.ts";
import { audioSdp } from "./peer/sdp.ts";
import { header, requestUri, uriOf } from "./peer/sip-message.ts";
import type { SipMessage } from "./peer/sip-message.ts";
import { within } from "./peer/wait-until.ts";

const offer = audioSdp({ port: 40_000 });
const answer = audioSdp({ port: 42_000 });

describe("a softphone on a WebSocket", () => {
  let pair: Pair;
  let app: Controller;
  let phone: Phone;

  beforeAll(async () => {
    pair = await openPair();
    app = await Controller.connect(pair);
  });
  afterAll(async () => {
    await app.close();
    await pair.close();
  });
  const openPhone = async (): Promise<Phone> => (phone = await Phone.onWebSocket(app.edge.webSocketUrl));
  afterEach(() => phone.close());

  /** Registers and returns what the application saw: the Contact, and the hop to send to. */
  async function register(): Promise<{ contact: string; proxy: string; sent: SipMessage }> {
    await openPhone();
    const sent = phone.request(
      "REGISTER",
      "sip:ringdown.test",
      { headers: { Expires: "300" } },
      { to: `<sip:${phone.user}@ringdown.test>`, from: `<sip:${phone.user}@ringdown.test>;tag=r` },
    );
    const { request, response } = await app.take("REGISTER");
    response.send(200, { headers: { Contact: `${request.get("Contact")};expires=300`, Expires: "300" } });
    await phone.takeResponse(sent, 200);
    return {
      contact: uriOf(request.get("Contact")),
      proxy: `sip:${request.source_address}:${request.source_port};transport=ws`,
      sent,
    };
  }

  it("registers; the application sees its address, and that it came over a stream", async () => {
    await openPhone();
    const sent = phone.request("REGISTER", "sip:ringdown.test");
    const { request, response } = await app.take("REGISTER");
    expect(request.get("Contact")).toBe(phone.contact);
    expect(request.source_address).toBe("127.0.0.1");
    expect(Number(request.source_port)).toBeGreaterThan(0);
    expect(request.protocol).toBe("tcp");
    response.send(200, { headers: { Contact: `${phone.contact};expires=60` } });
    const ok = await phone.takeResponse(sent, 200);
    expect(header(ok, "contact")).toContain("expires=60");
  });

  it("gets no answer to a request whose Via names another transport, and one to the next", async () => {
    await openPhone();
    // What SIP.js writes on a page of https: the connection ends at the proxy before the edge.
    const dropped = phone.request("REGISTER", "sip:ringdown.test", {}, { via: "WSS page.invalid" });
    const sent = phone.request("REGISTER", "sip:ringdown.test");
    const { request, response } = await app.take("REGISTER");
    expect(request.get("Call-ID")).toBe(header(sent, "call-id"));
    response.send(200, { headers: { Contact: `${phone.contact};expires=60` } });
    await phone.takeResponse(sent, 200);
    await expect(app.take("REGISTER", header(dropped, "call-id"), 300)).rejects.toThrow();
  });

  it("registers with digest: challenged by the application, and again", async () => {
    await openPhone();
    const sent = phone.request("REGISTER", "sip:ringdown.test");
    (await app.take("REGISTER")).response.send(401, {
      headers: { "WWW-Authenticate": 'Digest realm="ringdown.test", nonce="n", qop="auth"' },
    });
    const challenge = await phone.takeResponse(sent, 401);
    expect(header(challenge, "www-authenticate")).toContain('nonce="n"');
    const again = phone.request(
      "REGISTER",
      "sip:ringdown.test",
      { headers: { Authorization: 'Digest username="u", realm="ringdown.test", nonce="n", response="r"' } },
      { callId: header(sent, "call-id"), from: header(sent, "from"), cseq: 2 },
    );
    const { request, response } = await app.take("REGISTER");
    expect(request.get("Authorization")).toContain('response="r"');
    response.send(200, { headers: { Contact: `${phone.contact};expires=60` } });
    await phone.takeResponse(again, 200);
  });

  it("is called by its Contact through the hop it registered from; late offer, audio agreed, hung up", async () => {
    const { contact, proxy } = await register();
    const calling = app.srf.createUAC(contact, { noAck: true, proxy });
    const invite = await phone.takeRequest("INVITE");
    expect(requestUri(invite)).toBe(contact);
    expect(header(invite, "via")).toMatch(/^SIP\/2\.0\/WS /);
    expect(invite.body).toBe("");
    phone.respond(invite, 180, "Ringing", { toTag: "s" });
    const ok = phone.respond(invite, 200, "OK", { toTag: "s", body: offer });
    const late = await within("the 200 arrives", 4000, calling);
    const dialog = await late.ack(answer);
    const call = PeerDialog.ofCallee(phone, invite, ok);
    expect((await call.take("ACK")).body).toBe(answer);

    const info = dialog.request({ method: "INFO" });
    phone.respond(await call.take("INFO"), 200, "OK");
    expect((await within("INFO is answered", 4000, info)).status).toBe(200);

    dialog.on("modify", (_request, response) => response.send(200, { body: answer }));
    const hold = call.request("INVITE", { body: offer.replace("sendrecv", "sendonly") });
    await phone.takeResponse(hold, 200);
    call.ack(hold);

    const ended = new Promise((resolve) => dialog.on("destroy", resolve));
    await call.hangUp();
    await within("the application learns of the BYE", 4000, ended);
  });

  it("stops ringing when the application withdraws the call", async () => {
    const { contact, proxy } = await register();
    let sent: Request | undefined;
    const { ringing, cbProvisional } = firstRing();
    const failed = app.srf
      .createUAC(
        contact,
        { noAck: true, proxy },
        { cbRequest: (_error, request) => (sent = request), cbProvisional },
      )
      .catch((error: unknown) => error);
    const invite = await phone.takeRequest("INVITE");
    phone.respond(invite, 180, "Ringing", { toTag: "s" });
    await within("the application hears it ring", 4000, ringing);
    sent?.cancel();
    const cancel = await phone.takeRequest("CANCEL");
    phone.respond(cancel, 200, "OK", { toTag: "s" });
    phone.respond(invite, 487, "Request Terminated", { toTag: "s" });
    expect(await within("the call fails", 4000, failed)).toMatchObject({ status: 487 });
  });

  it("calls in, with the connection as its only address", async () => {
    await openPhone();
    const sent = phone.request("INVITE", "sip:1000@ringdown.test", { body: offer });
    const { request, response } = await app.take("INVITE");
    expect(request.uri).toBe("sip:1000@ringdown.test");
    const dialog = await app.srf.createUAS(request, response, { localSdp: answer });
    const ok = await phone.takeResponse(sent, 200);
    expect(header(ok, "contact")).toMatch(/transport=ws/i);
    const call = PeerDialog.ofCaller(phone, sent, ok);
    call.ack();
    const modified = dialog.modify(answer.replace("42000", "42002"));
    const again = await call.take("INVITE");
    phone.respond(again, 200, "OK", { body: offer });
    await within("modify resolves", 4000, modified);
    const done = dialog.destroy();
    await call.awaitHangUp();
    await within("the hang-up is done", 4000, done);
  });

  it("a request to a connection that is gone fails at once with 410, outside of calls and within", async () => {
    const { contact, proxy } = await register();
    const calling = app.srf.createUAC(contact, { noAck: true, proxy });
    const invite = await phone.takeRequest("INVITE");
    const ok = phone.respond(invite, 200, "OK", { toTag: "s", body: offer });
    const dialog = await (await within("the 200 arrives", 4000, calling)).ack(answer);
    await PeerDialog.ofCallee(phone, invite, ok).take("ACK");

    const ping = (): Promise<number> => app.ask(contact, { method: "OPTIONS", proxy });
    const alive = ping();
    phone.respond(await phone.takeRequest("OPTIONS"), 200, "OK", { toTag: "o" });
    expect(await within("the ping is answered", 4000, alive)).toBe(200);

    phone.drop();
    await waitForGone(ping);
    expect((await within("OPTIONS in the call", 2000, dialog.request({ method: "OPTIONS" }))).status).toBe(
      410,
    );
    const refused = app.srf.createUAC(contact, { noAck: true, proxy }).catch((error: unknown) => error);
    expect(await within("the call fails", 2000, refused)).toMatchObject({ status: 410 });
    await within("the hang-up is done", 2000, dialog.destroy());
  });
});

/** The edge learns of the drop when the close arrives, a moment later. */
async function waitForGone(ping: () => Promise<number>): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const status = await Promise.race([
      ping(),
      new Promise<number>((resolve) => setTimeout(resolve, 100, 0)),
    ]);
    if (status !== 0) return expect(status).toBe(410);
  }
  throw new Error("pings to a dropped connection got no answer");
}
