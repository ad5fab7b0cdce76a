/** Agents' desk phones as sipp: registered one after the other, then rung all together; they answer at once and hang up. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../src/tests/rig/free-port.ts";
import { startProcess } from "../../src/tests/rig/processes.ts";
import { within } from "../../src/tests/rig/wait-for.ts";

export interface SippAgentsOptions {
  registrar: { host: string; port: number };
  domain: string;
  accounts: readonly { username: string; password: string }[];
  /** From the ACK until a phone hangs up. */
  talkMs: number;
  /** A port that takes the audio they hear; they send none. */
  mediaPort: number;
}

export interface SippAgents {
  readonly pid: number;
  close(): Promise<void>;
}

const registrationsPerSecond = 40;

/** Registers the phones and lets them be rung. Rejects when one is refused. */
export async function startSippAgents(options: SippAgentsOptions): Promise<SippAgents> {
  const folder = await mkdtemp(join(tmpdir(), "ringdown-agents-"));
  try {
    // A phone is rung where its registration came from: both sipps, one after the other, have this port.
    const port = await freePort();
    await register(options, folder, port);
    await writeFile(join(folder, "agents.xml"), answering(options));
    const sipp = await startProcess(program, {
      cwd: folder,
      args: ["-sf", "agents.xml", ...networkOf(port), "-nostdin", "-deadcall_wait", "0"],
    });
    return {
      pid: sipp.pid,
      async close() {
        await sipp.kill();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

const program = process.env["SIPP_PATH"] ?? "sipp";
const networkOf = (port: number): string[] => [
  ...["-i", "127.0.0.1", "-p", String(port), "-buff_size", "1048576"],
];

async function register(
  { accounts, registrar, domain }: SippAgentsOptions,
  folder: string,
  port: number,
): Promise<void> {
  const rows = accounts.map(({ username, password }) => {
    return `${username};[authentication username=${username} password=${password}]`;
  });
  await writeFile(join(folder, "accounts.csv"), ["SEQUENTIAL", ...rows, ""].join("\n"));
  await writeFile(join(folder, "register.xml"), registering(domain));
  const count = String(accounts.length);
  const pace = ["-inf", "accounts.csv", "-m", count, "-l", count, "-r", String(registrationsPerSecond)];
  const sipp = await startProcess(program, {
    cwd: folder,
    args: [
      ...[`${registrar.host}:${registrar.port}`, "-sf", "register.xml"],
      ...[...networkOf(port), ...pace, "-nostdin"],
    ],
  });
  try {
    const { code } = await within(`${count} phones to register`, sipp.ended, 120_000);
    if (code !== 0) throw new Error(`Phones were refused:\n${sipp.output().slice(-2_000)}`);
  } finally {
    await sipp.kill();
  }
}

function registering(domain: string): string {
  const request = (cseq: number, ...more: string[]): string =>
    send(
      [
        `REGISTER sip:${domain} SIP/2.0`,
        "Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch];rport",
        `From: <sip:[field0]@${domain}>;tag=[pid]register[call_number]`,
        `To: <sip:[field0]@${domain}>`,
        "Call-ID: [call_id]",
        `CSeq: ${cseq} REGISTER`,
        "Max-Forwards: 70",
        "Contact: <sip:[field0]@[local_ip]:[local_port]>",
        "Expires: 3600",
        ...more,
        "Content-Length: 0",
      ],
      ` retrans="500"`,
    );
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<scenario name="register">`,
    request(1),
    `<recv response="401" auth="true"/>`,
    request(2, "[field1]"),
    `<recv response="200"/>`,
    `</scenario>`,
    "",
  ].join("\n");
}

/** The INVITE asks for our offer (RFC 3261 §13.2.1); the answer comes with the ACK. */
function answering({ talkMs, mediaPort }: SippAgentsOptions): string {
  const answer = (status: string, ...more: string[]): string[] => [
    `SIP/2.0 ${status}`,
    "[last_Via:]",
    "[last_From:]",
    "[last_To:];tag=[pid]agent[call_number]",
    "[last_Call-ID:]",
    "[last_CSeq:]",
    "Contact: <sip:agent@[local_ip]:[local_port]>",
    ...more,
  ];
  const sdp = ["v=0", "o=sipp 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"];
  sdp.push(`m=audio ${mediaPort} RTP/AVP 0 101`, "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15");
  const keep = (header: string, variable: string): string =>
    `<ereg regexp=".*" search_in="hdr" header="${header}:" assign_to="${variable}"/>`;
  const bye = [
    "BYE [next_url] SIP/2.0",
    "Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch];rport",
    "From:[$to];tag=[pid]agent[call_number]",
    "To:[$from]",
    "[routes]",
    "Call-ID: [call_id]",
    "CSeq: 1 BYE",
    "Max-Forwards: 70",
    "Content-Length: 0",
  ];
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<scenario name="agents">`,
    `<recv request="INVITE" rrs="true"><action>${keep("From", "from")}${keep("To", "to")}</action></recv>`,
    send(answer("180 Ringing", "Content-Length: 0")),
    send(
      answer("200 OK", "Content-Type: application/sdp", "Content-Length: [len]", "", ...sdp),
      ` retrans="500"`,
    ),
    `<recv request="ACK"/>`,
    `<pause milliseconds="${talkMs}"/>`,
    send(bye, ` retrans="500"`),
    `<recv response="200"/>`,
    `</scenario>`,
    "",
  ].join("\n");
}

function send(lines: string[], attributes = ""): string {
  return [`<send${attributes}><![CDATA[`, "", ...lines, "", `]]></send>`].join("\n");
}
