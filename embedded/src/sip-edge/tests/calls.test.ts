import { beforeAll, describe, expect, it } from "vitest";
import { headerValue } from "../grammar/message.ts";
import { makeCertificate } from "../testing/certificate.ts";
import { composeRequest, composeResponse, contactOf, sdp, tagFrom } from "../testing/compose.ts";
import type { Srf, SrfDialog, SrfRequest } from "../testing/drachtio-app.ts";
import { cleanUpAfterEach, runEdge } from "../testing/running-edge.ts";
import type { SipPeer } from "../testing/sip-peer.ts";
import { waitFor } from "../testing/wait-for.ts";
import type { Protocol } from "../transport/flow.ts";
import type { TlsIdentity } from "../transport/stream-listener.ts";

cleanUpAfterEach();

let tls: TlsIdentity;
beforeAll(() => {
  tls = makeCertificate();
});

const protocols: readonly Protocol[] = ["udp", "tcp", "tls", "ws", "wss"];
/** What the Via of a peer says, and what the application is told: drachtio calls websockets tcp. */
const names: Readonly<Record<Protocol, { via: string; told: string }>> = {
  udp: { via: "UDP", told: "udp" },
  tcp: { via: "TCP", told: "tcp" },
  tls: { via: "TLS", told: "tls" },
  ws: { via: "WS", told: "tcp" },
  wss: { via: "WSS", told: "tcp" },
};

/** The application answers every call; gives the dialogs and requests that came. */
function answerAll(srf: Srf): { dialogs: SrfDialog[]; requests: SrfRequest[]; ends: string[] } {
  const seen = { dialogs: [] as SrfDialog[], requests: [] as SrfRequest[], ends: [] as string[] };
  srf.invite((request, response) => {
    seen.requests.push(request);
    void srf.createUAS(request, response, { localSdp: sdp }).then((dialog) => {
      dialog.on("destroy", (_, reason) => seen.ends.push(reason));
      seen.dialogs.push(dialog);
    });
  });
  return seen;
}

describe.each(protocols)("over %s, an unmodified drachtio-srf application", (protocol) => {
  const { via, told } = names[protocol];
  const contactFor = (phone: SipPeer): string =>
    protocol === "ws" || protocol === "wss"
      ? "<sip:alice@x7k2.invalid;transport=ws>"
      : `<sip:alice@127.0.0.1:${String(phone.port)};transport=${protocol}>`;

  it("answers a call, changes it both ways, and hears the caller hang up", async () => {
    const run = await runEdge([protocol], { tls });
    const srf = await run.app();
    const seen = answerAll(srf);
    const phone = await run.peer(protocol);
    const options = { port: phone.port, transport: via, callId: "in", contact: contactFor(phone) };
    phone.send(composeRequest({ ...options, body: sdp }));
    await phone.response(100);
    const ok = await phone.response(200);
    expect([headerValue(ok, "Via"), ok.body.toString()]).toEqual([
      expect.stringContaining(`rport=${String(phone.port)}`),
      sdp,
    ]);
    const again = { ...options, toTag: tagFrom(ok, "To"), uri: contactOf(ok) };
    phone.send(composeRequest({ ...again, method: "ACK" }));
    await waitFor("the dialog", () => seen.dialogs.length === 1);
    const [request] = seen.requests;
    expect([request?.protocol, request?.source_address, request?.source_port]).toEqual([
      told,
      "127.0.0.1",
      phone.port,
    ]);
    expect(request?.receivedOn).toBe(`127.0.0.1:${String(run.portOf(protocol))}`);

    phone.send(composeRequest({ ...again, cseq: 2, body: sdp.replace("sendrecv", "sendonly") }));
    await phone.response(200, "INVITE");
    phone.send(composeRequest({ ...again, cseq: 2, method: "ACK" }));
    const modified = seen.dialogs[0]?.modify(sdp.replace("4000", "4002"));
    const reinvite = await phone.request("INVITE");
    phone.send(composeResponse(reinvite, 200, { contact: contactFor(phone), body: sdp }));
    expect(await modified).toBe(sdp);
    expect(headerValue(await phone.request("ACK"), "CSeq")?.split(" ")[0]).toBe(
      headerValue(reinvite, "CSeq")?.split(" ")[0],
    );

    phone.send(composeRequest({ ...again, cseq: 3, method: "BYE" }));
    await phone.response(200, "BYE");
    await waitFor("the end", () => seen.ends.length === 1);
    expect(seen.ends).toEqual(["normal release"]);
    expect(run.edge.stats().dialogs).toBe(0);
  });

  it("registers a phone, calls it over that connection, and hangs up", async () => {
    const run = await runEdge([protocol], { tls });
    const srf = await run.app();
    let registration: SrfRequest | undefined;
    srf.register((request, response) => {
      registration = request;
      response.send(200, { headers: { Contact: `${request.get("Contact")};expires=60` } });
    });
    const phone = await run.peer(protocol);
    const contact = contactFor(phone);
    phone.send(composeRequest({ port: phone.port, transport: via, method: "REGISTER", contact }));
    await phone.response(200, "REGISTER");
    const hop = `sip:${String(registration?.source_address)}:${String(registration?.source_port)};transport=${protocol}`;
    const calling = srf.createUAC(contact.slice(1, -1), { localSdp: sdp, proxy: hop });
    const invite = await phone.request("INVITE");
    expect(invite.uri).toBe(contact.slice(1, -1));
    expect(headerValue(invite, "Via")).toMatch(new RegExp(`^SIP/2.0/${via} 127.0.0.1:`));
    phone.send(composeResponse(invite, 180));
    phone.send(composeResponse(invite, 200, { contact, body: sdp }));
    await phone.request("ACK");
    const dialog = await calling;
    expect(run.edge.stats()).toMatchObject({ dialogs: 1, connections: protocol === "udp" ? 0 : 1 });
    const ended = dialog.destroy();
    phone.send(composeResponse(await phone.request("BYE"), 200));
    await ended;
    expect(run.edge.stats().dialogs).toBe(0);
  });
});

