import { once } from "node:events";
import { connect } from "node:net";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { headerValue } from "../grammar/message.ts";
import { makeCertificate } from "../testing/certificate.ts";
import { composeRequest, sdp } from "../testing/compose.ts";
import type { Srf } from "../testing/drachtio-app.ts";
import { cleanUpAfterEach, runEdge } from "../testing/running-edge.ts";
import type { SipPeer } from "../testing/sip-peer.ts";
import { tortureMessages } from "../testing/torture-messages.ts";
import { waitFor } from "../testing/wait-for.ts";
import type { TlsIdentity } from "../transport/stream-listener.ts";

cleanUpAfterEach();

let tls: TlsIdentity;
beforeAll(() => {
  tls = makeCertificate();
});

function refuseAll(srf: Srf): void {
  srf.invite((_, response) => response.send(486));
  srf.options((_, response) => response.send(200));
  srf.register((_, response) => response.send(403));
}

/** Proof of life: an OPTIONS goes through to the application and back. */
async function expectAlive(phone: SipPeer, transport: string): Promise<void> {
  const callId = `alive-${String(Math.random())}`;
  phone.send(composeRequest({ port: phone.port, transport, method: "OPTIONS", callId }));
  expect((await phone.finalResponse(callId)).status).toBe(200);
}

