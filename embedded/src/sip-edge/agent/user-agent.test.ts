import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readControlRequest } from "../control/app-message.ts";
import type { ControlClient } from "../control/control-client.ts";
import { headerValue, type SipMessage, type SipRequest } from "../grammar/message.ts";
import { composeRequest, composeResponse, contactOf, sdp, tagFrom } from "../testing/compose.ts";
import { FakeClock } from "../testing/fake-clock.ts";
import { openUdpPeer, type SipPeer } from "../testing/sip-peer.ts";
import { waitFor } from "../testing/wait-for.ts";
import { defaultLimits } from "../sip-edge.ts";
import { UserAgent } from "./user-agent.ts";

/** An application at the far end of the control protocol, by hand: the tests need to be slow where srf is quick. */
class HandApp implements ControlClient {
  isOpen = true;
  readonly got: { readonly fields: readonly string[]; readonly message: SipMessage | undefined }[] = [];
  agent: UserAgent | undefined;
  #serial = 0;

  send(fields: readonly string[], message?: SipMessage): void {
    this.got.push({ fields, message });
  }

  /** Sends one payload and returns the fields of its reply, without type and id. */
  say(meta: string, message: readonly string[], body = ""): readonly string[] {
    const id = `m${String(this.#serial++)}`;
    const payload = `${id}|sip|${meta}\r\n${[...message, "", body].join("\r\n")}`;
    this.agent?.onSip(this, readControlRequest(Buffer.from(payload, "latin1")));
    const index = this.got.findIndex(({ fields }) => fields[0] === "response" && fields[1] === id);
    return this.got.splice(index, 1)[0]?.fields.slice(2) ?? [];
  }

  async take(
    what: string,
  ): Promise<{ fields: readonly string[]; message: SipMessage; transactionId: string }> {
    const fits = ({ message }: { message: SipMessage | undefined }): boolean =>
      message !== undefined &&
      (message.type === "request" ? message.method : String(message.status)) === what;
    await waitFor(`the application to get ${what}`, () => this.got.some(fits));
    const [found] = this.got.splice(this.got.findIndex(fits), 1);
    if (found?.message === undefined) throw new Error(`${what} vanished`);
    return { fields: found.fields, message: found.message, transactionId: found.fields[7] ?? "" };
  }
}

function fail(fields: Record<string, unknown>, message: string): never {
  throw new Error(message, { cause: fields["error"] });
}