describe.each(protocols)("over %s, a call to a registered phone", (protocol) => {
  const { via } = names[protocol];

  async function ring() {
    const run = await runEdge([protocol], { tls });
    const srf = await run.app();
    srf.register((request, response) => {
      response.send(200, { headers: { Contact: `${request.get("Contact")};expires=60` } });
    });
    const phone = await run.peer(protocol);
    const contact = `<sip:alice@127.0.0.1:${String(phone.port)};transport=${protocol}>`;
    phone.send(composeRequest({ port: phone.port, transport: via, method: "REGISTER", contact }));
    await phone.response(200, "REGISTER");
    let request: SrfRequest | undefined;
    let isRinging = false;
    const callbacks = {
      cbRequest: (_: unknown, sent: SrfRequest) => (request = sent),
      cbProvisional: () => (isRinging = true),
    };
    const calling = srf.createUAC(contact.slice(1, -1), { localSdp: sdp }, callbacks);
    const outcome = calling.catch((error: unknown) => error);
    const invite = await phone.request("INVITE");
    phone.send(composeResponse(invite, 180));
    await waitFor("the application to hear it ring", () => isRinging);
    return { run, phone, invite, outcome, cancel: () => request?.cancel() };
  }

  it("is refused as the phone says", async () => {
    const { run, phone, invite, outcome } = await ring();
    phone.send(composeResponse(invite, 486));
    await phone.request("ACK");
    expect(await outcome).toMatchObject({ status: 486 });
    expect(run.edge.stats().dialogs).toBe(0);
  });

  it("is withdrawn by the application", async () => {
    const { run, phone, invite, outcome, cancel } = await ring();
    cancel();
    phone.send(composeResponse(await phone.request("CANCEL"), 200));
    phone.send(composeResponse(invite, 487));
    await phone.request("ACK");
    expect(await outcome).toMatchObject({ status: 487 });
    expect(run.edge.stats().dialogs).toBe(0);
  });
});

describe.each(["tcp", "tls", "ws", "wss"] as const)("a %s connection that drops", (protocol) => {
  const { via } = names[protocol];
  const contact = `<sip:alice@x7k2.invalid;transport=${protocol.startsWith("ws") ? "ws" : protocol}>`;

  it("makes what rings on it fail at once, and everything after that too", async () => {
    const run = await runEdge([protocol], { tls });
    const srf = await run.app();
    srf.register((request, response) => {
      response.send(200, { headers: { Contact: `${request.get("Contact")};expires=60` } });
    });
    const phone = await run.peer(protocol);
    phone.send(composeRequest({ port: phone.port, transport: via, method: "REGISTER", contact }));
    await phone.response(200, "REGISTER");
    const ringing = srf.createUAC(contact.slice(1, -1), { localSdp: sdp }).catch((error: unknown) => error);
    phone.send(composeResponse(await phone.request("INVITE"), 180));
    await waitFor("the call to ring", () => run.edge.stats().dialogs === 1);
    await phone.close();
    expect(await ringing).toMatchObject({ status: 410 });
    const next = await srf
      .createUAC(contact.slice(1, -1), { localSdp: sdp })
      .catch((error: unknown) => error);
    expect(next).toMatchObject({ status: 410 });
    await waitFor("all to be gone", () => Object.values(run.edge.stats()).every((count) => count === 0));
  });

  it("leaves the application's late answer unsent, and says so", async () => {
    const run = await runEdge([protocol], { tls });
    const srf = await run.app();
    let failure: unknown;
    let phone: SipPeer | undefined;
    srf.invite((_, response) => {
      void phone?.close().then(async () => {
        await waitFor("the edge to notice", () => run.edge.stats().connections === 0);
        response.send(486, {}, (error) => (failure = error));
      });
    });
    phone = await run.peer(protocol);
    phone.send(composeRequest({ port: phone.port, transport: via, contact, body: sdp }));
    await waitFor("the refusal", () => failure !== undefined);
    expect(failure).toBe("transport for response has been shutdown or closed");
    await waitFor("all to be gone", () => Object.values(run.edge.stats()).every((count) => count === 0));
  });

  it("is replaced by the one that the phone registers on next, also for its calls", async () => {
    const run = await runEdge([protocol], { tls });
    const srf = await run.app();
    srf.register((request, response) => {
      response.send(200, { headers: { Contact: `${request.get("Contact")};expires=60` } });
    });
    const before = await run.peer(protocol);
    before.send(composeRequest({ port: before.port, transport: via, method: "REGISTER", contact }));
    await before.response(200, "REGISTER");
    const calling = srf.createUAC(contact.slice(1, -1), { localSdp: sdp });
    const invite = await before.request("INVITE");
    before.send(composeResponse(invite, 200, { contact, body: sdp }));
    await before.request("ACK");
    const dialog = await calling;
    await before.close();
    const after = await run.peer(protocol);
    after.send(composeRequest({ port: after.port, transport: via, method: "REGISTER", contact }));
    await after.response(200, "REGISTER");
    const asked = dialog.request({ method: "INFO" });
    after.send(composeResponse(await after.request("INFO"), 200));
    expect((await asked).status).toBe(200);
    const ended = dialog.destroy();
    after.send(composeResponse(await after.request("BYE"), 200));
    await ended;
  });
});

