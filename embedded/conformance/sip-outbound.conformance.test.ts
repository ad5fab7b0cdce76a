import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Request } from "./clients.ts";
import { Controller, firstRing } from "./controller.ts";
import { openPair } from "./pair.ts";
import type { Pair } from "./pair.ts";
import { PeerDialog } from "./peer/peer-dialog.ts";
import { Phone } from "./peer/phone.ts";
import { audioSdp } from "./peer/sdp.ts";
import { cseqNumber, header, requestUri, tagOf, uriOf } from "./peer/sip-message.ts";
import { within } from "./peer/wait-until.ts";

const offer = audioSdp({ port: 40_000 });
const answer = audioSdp({ port: 42_000 });

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/** RFC 2617 §3.2.2: the response that the password gives. */
function digestIsRight(value: string, method: string, username: string, password: string): boolean {
  const part = (name: string): string => new RegExp(`(?:^|[ ,])${name}="?([^",]+)"?`).exec(value)?.[1] ?? "";
  const ha1 = md5(`${username}:${part("realm")}:${password}`);
  const ha2 = md5(`${method}:${part("uri")}`);
  const right =
    part("qop") === ""
      ? md5(`${ha1}:${part("nonce")}:${ha2}`)
      : md5(`${ha1}:${part("nonce")}:${part("nc")}:${part("cnonce")}:${part("qop")}:${ha2}`);
  return part("response") === right;
}