describe("the user agent, with time in our hands", () => {
  let clock: FakeClock;
  let agent: UserAgent;
  let app: HandApp;
  let phone: SipPeer;

  beforeEach(async () => {
    clock = new FakeClock();
    agent = await UserAgent.open(
      { clock, limits: defaultLimits, log: { error: fail } },
      {
        listen: [{ protocol: "udp", host: "127.0.0.1", port: 0 }],
        tls: undefined,
        externalAddress: undefined,
        limits: defaultLimits,
      },
    );
    app = new HandApp();
    app.agent = agent;
    for (const verb of ["invite", "options", "message"]) agent.routes.add(app, verb);
    phone = await openUdpPeer(agent.transports.listening[0]?.port ?? 0);
  });
  afterEach(async () => {
    const closing = agent.close();
    const mover = setInterval(() => clock.advance(500), 1);
    await closing;
    clearInterval(mover);
    await phone.close();
    expect([agent.stats().transactions, agent.stats().dialogs, clock.pendingTimers]).toEqual([0, 0, 0]);
  });

  const invite = (options: object = {}): void => {
    phone.send(composeRequest({ port: phone.port, callId: "c1", body: sdp, ...options }));
  };
  const respond = (transactionId: string, status: number, headers: readonly string[] = [], body = "") =>
    app.say(
      `${transactionId}|`,
      [`SIP/2.0 ${String(status)} Fine`, "call-id: c1", "cseq: 1 INVITE", ...headers],
      body,
    );
  const call = (headers: readonly string[] = []): readonly string[] =>
    app.say("||", [`INVITE sip:bob@127.0.0.1:${String(phone.port)} SIP/2.0`, ...headers], sdp);
  const phoneContact = (): string => `<sip:bob@127.0.0.1:${String(phone.port)}>`;

  /** A call that the phone placed and the application answered. */
  async function answered(headers: readonly string[] = [], answerHeaders: readonly string[] = []) {
    invite({ headers });
    const { transactionId } = await app.take("INVITE");
    const reply = respond(transactionId, 200, answerHeaders, sdp);
    const ok = await phone.response(200);
    const again = { port: phone.port, callId: "c1", toTag: tagFrom(ok, "To"), uri: contactOf(ok) };
    phone.send(composeRequest({ ...again, method: "ACK" }));
    await app.take("ACK");
    return { again, dialogId: reply[8] ?? "", ok };
  }

  /** A call that the application placed and the phone answered. */
  async function connected(headers: readonly [string, string][] = []) {
    const reply = call();
    const request = await phone.request("INVITE");
    phone.send(composeResponse(request, 200, { contact: phoneContact(), body: sdp, headers }));
    const { fields } = await app.take("200");
    const dialogId = fields[8] ?? "";
    expect(app.say(`|${dialogId}`, ["ACK sip:placeholder SIP/2.0"])[0]).toBe("OK");
    await phone.request("ACK");
    return { request, dialogId, transactionId: reply[7] ?? "" };
  }

  it("repeats its 200 over UDP and hangs up at 64*T1 when no ACK comes, telling the application", async () => {
    invite();
    const { transactionId } = await app.take("INVITE");
    respond(transactionId, 200, [], sdp);
    await phone.response(200);
    clock.advance(500);
    await phone.response(200);
    clock.advance(31_500);
    const bye = await phone.request("BYE");
    expect(headerValue(bye, "Reason")).toBe('SIP ;cause=200 ;text="ACK timeout"');
    const told = await app.take("BYE");
    expect([told.fields[1], told.transactionId]).toEqual(["application", "unsolicited"]);
    expect(agent.stats().dialogs).toBe(0);
  });

  it("refuses a call with 480 when its application says nothing for 64 s", async () => {
    invite();
    const { transactionId } = await app.take("INVITE");
    clock.advance(64_000);
    await phone.response(480);
    expect(respond(transactionId, 200, [], sdp)).toEqual([
      "NOK",
      "Response not sent due to unknown transaction",
    ]);
  });

  it("lets a call ring for longer once the application said so", async () => {
    invite();
    const { transactionId } = await app.take("INVITE");
    respond(transactionId, 180);
    await phone.response(180);
    clock.advance(180_000);
    expect(respond(transactionId, 486)[0]).toBe("OK");
    await phone.response(486);
  });

  it("tells 408 when nobody answers its INVITE", async () => {
    call();
    await phone.request("INVITE");
    clock.advance(32_000);
    await app.take("408");
    expect(agent.stats().dialogs).toBe(0);
  });

  it("keeps a CANCEL back until the first provisional response, then tells 487 if no final one follows", async () => {
    const transactionId = call()[7] ?? "";
    const request = await phone.request("INVITE");
    expect(app.say(`${transactionId}|`, ["CANCEL sip:x SIP/2.0"])[0]).toBe("OK");
    expect(
      phone.received.filter((message) => message.type === "request" && message.method === "CANCEL"),
    ).toEqual([]);
    phone.send(composeResponse(request, 180));
    const cancel = await phone.request("CANCEL");
    expect(headerValue(cancel, "Via")).toBe(headerValue(request, "Via"));
    phone.send(composeResponse(cancel, 200));
    await app.take("180");
    clock.advance(32_000);
    await app.take("487");
    expect(agent.stats().dialogs).toBe(0);
  });

  it("hangs up by itself after the ACK when a cancelled call was answered", async () => {
    const transactionId = call()[7] ?? "";
    const request = await phone.request("INVITE");
    app.say(`${transactionId}|`, ["CANCEL sip:x SIP/2.0"]);
    phone.send(composeResponse(request, 200, { contact: phoneContact(), body: sdp }));
    const { fields } = await app.take("200");
    app.say(`|${fields[8] ?? ""}`, ["ACK sip:placeholder SIP/2.0"]);
    await phone.request("ACK");
    const bye = await phone.request("BYE");
    expect(headerValue(bye, "Reason")).toContain("ACK-BYE due to cancel race condition");
    await app.take("BYE");
  });

  it("repeats the ACK for a repeated 200, and swallows one that comes before the application's ACK", async () => {
    call();
    const request = await phone.request("INVITE");
    const ok = composeResponse(request, 200, { contact: phoneContact(), body: sdp });
    phone.send(ok);
    const { fields } = await app.take("200");
    phone.send(ok);
    app.say(`|${fields[8] ?? ""}`, ["ACK sip:placeholder SIP/2.0"]);
    const ack = await phone.request("ACK");
    phone.send(ok);
    const again = await phone.request("ACK");
    expect(headerValue(again, "Via")).toBe(headerValue(ack, "Via"));
    expect(app.got).toEqual([]);
    expect(app.say(`|${fields[8] ?? ""}`, ["ACK sip:placeholder SIP/2.0"])).toEqual([
      "NOK",
      "ACK for non-success responses is automatically generated by the stack",
    ]);
  });

  it("acknowledges and ends what a second fork answered", async () => {
    const { request } = await connected();
    const second = composeResponse(request, 200, { contact: phoneContact(), body: sdp });
    phone.send(second.toString("latin1").replace("tag=phone-tag", "tag=other-phone"));
    expect(tagFrom(await phone.request("ACK"), "To")).toBe("other-phone");
    const bye = await phone.request("BYE");
    expect(tagFrom(bye, "To")).toBe("other-phone");
    phone.send(composeResponse(bye, 200));
    expect(agent.stats().dialogs).toBe(1);
  });

  it("goes through the route set, in the callee's order, loose routers first", async () => {
    const route = (name: string): string => `<sip:127.0.0.1:${String(phone.port)};lr;n=${name}>`;
    const { dialogId } = await connected([["Record-Route", `${route("near")}, ${route("far")}`]]);
    app.say(`|${dialogId}`, ["INFO sip:placeholder SIP/2.0"]);
    const info = await phone.request("INFO");
    expect(info.uri).toBe(`sip:bob@127.0.0.1:${String(phone.port)}`);
    const routes = info.headers.filter(({ name }) => name === "Route").map(({ value }) => value);
    expect(routes).toEqual([route("far"), route("near")]);
    phone.send(composeResponse(info, 200));
    await app.take("200");
  });

  it("gives the Request-URI to a strict router (RFC 3261 section 12.2.1.1)", async () => {
    const strict = `sip:127.0.0.1:${String(phone.port)}`;
    const { dialogId } = await connected([["Record-Route", `<${strict}>`]]);
    app.say(`|${dialogId}`, ["INFO sip:placeholder SIP/2.0"]);
    const info = await phone.request("INFO");
    expect(info.uri).toBe(strict);
    expect(headerValue(info, "Route")).toBe(`<sip:bob@127.0.0.1:${String(phone.port)}>`);
    phone.send(composeResponse(info, 200));
    await app.take("200");
  });

  it("sends to where the caller's packets come from when its Contact is elsewhere", async () => {
    invite({ contact: "<sip:alice@192.0.2.77:5060>" });
    const { transactionId } = await app.take("INVITE");
    const reply = respond(transactionId, 200, [], sdp);
    const ok = await phone.response(200);
    const again = { port: phone.port, callId: "c1", toTag: tagFrom(ok, "To"), uri: contactOf(ok) };
    phone.send(composeRequest({ ...again, method: "ACK" }));
    await app.take("ACK");
    app.say(`|${reply[8] ?? ""}`, ["BYE sip:placeholder SIP/2.0"]);
    const bye = await phone.request("BYE");
    expect(bye.uri).toBe("sip:alice@192.0.2.77:5060");
    phone.send(composeResponse(bye, 200));
    await app.take("200");
  });

  it("knows an old CSeq from a new one, and one re-INVITE at a time", async () => {
    const { again, dialogId } = await answered();
    phone.send(composeRequest({ ...again, method: "INFO", cseq: 5 }));
    respond((await app.take("INFO")).transactionId, 200);
    await phone.response(200, "INFO");
    phone.send(composeRequest({ ...again, method: "INFO", cseq: 4 }));
    await phone.response(500, "INFO");
    phone.send(composeRequest({ ...again, method: "INVITE", cseq: 6, body: sdp }));
    const { transactionId } = await app.take("INVITE");
    phone.send(composeRequest({ ...again, method: "INVITE", cseq: 7, body: sdp }));
    expect(headerValue(await phone.response(500, "INVITE"), "Retry-After")).toMatch(/^\d+$/);
    respond(transactionId, 488);
    await phone.response(488);
    app.say(`|${dialogId}`, ["INVITE sip:placeholder SIP/2.0"], sdp);
    const ours = await phone.request("INVITE");
    phone.send(composeRequest({ ...again, method: "INVITE", cseq: 8, body: sdp }));
    await phone.response(491);
    phone.send(composeResponse(ours, 488));
    await app.take("488");
    await phone.request("ACK");
  });

  it("keeps the dialog when a BYE is challenged, and drops it with the final answer", async () => {
    const { dialogId } = await connected();
    app.say(`|${dialogId}`, ["BYE sip:placeholder SIP/2.0"]);
    phone.send(
      composeResponse(await phone.request("BYE"), 401, { headers: [["WWW-Authenticate", "Digest x"]] }),
    );
    await app.take("401");
    expect(agent.stats().dialogs).toBe(1);
    app.say(`|${dialogId}`, ["BYE sip:placeholder SIP/2.0"]);
    phone.send(composeResponse(await phone.request("BYE"), 200));
    await app.take("200");
    expect(agent.stats().dialogs).toBe(0);
  });

  it("refuses what can't be sent in drachtio's words", () => {
    const own = `sip:x@127.0.0.1:${String(agent.transports.listening[0]?.port)}`;
    expect(app.say("|nowhere", ["INFO sip:placeholder SIP/2.0"])).toEqual([
      "NOK",
      "Server error: unable to find dialog for dialog id provided",
    ]);
    expect(app.say("||", [`OPTIONS ${own} SIP/2.0`])).toEqual(["NOK", "can not send request to myself"]);
    expect(app.say("||", ["OPTIONS nonsense SIP/2.0"])[0]).toBe("NOK");
    expect(app.say("||", ["OPTIONS sip:a@127.0.0.1;transport=tcp SIP/2.0"])).toEqual([
      "NOK",
      "requested protocol/transport not available",
    ]);
    expect(app.say("||", ["MESSAGE sip:a@127.0.0.1 SIP/2.0"], "hello")).toEqual([
      "NOK",
      "missing content-type",
    ]);
    expect(app.say("gone|", ["CANCEL sip:a SIP/2.0"])).toEqual([
      "NOK",
      "unable to cancel unknown transaction id: gone",
    ]);
    expect(app.say("|", ["SIP/2.0 200 OK"])).toEqual(["NOK", "transaction id missing"]);
  });

  it("cancels what rings and refuses what waits when the application is gone", async () => {
    call();
    const request = await phone.request("INVITE");
    phone.send(composeResponse(request, 180));
    await app.take("180");
    invite();
    await app.take("INVITE");
    app.isOpen = false;
    agent.onClientClosed(app);
    await phone.response(480);
    const cancel = await phone.request("CANCEL");
    phone.send(composeResponse(cancel, 200));
    phone.send(composeResponse(request, 200, { contact: phoneContact(), body: sdp }));
    await phone.request("ACK");
    phone.send(composeResponse(await phone.request("BYE"), 200));
    await waitFor("no dialog to be left", () => agent.stats().dialogs === 0);
  });

  it("answers 481 within the calls of an application that is gone, and drops them with their BYE", async () => {
    const { again } = await answered();
    app.isOpen = false;
    agent.onClientClosed(app);
    phone.send(composeRequest({ ...again, method: "INFO", cseq: 2 }));
    await phone.response(481, "INFO");
    expect(agent.stats().dialogs).toBe(1);
    phone.send(composeRequest({ ...again, method: "BYE", cseq: 3 }));
    await phone.response(481, "BYE");
    expect(agent.stats().dialogs).toBe(0);
  });

  it("lets another application use the dialog of one that is gone, by its id", async () => {
    const { dialogId } = await answered();
    app.isOpen = false;
    agent.onClientClosed(app);
    const heir = new HandApp();
    heir.agent = agent;
    expect(heir.say(`|${dialogId}`, ["INFO sip:placeholder SIP/2.0"])[0]).toBe("OK");
    phone.send(composeResponse(await phone.request("INFO"), 200));
    await heir.take("200");
    expect(heir.say(`|${dialogId}`, ["BYE sip:placeholder SIP/2.0"])[0]).toBe("OK");
    phone.send(composeResponse(await phone.request("BYE"), 200));
    await heir.take("200");
    expect(agent.stats().dialogs).toBe(0);
  });

  it("says that an answer to a request which its sender gave up on isn't sent", async () => {
    phone.send(composeRequest({ port: phone.port, method: "OPTIONS" }));
    const { transactionId } = await app.take("OPTIONS");
    clock.advance(32_000);
    expect(respond(transactionId, 200)).toEqual(["NOK", "Response not sent due to unknown transaction"]);
  });

  it("ends a call whose session timer the caller lets run out (RFC 4028)", async () => {
    const { ok } = await answered(["Session-Expires: 120;refresher=uac", "Supported: timer"]);
    expect(headerValue(ok, "Session-Expires")).toBe("120;refresher=uac");
    expect(headerValue(ok, "Require")).toBe("timer");
    clock.advance(120_000);
    const bye = await phone.request("BYE");
    expect(headerValue(bye, "Reason")).toContain("Session timer expired");
    await app.take("BYE");
  });

  it("restarts the caller's session timer with its refresh, and says so", async () => {
    const { again } = await answered(["Session-Expires: 120;refresher=uac"]);
    clock.advance(100_000);
    phone.send(
      composeRequest({ ...again, cseq: 2, body: sdp, headers: ["Session-Expires: 90;refresher=uac"] }),
    );
    respond((await app.take("INVITE")).transactionId, 200, [], sdp);
    expect(headerValue(await phone.response(200, "INVITE"), "Session-Expires")).toBe("90;refresher=uac");
    phone.send(composeRequest({ ...again, cseq: 2, method: "ACK" }));
    await app.take("ACK");
    clock.advance(89_000);
    expect(agent.stats().dialogs).toBe(1);
    clock.advance(1000);
    await app.take("BYE");
  });

  it("forgets a subscription that nobody renews", async () => {
    agent.routes.add(app, "subscribe");
    phone.send(composeRequest({ port: phone.port, method: "SUBSCRIBE", headers: ["Event: presence"] }));
    respond((await app.take("SUBSCRIBE")).transactionId, 202, ["Expires: 60"]);
    await phone.response(202);
    expect(agent.stats().dialogs).toBe(1);
    clock.advance(92_000);
    expect(agent.stats().dialogs).toBe(0);
  });

  it("refreshes the session itself when it is the refresher", async () => {
    await answered(["Session-Expires: 120;refresher=uas"]);
    for (let round = 0; round < 3; round++) {
      clock.advance(60_000);
      const refresh = await phone.request("INVITE");
      expect([headerValue(refresh, "Session-Expires"), refresh.body.toString()]).toEqual([
        "120;refresher=uac",
        sdp,
      ]);
      phone.send(
        composeResponse(refresh, 200, {
          contact: phoneContact(),
          body: sdp,
          headers: [["Session-Expires", "120;refresher=uac"]],
        }),
      );
      await phone.request("ACK");
    }
    expect(agent.stats().dialogs).toBe(1);
  });

  it("refuses too short a session interval with 422", async () => {
    const { again } = await answered();
    phone.send(composeRequest({ ...again, cseq: 2, body: sdp, headers: ["Session-Expires: 30"] }));
    expect(headerValue(await phone.response(422), "Min-SE")).toBe("90");
  });

  it("repeats a reliable provisional response until its PRACK (RFC 3262)", async () => {
    invite({ headers: ["Supported: 100rel"] });
    const { transactionId } = await app.take("INVITE");
    respond(transactionId, 183, ["Require: 100rel"], sdp);
    const ringing = await phone.response(183);
    clock.advance(500);
    const rseq = headerValue(await phone.response(183), "RSeq") ?? "";
    const again = { port: phone.port, callId: "c1", toTag: tagFrom(ringing, "To"), uri: contactOf(ringing) };
    phone.send(composeRequest({ ...again, method: "PRACK", cseq: 2, headers: [`RAck: ${rseq} 1 INVITE`] }));
    respond((await app.take("PRACK")).transactionId, 200);
    await phone.response(200, "PRACK");
    clock.advance(20_000);
    expect(phone.received.filter((message) => message.type === "response" && message.status === 183)).toEqual(
      [],
    );
    phone.send(composeRequest({ ...again, method: "PRACK", cseq: 3, headers: [`RAck: ${rseq} 1 INVITE`] }));
    await phone.response(481, "PRACK");
    respond(transactionId, 486);
    await phone.response(486);
  });

  it("doesn't send reliably to a caller that can't", async () => {
    invite();
    const { transactionId } = await app.take("INVITE");
    expect(respond(transactionId, 183, ["Require: 100rel"])).toEqual([
      "NOK",
      "Remote endpoint does not support 100rel",
    ]);
  });

  it("carries the application's PRACK for a callee's reliable response", async () => {
    call();
    const request = await phone.request("INVITE");
    const reliable: [string, string][] = [
      ["Require", "100rel"],
      ["RSeq", "7"],
    ];
    phone.send(composeResponse(request, 183, { contact: phoneContact(), body: sdp, headers: reliable }));
    const { fields } = await app.take("183");
    const rack = `RAck: 7 ${headerValue(request, "CSeq") ?? ""}`;
    expect(app.say(`|${fields[8] ?? ""}`, ["PRACK sip:placeholder SIP/2.0", rack])[0]).toBe("OK");
    const prack = await phone.request("PRACK");
    expect(headerValue(prack, "RAck")).toBe(rack.slice(6));
    phone.send(composeResponse(prack, 200));
    await app.take("200");
    phone.send(composeResponse(request, 486));
    await app.take("486");
    await phone.request("ACK");
    expect(agent.stats().dialogs).toBe(0);
  });

  it("gives 482 to the same call that came by another way, and 501 to what it never heard of", async () => {
    invite();
    const { transactionId } = await app.take("INVITE");
    invite();
    await phone.response(482);
    phone.send(composeRequest({ port: phone.port, method: "FROBNICATE" }));
    await phone.response(501);
    phone.send(composeRequest({ port: phone.port, method: "REFER" }));
    await phone.response(405);
    respond(transactionId, 486);
    await phone.response(486);
  });

  it.each([
    ["Call-ID: c|1|2", "Bad Call-ID Header", "Call-ID: c9"],
    ["From: <sip:a@b>;tag=x|y", "Bad From Header", 'From: "Alice" <sip:alice@127.0.0.1>;tag=alice-tag'],
  ])("keeps what would forge control messages out: %s", async (line, reason, original) => {
    const text = composeRequest({ port: phone.port, method: "OPTIONS", callId: "c9" });
    expect(text).toContain(original);
    phone.send(text.replace(original, line));
    expect((await phone.response(400)).reason).toBe(reason);
    expect(app.got).toEqual([]);
  });

  it("leaves nothing behind after calls of every kind: no dialog, transaction or timer", async () => {
    for (let round = 0; round < 20; round++) {
      const { again, dialogId } = await answered();
      phone.send(composeRequest({ ...again, method: "BYE", cseq: 2 }));
      respond((await app.take("BYE")).transactionId, 200);
      await phone.response(200, "BYE");
      expect(app.say(`|${dialogId}`, ["INFO sip:placeholder SIP/2.0"])[0]).toBe("NOK");

      invite();
      respond((await app.take("INVITE")).transactionId, 486);
      await phone.response(486);

      invite({ branch: `z9hG4bK-cancelled-${String(round)}` });
      await app.take("INVITE");
      const cancel = { port: phone.port, method: "CANCEL", callId: "c1" };
      phone.send(composeRequest({ ...cancel, branch: `z9hG4bK-cancelled-${String(round)}` }));
      await phone.response(487);
      await app.take("CANCEL");

      const outgoing = await connected();
      app.say(`|${outgoing.dialogId}`, ["BYE sip:placeholder SIP/2.0"]);
      phone.send(composeResponse(await phone.request("BYE"), 200));
      await app.take("200");

      call();
      phone.send(composeResponse(await phone.request("INVITE"), 404));
      await app.take("404");
      await phone.request("ACK");
      phone.received.splice(0);
    }
    expect(agent.stats().dialogs).toBe(0);
    clock.advance(64_000);
    expect([agent.stats(), clock.pendingTimers]).toEqual([
      { transactions: 0, dialogs: 0, connections: 0 },
      0,
    ]);
  });

  it("says goodbye to everybody when it closes", async () => {
    await answered();
    phone.send(composeRequest({ port: phone.port, callId: "c2" }));
    await app.take("INVITE");
    const closing = agent.close();
    await phone.response(480);
    const bye: SipRequest = await phone.request("BYE");
    expect(headerValue(bye, "Reason")).toContain("server shutting down");
    phone.send(composeResponse(bye, 200));
    const mover = setInterval(() => clock.advance(20), 1);
    await closing;
    clearInterval(mover);
  });
});