describe("two devices of one contact", () => {
  it("are told apart by the hop that the application names", async () => {
    const run = await runEdge(["udp", "tcp", "ws"]);
    const srf = await run.app();
    const hops: string[] = [];
    srf.register((request, response) => {
      const transport = /transport=(\w+)/.exec(request.get("Contact"))?.[1] ?? "udp";
      hops.push(`sip:${request.source_address}:${String(request.source_port)};transport=${transport}`);
      response.send(200, { headers: { Contact: `${request.get("Contact")};expires=60` } });
    });
    const phones: SipPeer[] = [];
    for (const protocol of ["ws", "ws", "tcp", "udp"] as const) {
      const phone = await run.peer(protocol);
      const transport = names[protocol].via;
      const contact = `<sip:alice@x7k2.invalid;transport=${protocol}>`;
      phone.send(composeRequest({ port: phone.port, transport, method: "REGISTER", contact }));
      await phone.response(200, "REGISTER");
      phones.push(phone);
    }
    for (const [index, phone] of phones.entries()) {
      const options = { localSdp: sdp, proxy: hops[index] };
      const refused = srf.createUAC("sip:alice@x7k2.invalid", options).catch((error: unknown) => error);
      phone.send(composeResponse(await phone.request("INVITE"), 486));
      await phone.request("ACK");
      expect(await refused).toMatchObject({ status: 486 });
    }
  });
});

describe("connections that the edge opens", () => {
  it("carry a call to a TCP phone, and are used again", async () => {
    const run = await runEdge(["udp", "tcp"]);
    const srf = await run.app();
    const callee = await runEdge(["tcp"]);
    const calleeApp = await callee.app();
    const seen = answerAll(calleeApp);
    const uri = `sip:bob@127.0.0.1:${String(callee.portOf("tcp"))};transport=tcp`;
    const first = await srf.createUAC(uri, { localSdp: sdp });
    const second = await srf.createUAC(uri, { localSdp: sdp });
    expect(run.edge.stats()).toMatchObject({ dialogs: 2, connections: 1 });
    await first.destroy();
    await waitFor("the callee to be told", () => seen.ends.length === 1);
    await seen.dialogs[1]?.destroy();
    await waitFor(
      "both sides to be done",
      () => run.edge.stats().dialogs + callee.edge.stats().dialogs === 0,
    );
    expect(second.connected).toBe(false);
  });

  it("fail with 503 when nobody listens there, or the name doesn't exist", async () => {
    const run = await runEdge(["udp", "tcp"]);
    const srf = await run.app();
    const calls = ["sip:bob@127.0.0.1:1;transport=tcp", "sip:bob@no-such-host.test"].map((uri) =>
      srf.createUAC(uri, { localSdp: sdp }).catch((error: unknown) => error),
    );
    for (const call of calls) expect(await call).toMatchObject({ status: 503 });
  });
});

describe("IPv6", () => {
  it("carries a call over a socket that serves both families", async () => {
    const run = await runEdge([], { listen: [{ protocol: "udp", host: "::", port: 0 }] });
    const srf = await run.app();
    const seen = answerAll(srf);
    const four = await run.peer("udp");
    four.send(composeRequest({ port: four.port, callId: "four", body: sdp }));
    expect(contactOf(await four.response(200))).toBe(`sip:127.0.0.1:${String(run.portOf("udp"))}`);
    const six = await runEdge([], { listen: [{ protocol: "udp", host: "::1", port: 0 }] });
    const calling = await six.app();
    const dialog = await calling.createUAC(`sip:b@[::1]:${String(run.portOf("udp"))}`, { localSdp: sdp });
    expect(dialog.remote.uri).toBe(`sip:[::1]:${String(run.portOf("udp"))}`);
    await dialog.destroy();
    await waitFor("the called side to be told", () => seen.ends.length === 1);
  });
});