describe("a call that goes out through the SIP edge", () => {
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
  const openPhone = async (): Promise<Phone> => (phone = await Phone.onUdp(app.edge.udp));
  afterEach(() => phone.close());

  it("reaches the phone with the offer and headers given, and its answer comes back", async () => {
    await openPhone();
    const rings: number[] = [];
    const calling = app.srf.createUAC(
      phone.contactUri,
      {
        localSdp: offer,
        headers: { From: "<sip:desk@localhost>", To: "<sip:alice@somewhere.test>", "X-Queue": "sales" },
      },
      { cbProvisional: (response) => rings.push(response.status) },
    );
    const invite = await phone.takeRequest("INVITE");
    expect(requestUri(invite)).toBe(phone.contactUri);
    expect(invite.body).toBe(offer);
    expect(header(invite, "x-queue")).toBe("sales");
    expect(header(invite, "from")).toMatch(/sip:desk@127\.0\.0\.1/); // not "localhost"
    expect(header(invite, "to")).toContain("sip:alice@somewhere.test");
    expect(header(invite, "contact")).toContain("127.0.0.1");
    phone.respond(invite, 180, "Ringing", { toTag: "a1" });
    phone.respond(invite, 183, "Session Progress", { toTag: "a1", body: answer });
    const ok = phone.respond(invite, 200, "OK", { toTag: "a1", body: answer });
    const dialog = await within("the call is up", 4000, calling);
    const call = PeerDialog.ofCallee(phone, invite, ok);
    await call.take("ACK");
    expect(rings).toEqual([180, 183]);
    expect(dialog.remote.sdp).toBe(answer);
    expect([dialog.sip.remoteTag, dialog.sip.localTag]).toEqual(["a1", tagOf(header(invite, "from"))]);
    const ended = new Promise((resolve) => dialog.on("destroy", resolve));
    await call.hangUp();
    await within("the application learns of the BYE", 4000, ended);
  });

  it("takes From from Contact and To from the request URI when the application names neither", async () => {
    await openPhone();
    const calling = app.srf.createUAC(phone.contactUri, { localSdp: offer });
    const invite = await phone.takeRequest("INVITE");
    expect(uriOf(header(invite, "to"))).toBe(phone.contactUri);
    expect(uriOf(header(invite, "from"))).toBe(uriOf(header(invite, "contact")));
    phone.respond(invite, 486, "Busy Here", { toTag: "b" });
    await expect(calling).rejects.toMatchObject({ status: 486 });
  });

  it("late offer: the phone's 200 brings the offer, the ACK the answer", async () => {
    await openPhone();
    const calling = app.srf.createUAC(phone.contactUri, { noAck: true });
    const invite = await phone.takeRequest("INVITE");
    expect(invite.body).toBe("");
    expect(header(invite, "content-type")).toBe("");
    const ok = phone.respond(invite, 200, "OK", { toTag: "late", body: offer });
    const late = await within("the 200 arrives", 4000, calling);
    expect(late.sdp).toBe(offer);
    const call = PeerDialog.ofCallee(phone, invite, ok);
    const dialog = await late.ack(answer);
    const ack = await call.take("ACK");
    expect(ack.body).toBe(answer);
    expect(header(ack, "content-type")).toBe("application/sdp");
    expect(cseqNumber(ack)).toBe(cseqNumber(invite));
    phone.respond(invite, 200, "OK", { toTag: "late", body: offer });
    expect((await call.take("ACK")).body).toBe(answer); // a repeated 200 gets the same ACK again
    const done = dialog.destroy();
    const bye = await call.awaitHangUp();
    expect(cseqNumber(bye)).toBeGreaterThan(cseqNumber(invite));
    await within("the hang-up is done", 4000, done);
  });

  it.each([404, 480, 486, 503, 603])(
    "reports a refusal with %i, and acknowledges it itself",
    async (status) => {
      await openPhone();
      const calling = app.srf.createUAC(phone.contactUri, { localSdp: offer });
      const refused = calling.catch((error: unknown) => error);
      const invite = await phone.takeRequest("INVITE");
      phone.respond(invite, status, "No", { toTag: "n" });
      await phone.takeRequest("ACK");
      expect(await within("the refusal", 4000, refused)).toMatchObject({ status });
    },
  );

  it("is cancelled while it rings: CANCEL, 487, and the call fails as cancelled", async () => {
    await openPhone();
    let sent: Request | undefined;
    const { ringing, cbProvisional } = firstRing();
    const calling = app.srf.createUAC(
      phone.contactUri,
      { noAck: true },
      { cbRequest: (_error, request) => (sent = request), cbProvisional },
    );
    const failed = calling.catch((error: unknown) => error);
    const invite = await phone.takeRequest("INVITE");
    phone.respond(invite, 180, "Ringing", { toTag: "r" });
    await within("the application hears it ring", 4000, ringing);
    sent?.cancel();
    const cancel = await phone.takeRequest("CANCEL");
    expect(cseqNumber(cancel)).toBe(cseqNumber(invite));
    phone.respond(cancel, 200, "OK", { toTag: "r" });
    phone.respond(invite, 487, "Request Terminated", { toTag: "r" });
    await phone.takeRequest("ACK");
    expect(await within("the call fails", 4000, failed)).toMatchObject({ status: 487 });
  });

  it.each([
    [401, "WWW-Authenticate", "authorization", ', qop="auth"'],
    [407, "Proxy-Authenticate", "proxy-authorization", ""],
  ])("answers a challenge with %i from the credentials given", async (status, challenge, reply, qop) => {
    await openPhone();
    const calling = app.srf.createUAC(phone.contactUri, {
      localSdp: offer,
      auth: { username: "trunk", password: "s3cret" },
    });
    const first = await phone.takeRequest("INVITE");
    phone.respond(first, status, "Who?", {
      toTag: "c",
      headers: { [challenge]: `Digest realm="carrier.test", nonce="abc", algorithm=MD5${qop}` },
    });
    await phone.takeRequest("ACK");
    const second = await phone.takeRequest("INVITE");
    expect(header(second, "call-id")).toBe(header(first, "call-id"));
    expect(tagOf(header(second, "from"))).toBe(tagOf(header(first, "from")));
    expect(cseqNumber(second)).toBeGreaterThan(cseqNumber(first));
    expect(digestIsRight(header(second, reply), "INVITE", "trunk", "s3cret")).toBe(true);
    expect(second.body).toBe(offer);
    const ok = phone.respond(second, 200, "OK", { toTag: "d", body: answer });
    const dialog = await within("the call is up", 4000, calling);
    const call = PeerDialog.ofCallee(phone, second, ok);
    await call.take("ACK");
    const done = dialog.destroy();
    await call.awaitHangUp();
    await within("the hang-up is done", 4000, done);
  });

  it("sends requests outside of calls, and brings the answer", async () => {
    await openPhone();
    const asked = app.ask(phone.contactUri, { method: "OPTIONS", headers: { "X-Ping": "1" } });
    const options = await phone.takeRequest("OPTIONS");
    expect(header(options, "x-ping")).toBe("1");
    phone.respond(options, 200, "OK", { toTag: "o" });
    expect(await within("the answer", 4000, asked)).toBe(200);
  });

  it("repeats an INVITE that nobody answers, over UDP", async () => {
    await openPhone();
    const calling = app.srf.createUAC(phone.contactUri, { localSdp: offer });
    const failed = calling.catch((error: unknown) => error);
    const first = await phone.takeRequest("INVITE");
    const again = await phone.takeRequest("INVITE");
    expect(header(again, "via")).toBe(header(first, "via"));
    phone.respond(again, 480, "Gone", { toTag: "g" });
    expect(await within("the refusal", 4000, failed)).toMatchObject({ status: 480 });
  });
});