describe("hostile peers", () => {
  it("UDP: all of RFC 4475 gets an answer or silence, and the edge goes on", async () => {
    const run = await runEdge(["udp"]);
    refuseAll(await run.app());
    const phone = await run.peer("udp");
    for (const bytes of tortureMessages.values()) phone.send(bytes);
    await expectAlive(phone, "UDP");
    expect(run.edge.stats().dialogs).toBe(0);
  });

  it("UDP: random and damaged datagrams change nothing", async () => {
    const run = await runEdge(["udp"]);
    refuseAll(await run.app());
    const phone = await run.peer("udp");
    const messages = [...tortureMessages.values()];
    const damaged = fc
      .tuple(fc.nat(messages.length - 1), fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { maxLength: 9 }))
      .map(([index, damages]) => {
        const bytes = Buffer.from(messages[index] ?? Buffer.alloc(0));
        for (const [at, value] of damages) if (at < bytes.length) bytes[at] = value;
        return bytes;
      });
    const random = fc.uint8Array({ maxLength: 1400 }).map((bytes) => Buffer.from(bytes));
    for (const bytes of fc.sample(fc.oneof(damaged, random), 500)) phone.send(bytes);
    await expectAlive(phone, "UDP");
  });

  it("answers a broken request with what is wrong, to where it came from", async () => {
    const run = await runEdge(["udp"]);
    const phone = await run.peer("udp");
    const good = composeRequest({ port: phone.port, method: "OPTIONS", callId: "broken" });
    phone.send(good.replace("CSeq: 1 OPTIONS", "CSeq: 1 INVITE"));
    const refusal = await phone.response(400);
    expect(refusal.reason).toBe("CSeq Method Mismatch");
    expect(headerValue(refusal, "Via")).toContain(`received=127.0.0.1`);
    phone.send(good.replace(" SIP/2.0\r\n", " SIP/3.0\r\n"));
    await phone.response(505);
    phone.send(good.replace("Max-Forwards: 70", "Require: teleport"));
    expect(headerValue(await phone.response(420), "Unsupported")).toBe("teleport");
  });

  it.each(["tcp", "tls"] as const)(
    "%s: refuses an oversized message with 513 and closes",
    async (protocol) => {
      const run = await runEdge([protocol], { tls });
      const phone = await run.peer(protocol);
      const transport = protocol.toUpperCase();
      const huge = composeRequest({ port: phone.port, transport, body: sdp }).replace(
        /Content-Length: \d+/,
        "Content-Length: 99999999",
      );
      phone.send(huge);
      await phone.response(513);
      await waitFor("the connection to be closed", () => phone.isClosed);
      await waitFor("the edge to have none", () => run.edge.stats().connections === 0);
    },
  );

  it("tcp: cuts messages that arrive byte by byte and several at once, and answers pings", async () => {
    const run = await runEdge(["tcp"]);
    refuseAll(await run.app());
    const phone = await run.peer("tcp");
    const one = composeRequest({ port: phone.port, transport: "TCP", method: "OPTIONS", callId: "one" });
    for (const char of one) phone.send(char);
    await phone.finalResponse("one");
    const two = composeRequest({ port: phone.port, transport: "TCP", method: "OPTIONS", callId: "two" });
    const three = composeRequest({ port: phone.port, transport: "TCP", method: "OPTIONS", callId: "three" });
    phone.send(`${two}\r\n\r\n${three}`);
    await phone.finalResponse("two");
    await phone.finalResponse("three");
  });

  it("tcp: closes on those who begin a message and never end it, or say nothing at all", async () => {
    const run = await runEdge(["tcp"], { limits: { messageTimeoutMs: 100 } });
    refuseAll(await run.app());
    const [slow, mute, polite] = [await run.peer("tcp"), await run.peer("tcp"), await run.peer("tcp")];
    await expectAlive(polite, "TCP");
    slow.send("OPTIONS sip:a@b SIP/2.0\r\n");
    await waitFor("both to be closed", () => slow.isClosed && mute.isClosed);
    expect(polite.isClosed).toBe(false);
  });

  it("tcp: closes on those who speak something else", async () => {
    const run = await runEdge(["tcp"]);
    const browser = await run.peer("tcp");
    browser.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await waitFor("the browser to be closed", () => browser.isClosed);
  });

  it("tcp: closes what is idle, and keeps what a registration needs", async () => {
    const run = await runEdge(["tcp"], { limits: { idleTimeoutMs: 150 } });
    const srf = await run.app();
    srf.register((request, response) => {
      response.send(200, { headers: { Contact: `${request.get("Contact")};expires=60` } });
    });
    const registered = await run.peer("tcp");
    registered.send(composeRequest({ port: registered.port, transport: "TCP", method: "REGISTER" }));
    await registered.response(200);
    for (let turn = 0; turn < 2; turn++) {
      const idle = await run.peer("tcp");
      await waitFor("the idle one to be closed", () => idle.isClosed);
    }
    expect(registered.isClosed).toBe(false);
  });

  it("bounds connections, per address and in all", async () => {
    const run = await runEdge(["tcp", "ws"], { limits: { maxConnections: 3 } });
    refuseAll(await run.app());
    const kept = [await run.peer("tcp"), await run.peer("tcp"), await run.peer("ws")];
    await waitFor("three connections", () => run.edge.stats().connections === 3);
    const fourth = await run.peer("tcp");
    await waitFor("the fourth to be closed", () => fourth.isClosed);
    await expect(run.peer("ws")).rejects.toThrow("503");
    expect(kept.every((phone) => !phone.isClosed)).toBe(true);
  });

  it("bounds transactions: a flood gets 503, and those that were there go on", async () => {
    const run = await runEdge(["udp"], { limits: { maxTransactions: 10 } });
    const srf = await run.app();
    srf.invite((_, response) => response.send(180));
    const phone = await run.peer("udp");
    for (let calls = 0; calls < 50; calls++) phone.send(composeRequest({ port: phone.port, body: sdp }));
    await waitFor("forty refusals", () => {
      const refusals = phone.received.filter(
        (message) => message.type === "response" && message.status === 503,
      );
      return refusals.length === 40;
    });
    expect(run.edge.stats().transactions).toBe(10);
  });

  it("ws: only speaks SIP: no subprotocol, plain HTTP, binary rubbish, oversized frames", async () => {
    const run = await runEdge(["ws"]);
    refuseAll(await run.app());
    const port = run.portOf("ws");
    const stranger = new WebSocket(`ws://127.0.0.1:${String(port)}/`);
    const [refusal] = (await once(stranger, "error")) as [Error];
    expect(refusal.message).toContain("400");
    expect((await fetch(`http://127.0.0.1:${String(port)}/`)).status).toBe(426);
    const rude = new WebSocket(`ws://127.0.0.1:${String(port)}/`, "sip");
    await once(rude, "open");
    rude.send("\r\n\r\n");
    const [pong] = (await once(rude, "message")) as [Buffer];
    expect(pong.toString()).toBe("\r\n");
    rude.send(Buffer.alloc(100_000, 0x61));
    const [code] = (await once(rude, "close")) as [number];
    expect(code).toBe(1009);
    const babbler = await run.peer("ws");
    babbler.send("GET / HTTP/1.1\r\n\r\n");
    await waitFor("the babbler to be closed", () => babbler.isClosed);
    await expectAlive(await run.peer("ws"), "WS");
  });

  it("random bytes on every port leave the edge alive and nothing behind", async () => {
    const run = await runEdge(["udp", "tcp", "tls", "ws", "wss"], { tls });
    refuseAll(await run.app());
    const ports = [run.edge.control.port, ...run.edge.listening.map(({ port }) => port)];
    const sockets = ports.flatMap((port) =>
      fc.sample(fc.uint8Array({ minLength: 1, maxLength: 3000 }), 5).map((bytes) => {
        const socket = connect(port, "127.0.0.1");
        socket.on("error", () => undefined);
        socket.end(Buffer.from(bytes));
        socket.resume();
        return once(socket, "close");
      }),
    );
    await Promise.allSettled(sockets);
    for (const [protocol, name] of [
      ["udp", "UDP"],
      ["tcp", "TCP"],
      ["wss", "WSS"],
    ] as const) {
      await expectAlive(await run.peer(protocol), name);
    }
    await waitFor("the strangers to be gone", () => run.edge.stats().connections === 2);
  });
});
