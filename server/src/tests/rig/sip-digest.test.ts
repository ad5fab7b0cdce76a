import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "./free-port.ts";
import { startProcess } from "./processes.ts";
import type { RunningProcess } from "./processes.ts";
import { startSipp } from "./sipp.ts";
import { openTelephone } from "./telephone.ts";
import { waitFor } from "./wait-for.ts";

const answer = (status: string, ...more: string[]): string => `<send><![CDATA[

  SIP/2.0 ${status}
  [last_Via:]
  [last_From:]
  [last_To:];tag=[pid]uas
  [last_Call-ID:]
  [last_CSeq:]
  Contact: <sip:uas@[local_ip]:[local_port]>
  ${[...more, "Content-Length: 0"].join("\n  ")}

]]></send>`;

const verifies = `<verifyauth assign_to="ok" username="alice" password="s3cret-of-alice"/>`;
/** sipp verifies Authorization only; the arithmetic is the same, so here the right header is enough. */
const answersProxy = `<ereg regexp='response="[0-9a-f]+"' search_in="hdr" header="Proxy-Authorization:" assign_to="ok"/>`;

/** sipp as an independent judge of digests: lets the second attempt through only if it can verify it. */
const judge = (method: "INVITE" | "REGISTER", challenge: string): string => `<?xml version="1.0"?>
<scenario name="judge">
<recv request="${method}"/>
${answer(challenge.startsWith("Proxy") ? "407 Proxy Authentication Required" : "401 Unauthorized", challenge)}
${method === "INVITE" ? `<recv request="ACK"/>` : ""}
<recv request="${method}"><action>
  ${challenge.startsWith("Proxy") ? answersProxy : verifies}
</action></recv>
<nop hide="true" test="ok" next="right"/>
${answer("403 Forbidden")}
<nop next="end"/>
<label id="right"/>
${answer("200 OK", "Expires: 120")}
<label id="end"/>
</scenario>`;

let directory = "";
let sipp: RunningProcess | undefined;
afterEach(async () => {
  await sipp?.kill();
  await rm(directory, { recursive: true, force: true });
});

async function startJudge(method: "INVITE" | "REGISTER", challenge: string): Promise<number> {
  directory = await mkdtemp(join(tmpdir(), "ringdown-judge-"));
  await writeFile(join(directory, "judge.xml"), judge(method, challenge));
  const port = await freePort();
  const log = join(directory, "messages.log");
  const network = ["-i", "127.0.0.1", "-p", String(port), "-nostdin", "-m", "1"];
  sipp = await startProcess(process.env["SIPP_PATH"] ?? "sipp", {
    cwd: directory,
    args: ["-sf", join(directory, "judge.xml"), ...network, "-trace_msg", "-message_file", log],
  });
  await waitFor("sipp to listen", () =>
    readFile(`/proc/net/udp`, "utf8").then((text) => text.includes(hex(port))),
  );
  return port;
}

const hex = (port: number): string => `:${port.toString(16).toUpperCase().padStart(4, "0")} `;

const basic = `realm="ringdown", nonce="abc123"`;

describe("the telephone's digest answers, judged by sipp", () => {
  it.each([
    ["MD5 without qop", `WWW-Authenticate: Digest ${basic}`],
    ["MD5 with qop", `WWW-Authenticate: Digest ${basic}, algorithm=MD5, qop="auth"`],
  ])("are right for a REGISTER: %s", async (_, challenge) => {
    const port = await startJudge("REGISTER", challenge);
    const credentials = { username: "alice", password: "s3cret-of-alice" };
    const phone = await openTelephone({ number: "alice", credentials });
    const result = await phone.register({ host: "127.0.0.1", port });
    await phone.close();
    expect(result).toEqual({ status: 200, expiresSeconds: 120 });
  });

  it("are refused with a wrong password", async () => {
    const port = await startJudge("REGISTER", `WWW-Authenticate: Digest ${basic}, qop="auth"`);
    const phone = await openTelephone({
      number: "alice",
      credentials: { username: "alice", password: "guess" },
    });
    const result = await phone.register({ host: "127.0.0.1", port });
    await phone.close();
    expect(result.status).toBe(403);
  });

  it.each([
    ["WWW", 401],
    ["Proxy", 407],
  ])("are right for an INVITE: %s", async (kind, status) => {
    const port = await startJudge(
      "INVITE",
      `${kind}-Authenticate: Digest ${basic}, algorithm=MD5, qop="auth"`,
    );
    const credentials = { username: "alice", password: "s3cret-of-alice" };
    const phone = await openTelephone({ number: "alice", credentials });
    const call = await phone.call({ to: "1000", at: { host: "127.0.0.1", port } });
    await call.answered();
    expect(call.statuses).toEqual([status, 200]);
    call.vanish();
    await phone.close();
  });
});

describe("sipp's own credentials", () => {
  it.each(["WWW", "Proxy"])("pass a %s challenge", async (kind) => {
    const port = await startJudge(
      "INVITE",
      `${kind}-Authenticate: Digest ${basic}, algorithm=MD5, qop="auth"`,
    );
    const caller = await startSipp({
      at: { host: "127.0.0.1", port },
      to: "1000",
      credentials: { username: "alice", password: "s3cret-of-alice" },
      refusedWith: 200,
    });
    try {
      expect((await caller.result()).succeeded).toBe(1);
    } finally {
      await caller.close();
    }
  });
});
