import { afterEach, describe, expect, it } from "vitest";
import { headerValue } from "./grammar/message.ts";
import { startSipEdge, type SipEdge } from "./sip-edge.ts";
import { composeRequest, composeResponse, contactOf, sdp, tagFrom } from "./testing/compose.ts";
import { connectApp, type Srf, type SrfDialog } from "./testing/drachtio-app.ts";
import { openUdpPeer, type SipPeer } from "./testing/sip-peer.ts";
import { waitFor } from "./testing/wait-for.ts";

const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function start(): Promise<{ edge: SipEdge; srf: Srf; phone: SipPeer }> {
  const edge = await startSipEdge({
    control: { host: "127.0.0.1", port: 0, secret: "cymru" },
    listen: [{ protocol: "udp", host: "127.0.0.1", port: 0 }],
  });
  cleanups.push(() => edge.close());
  const srf = await connectApp(edge.control.port);
  cleanups.push(() => srf.disconnect());
  const phone = await openUdpPeer(edge.listening[0]?.port ?? 0);
  cleanups.push(() => phone.close());
  return { edge, srf, phone };
}

describe("the SIP edge with a drachtio-srf application over UDP", () => {
  it("connects an incoming call and ends it from the caller's side", async () => {
    const { edge, srf, phone } = await start();
    let dialog: SrfDialog | undefined;
    let reason = "";
    srf.invite((request, response) => {
      void srf.createUAS(request, response, { localSdp: sdp }).then((created) => {
        dialog = created;
        created.on("destroy", (_, why) => (reason = why));
      });
    });
    await new Promise((resolve) => setImmediate(resolve));
    phone.send(composeRequest({ port: phone.port, callId: "in-1", body: sdp }));
    await phone.response(100);
    const ok = await phone.response(200);
    expect(ok.body.toString()).toBe(sdp);
    const toTag = tagFrom(ok, "To");
    const again = { port: phone.port, callId: "in-1", toTag, uri: contactOf(ok) };
    phone.send(composeRequest({ ...again, method: "ACK" }));
    await waitFor("the dialog", () => dialog !== undefined);
    phone.send(composeRequest({ ...again, method: "BYE", cseq: 2 }));
    await phone.response(200, "BYE");
    await waitFor("destroy", () => reason !== "");
    expect(reason).toBe("normal release");
    expect(edge.stats().dialogs).toBe(0);
  });

  it("makes an outgoing call and ends it from the application's side", async () => {
    const { edge, srf, phone } = await start();
    const calling = srf.createUAC(`sip:bob@127.0.0.1:${String(phone.port)}`, { localSdp: sdp });
    const invite = await phone.request("INVITE");
    expect(headerValue(invite, "Content-Type")).toBe("application/sdp");
    phone.send(composeResponse(invite, 180));
    const contact = `<sip:bob@127.0.0.1:${String(phone.port)}>`;
    phone.send(composeResponse(invite, 200, { contact, body: sdp }));
    const ack = await phone.request("ACK");
    expect(headerValue(ack, "CSeq")?.split(" ")[0]).toBe(headerValue(invite, "CSeq")?.split(" ")[0]);
    const dialog = await calling;
    expect(edge.stats().dialogs).toBe(1);
    const ended = dialog.destroy();
    phone.send(composeResponse(await phone.request("BYE"), 200));
    await ended;
    expect(edge.stats().dialogs).toBe(0);
  });
});
