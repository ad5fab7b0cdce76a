import { once } from "node:events";
import { createServer, type TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { headerValue, type SipRequest } from "../grammar/message.ts";
import { parseMessage } from "../grammar/parse-message.ts";
import { StreamFramer } from "../grammar/stream-framer.ts";
import { makeAuthority, type Authority } from "../testing/authority.ts";
import { composeResponse, sdp } from "../testing/compose.ts";
import { cleanUpAfterEach, runEdge } from "../testing/running-edge.ts";
import { waitFor } from "../testing/wait-for.ts";
import type { TlsIdentity } from "../transport/stream-listener.ts";

cleanUpAfterEach();

let authority: Authority;
let other: Authority;
let own: TlsIdentity;
beforeAll(() => {
  authority = makeAuthority();
  other = makeAuthority();
  own = { ...authority.issue("DNS:ringdown.test"), ca: authority.ca };
});
afterAll(() => {
  authority.close();
  other.close();
});
const carriers: (() => void)[] = [];
afterEach(() => {
  for (const close of carriers.splice(0)) close();
});

/** A carrier that listens on TLS, answers every call, and asks its peers for their certificates. */
async function openCarrier(identity: TlsIdentity) {
  const seen = { requests: [] as SipRequest[], bytes: 0, names: [] as unknown[], peers: [] as string[] };
  const server = createServer({
    ...{ key: identity.key, cert: identity.cert, ca: authority.ca },
    ...{ requestCert: true, rejectUnauthorized: false },
  });
  server.on("secureConnection", (socket: TLSSocket) => {
    seen.names.push(socket.servername);
    seen.peers.push(socket.getPeerCertificate().subjectaltname ?? "");
    const framer = new StreamFramer(65_535);
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      seen.bytes += bytes.length;
      for (const frame of framer.push(bytes)) {
        const result = frame.type === "message" ? parseMessage(frame.bytes) : undefined;
        if (result?.type !== "message" || result.message.type !== "request") continue;
        seen.requests.push(result.message);
        const contact = `<sip:carrier@127.0.0.1:${String(port)};transport=tls>`;
        if (result.message.method === "ACK") continue;
        socket.write(composeResponse(result.message, 200, { contact, body: sdp }));
      }
    });
  });
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  carriers.push(() => server.close());
  return { port, seen };
}

async function openApp(identity: Partial<TlsIdentity> = {}) {
  const run = await runEdge(["udp", "tls"], { tls: { ...own, ...identity } });
  return run.app();
}

describe("a call out over TLS", () => {
  it.each([
    ["by its name", "DNS:localhost", (port: number) => `sips:15550100@localhost:${port}`, "localhost"],
    [
      "by its address",
      "IP:127.0.0.1",
      (port: number) => `sip:15550100@127.0.0.1:${port};transport=tls`,
      false,
    ],
    [
      "by its SIP domain",
      "URI:sip:localhost",
      (port: number) => `sip:15550100@localhost:${port};transport=tls`,
      "localhost",
    ],
  ])("reaches a carrier that can prove who it is, %s", async (_, names, uriOf, servername) => {
    const { port, seen } = await openCarrier(authority.issue(names));
    const srf = await openApp();
    const dialog = await srf.createUAC(uriOf(port), { localSdp: sdp });
    await dialog.destroy();
    await waitFor("the BYE", () => seen.requests.some(({ method }) => method === "BYE"));
    expect(seen.requests.map(({ method }) => method)).toEqual(["INVITE", "ACK", "BYE"]);
    const [invite] = seen.requests;
    expect(headerValue(invite!, "Via")).toMatch(/^SIP\/2\.0\/TLS /);
    expect(headerValue(invite!, "Contact")).toMatch(/^<sips:|;transport=tls/);
    expect(seen.names).toEqual([servername]);
    expect(seen.peers).toEqual(["DNS:ringdown.test"]);
  });

  it.each([
    [
      "whose certificate is by nobody we know",
      () => other.issue("DNS:localhost"),
      /certificate refused: .*unable to/,
    ],
    [
      "whose certificate is for another",
      () => authority.issue("DNS:carrier.test"),
      /certificate refused: .*localhost/,
    ],
    [
      "whose certificate is for another SIP domain",
      () => authority.issue("URI:sip:carrier.test,DNS:localhost"),
      /the certificate is for sip:carrier\.test, not for localhost/,
    ],
  ])("tells nothing to a carrier %s", async (_, issue, reason) => {
    const { port, seen } = await openCarrier(issue());
    const srf = await openApp();
    const calling = srf.createUAC(`sips:15550100@localhost:${port}`, { localSdp: sdp });
    await expect(calling).rejects.toMatchObject({
      status: 503,
      reason: expect.stringMatching(reason) as string,
    });
    expect(seen.bytes).toBe(0);
  });

  it("is refused where the edge does not listen on TLS itself: the carrier could not call back", async () => {
    const run = await runEdge(["udp"]);
    const srf = await run.app();
    const calling = srf.createUAC("sips:15550100@localhost:5061", { localSdp: sdp });
    await expect(calling).rejects.toThrow("requested protocol/transport not available");
  });
});
