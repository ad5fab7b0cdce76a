import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { SrfClient } from "./clients.ts";
import { Controller } from "./controller.ts";
import { openPair } from "./pair.ts";
import type { Pair } from "./pair.ts";
import { PeerDialog } from "./peer/peer-dialog.ts";
import { Phone } from "./peer/phone.ts";
import { audioSdp } from "./peer/sdp.ts";
import { header, requestUri } from "./peer/sip-message.ts";
import { within } from "./peer/wait-until.ts";

const callerSdp = audioSdp({ port: 40_000 });
const answerSdp = audioSdp({ port: 42_000 });

describe("phones of other kinds, and applications that come and go", () => {
  let pair: Pair;
  let app: Controller;
  const phones: Phone[] = [];

  beforeAll(async () => {
    pair = await openPair();
    app = await Controller.connect(pair);
  });
  afterAll(async () => {
    await app.close();
    await pair.close();
  });
  afterEach(async () => {
    for (const phone of phones.splice(0)) await phone.close();
  });

  async function answered(phone: Phone, controller: Controller = app) {
    phones.push(phone);
    const sent = phone.request("INVITE", app.edge.uri("1000"), { body: callerSdp });
    const { request, response } = await controller.take("INVITE", header(sent, "call-id"));
    const dialog = await controller.srf.createUAS(request, response, { localSdp: answerSdp });
    const call = PeerDialog.ofCaller(phone, sent, await phone.takeResponse(sent, 200));
    call.ack();
    return { call, dialog };
  }

  it("a phone on TCP: the call and everything in it use its connection", async () => {
    const phone = await Phone.onTcp(app.edge.tcp);
    const { call, dialog } = await answered(phone);
    const info = dialog.request({ method: "INFO" });
    const received = await call.take("INFO");
    expect(header(received, "via")).toMatch(/^SIP\/2\.0\/TCP /);
    phone.respond(received, 200, "OK");
    await within("INFO is answered", 4000, info);
    const modified = dialog.modify(answerSdp.replace("42000", "42002"));
    phone.respond(await call.take("INVITE"), 200, "OK", { body: callerSdp });
    await call.take("ACK");
    await within("modify resolves", 4000, modified);
    const done = dialog.destroy();
    await call.awaitHangUp();
    await within("the hang-up is done", 4000, done);
  });

  it("a phone behind NAT on UDP: requests in the call go where it sends from, not where it says it is", async () => {
    const phone = await Phone.onUdp(app.edge.udp);
    phone.claimedHost = "10.99.99.99:5060";
    const { call, dialog } = await answered(phone);
    const info = dialog.request({ method: "INFO" });
    const received = await call.take("INFO");
    expect(requestUri(received)).toContain("10.99.99.99");
    phone.respond(received, 200, "OK");
    await within("INFO is answered", 4000, info);
    const done = dialog.destroy();
    await call.awaitHangUp();
    await within("the hang-up is done", 4000, done);
  });

  it("a desk phone on UDP registers and is called at its Contact", async () => {
    const phone = await Phone.onUdp(app.edge.udp);
    phones.push(phone);
    const sent = phone.request("REGISTER", app.edge.uri("registrar"), { headers: { Expires: "60" } });
    const { request, response } = await app.take("REGISTER");
    expect(request.protocol).toBe("udp");
    response.send(200, { headers: { Contact: `${request.get("Contact")};expires=60` } });
    await phone.takeResponse(sent, 200);
    const calling = app.srf.createUAC(phone.contactUri, { noAck: true });
    const invite = await phone.takeRequest("INVITE");
    const ok = phone.respond(invite, 200, "OK", { toTag: "d", body: callerSdp });
    const dialog = await (await within("the 200 arrives", 4000, calling)).ack(answerSdp);
    const call = PeerDialog.ofCallee(phone, invite, ok);
    await call.take("ACK");
    const done = dialog.destroy();
    await call.awaitHangUp();
    await within("the hang-up is done", 4000, done);
  });

  it("another application may go on with a call whose own died, by the dialog's id", async () => {
    const doomed = await Controller.connect(pair, []);
    const phone = await Phone.onUdp(app.edge.udp);
    phones.push(phone);
    const calling = doomed.srf.createUAC(phone.contactUri, { localSdp: answerSdp });
    const invite = await phone.takeRequest("INVITE");
    const ok = phone.respond(invite, 200, "OK", { toTag: "c", body: callerSdp });
    const { id } = await within("the call is up", 4000, calling);
    const call = PeerDialog.ofCallee(phone, invite, ok);
    await call.take("ACK");
    await doomed.die();

    const info = app.ask("sip:placeholder", { method: "INFO", stackDialogId: id });
    phone.respond(await call.take("INFO"), 200, "OK");
    expect(await within("INFO is answered", 4000, info)).toBe(200);
    const bye = app.ask("sip:placeholder", {
      method: "BYE",
      stackDialogId: id,
      headers: { Reason: "SIP;cause=503" },
    });
    expect(header(await call.awaitHangUp(), "reason")).toBe("SIP;cause=503");
    expect(await within("BYE is answered", 4000, bye)).toBe(200);
    const late = app.ask("sip:placeholder", { method: "INFO", stackDialogId: id });
    await expect(late).rejects.toThrow(/unable to find dialog/i);
  });

  it("a request of the other side in a call whose application died gets 481", async () => {
    const doomed = await Controller.connect(pair, []);
    const phone = await Phone.onUdp(app.edge.udp);
    phones.push(phone);
    const calling = doomed.srf.createUAC(phone.contactUri, { localSdp: answerSdp });
    const invite = await phone.takeRequest("INVITE");
    const ok = phone.respond(invite, 200, "OK", { toTag: "c", body: callerSdp });
    const { id } = await within("the call is up", 4000, calling);
    const call = PeerDialog.ofCallee(phone, invite, ok);
    await call.take("ACK");
    await doomed.die();
    // A round trip of somebody else's: by then the edge has seen the connection end.
    const info = app.ask("sip:placeholder", { method: "INFO", stackDialogId: id });
    phone.respond(await call.take("INFO"), 200, "OK");
    await within("INFO is answered", 4000, info);
    await phone.takeResponse(call.request("BYE"), 481);
  });

  it("refuses an application with the wrong secret", async () => {
    const srf = new SrfClient();
    const refused = new Promise<unknown>((resolve) => {
      srf.on("error", resolve);
      srf.on("connect", (error) => resolve(error));
    });
    srf.connect({ ...pair.drachtio, secret: `${pair.drachtio.secret}-not` });
    expect(await within("the refusal", 4000, refused)).toBeInstanceOf(Error);
    srf.disconnect();
  });

  it("the media server refuses a wrong password, and closes", async () => {
    const { host, port, secret } = pair.freeswitch;
    const socket = connect(port, host);
    let text = "";
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("data", (bytes) => {
      const isFirst = text === "";
      text += bytes.toString();
      if (isFirst) socket.write(`auth ${secret}-not\n\n`);
    });
    await within("the close", 4000, closed);
    expect(text).toMatch(/^Content-Type: auth\/request\n\n/);
    expect(text).toMatch(/Reply-Text: -ERR invalid/);
    expect(text).not.toMatch(/\+OK accepted/);
  });
});
