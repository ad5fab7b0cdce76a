import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sdp } from "../testing/compose.ts";
import { cleanUpAfterEach, runEdge } from "../testing/running-edge.ts";
import { waitFor } from "../testing/wait-for.ts";

cleanUpAfterEach();

/** A caller that registers with digest, as the application asks for. */
const registerScenario = `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="register with digest">
  <send retrans="500"><![CDATA[
    REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:desk@[local_ip]>;tag=[call_number]
    To: <sip:desk@[remote_ip]>
    Call-ID: [call_id]
    CSeq: 1 REGISTER
    Contact: <sip:desk@[local_ip]:[local_port];transport=[transport]>
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
  <recv response="401" auth="true"/>
  <send retrans="500"><![CDATA[
    REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:desk@[local_ip]>;tag=[call_number]
    To: <sip:desk@[remote_ip]>
    Call-ID: [call_id]
    CSeq: 2 REGISTER
    Contact: <sip:desk@[local_ip]:[local_port];transport=[transport]>
    [authentication username=desk password=secret]
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
  <recv response="200"/>
</scenario>
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sip-edge-sipp-"));
  writeFileSync(join(folder, "register.xml"), registerScenario);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs sipp to its end; gives its exit code: 0 when every call did as the scenario says. */
async function sipp(args: readonly string[]): Promise<{ code: number; output: string }> {
  const child = spawn("sipp", ["-i", "127.0.0.1", "-nostdin", "-timeout", "25", ...args], { cwd: folder });
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => (output = `${output}${bytes.toString()}`.slice(-4000)));
  child.stderr.on("data", (bytes: Buffer) => (output = `${output}${bytes.toString()}`.slice(-4000)));
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? -1));
  });
  return { code, output };
}

async function findFreeUdpPort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}

describe("sipp as the peer", () => {
  it.each([
    ["udp", "u1"],
    ["tcp", "t1"],
  ] as const)("places 100 calls over %s and ends them; nothing is left", async (protocol, transport) => {
    const run = await runEdge([protocol]);
    const srf = await run.app();
    let ended = 0;
    srf.invite((request, response) => {
      response.send(180);
      void srf.createUAS(request, response, { localSdp: sdp }).then((dialog) => {
        // On a busy machine ACK and BYE come together, and the call is over before it is told.
        if (dialog.connected) dialog.on("destroy", () => ended++);
        else ended++;
      });
    });
    const target = `127.0.0.1:${String(run.portOf(protocol))}`;
    const { code, output } = await sipp([
      "-sn",
      "uac",
      "-t",
      transport,
      "-d",
      "50",
      "-r",
      "100",
      "-m",
      "100",
      target,
    ]);
    expect(code, output).toBe(0);
    await waitFor("every call to have ended", () => ended === 100);
    expect(run.edge.stats().dialogs).toBe(0);
    await waitFor("the connections to be gone", () => run.edge.stats().connections === 0);
  });

  it("is called twenty times by the application, which hangs up each time", async () => {
    const run = await runEdge(["udp"]);
    const srf = await run.app();
    const port = await findFreeUdpPort();
    const callee = sipp(["-sn", "uas", "-p", String(port), "-m", "20"]);
    // One after another: a busy machine's late ACK makes sipp count a repeated one as unexpected.
    for (let calls = 0; calls < 20; calls++) {
      const dialog = await srf.createUAC(`sip:bob@127.0.0.1:${String(port)}`, { localSdp: sdp });
      await dialog.destroy();
      expect(dialog.connected).toBe(false);
    }
    const { code, output } = await callee;
    expect(code, output).toBe(0);
    expect(run.edge.stats().dialogs).toBe(0);
  });

  it("registers with digest, challenged by the application", async () => {
    const run = await runEdge(["udp"]);
    const srf = await run.app();
    const authorizations: string[] = [];
    srf.register((request, response) => {
      if (request.has("Authorization")) {
        authorizations.push(request.get("Authorization"));
        response.send(200, { headers: { Contact: `${request.get("Contact")};expires=60` } });
      } else {
        const challenge = 'Digest realm="ringdown", nonce="n1", algorithm=MD5';
        response.send(401, { headers: { "WWW-Authenticate": challenge } });
      }
    });
    const target = `127.0.0.1:${String(run.portOf("udp"))}`;
    const { code, output } = await sipp(["-sf", "register.xml", "-m", "5", "-r", "50", target]);
    expect(code, output).toBe(0);
    expect(authorizations).toHaveLength(5);
    expect(authorizations[0]).toContain('username="desk"');
  });
});
