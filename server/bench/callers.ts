/** sipp as a crowd of callers at a fixed rate, with the time that each call took to be set up. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../src/tests/rig/free-port.ts";
import { startProcess } from "../src/tests/rig/processes.ts";
import { within } from "../src/tests/rig/wait-for.ts";

export interface CrowdOptions {
  at: { host: string; port: number };
  to: string;
  calls: number;
  callsPerSecond: number;
  /** A port that takes the callers' incoming audio; they send none. */
  mediaPort: number;
  /** "caller" hangs up `talkMs` after the answer; "callee": the other side does. */
  hangUp: "caller" | "callee";
  talkMs: number;
}

export interface CrowdResult {
  succeeded: number;
  failed: number;
  /** INVITE to 200, in milliseconds, one a call. */
  answerMs: number[];
  /** INVITE to the BYE of the other side, where that ends the call. */
  wholeMs: number[];
}

/** How long each call took to be set up: INVITE to 200; where the other side hangs up, INVITE to BYE less the talk. */
export function setUpsOf(
  { answerMs, wholeMs }: CrowdResult,
  { hangUp, talkMs }: Pick<CrowdOptions, "hangUp" | "talkMs">,
): number[] {
  return hangUp === "caller" ? answerMs : wholeMs.map((ms) => ms - talkMs);
}

export interface Crowd {
  /** Resolves when every call is over. */
  result(): Promise<CrowdResult>;
  /** Ends sipp and whatever calls it still has. Idempotent. */
  close(): Promise<void>;
}

export async function startCrowd(options: CrowdOptions): Promise<Crowd> {
  const folder = await mkdtemp(join(tmpdir(), "ringdown-crowd-"));
  await writeFile(join(folder, "crowd.xml"), scenario(options));
  const { at, to, calls, callsPerSecond } = options;
  const target = [`${at.host}:${at.port}`, "-sf", "crowd.xml", "-s", to];
  const pace = ["-m", String(calls), "-l", String(calls), "-r", String(callsPerSecond)];
  const network = ["-i", "127.0.0.1", "-p", String(await freePort()), "-buff_size", "1048576"];
  const traces = ["-trace_rtt", "-rtt_freq", "1", "-trace_stat", "-stf", "stat.csv", "-fd", "1"];
  const sipp = await startProcess(process.env["SIPP_PATH"] ?? "sipp", {
    cwd: folder,
    args: [...target, ...pace, ...network, ...traces, "-nostdin", "-deadcall_wait", "0"],
  });
  const longestMs = (calls / callsPerSecond) * 1_000 + options.talkMs + 60_000;
  return {
    async result() {
      await within(`sipp to finish its ${calls} calls`, sipp.ended, longestMs);
      return readResult(folder).catch((error: unknown) => {
        throw new Error(`sipp left no result: ${String(error)}\n${sipp.output().slice(-2_000)}`);
      });
    },
    async close() {
      await sipp.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function readResult(folder: string): Promise<CrowdResult> {
  const [names = "", ...lines] = (await readFile(join(folder, "stat.csv"), "utf8")).trim().split("\n");
  const last = lines.at(-1)?.split(";") ?? [];
  const count = (name: string): number => Number(last[names.split(";").indexOf(name)]);
  const times = (await readdir(folder)).find((name) => name.endsWith("_rtt.csv"));
  const rows = times === undefined ? [] : (await readFile(join(folder, times), "utf8")).trim().split("\n");
  const timesOf = (timer: string): number[] =>
    rows
      .map((row) => row.split(";"))
      .filter(([, , name]) => name?.trim() === timer)
      .map(([, ms]) => Number(ms));
  return {
    succeeded: count("SuccessfulCall(C)"),
    failed: count("FailedCall(C)"),
    answerMs: timesOf("answer"),
    wholeMs: timesOf("whole"),
  };
}

function scenario({ mediaPort, hangUp, talkMs }: CrowdOptions): string {
  const common = (cseq: string, to = ""): string[] => [
    "Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch];rport",
    "From: <sip:+1666[call_number]0000@[local_ip]:[local_port]>;tag=[pid]bench[call_number]",
    `To: <sip:[service]@[remote_ip]:[remote_port]>${to}`,
    "Call-ID: [call_id]",
    `CSeq: ${cseq}`,
    "Max-Forwards: 70",
    "Contact: <sip:caller@[local_ip]:[local_port]>",
  ];
  const sdp = ["v=0", "o=sipp 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"];
  sdp.push(`m=audio ${mediaPort} RTP/AVP 0 8 101`, "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15");
  const empty = "Content-Length: 0";
  const invite = ["INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0", ...common("1 INVITE")];
  const ok = [
    "SIP/2.0 200 OK",
    "[last_Via:]",
    "[last_From:]",
    "[last_To:]",
    "[last_Call-ID:]",
    "[last_CSeq:]",
  ];
  const ends =
    hangUp === "caller"
      ? [
          `<pause milliseconds="${talkMs}"/>`,
          send(["BYE [next_url] SIP/2.0", ...common("2 BYE", "[peer_tag_param]"), empty], ` retrans="500"`),
          `<recv response="200"/>`,
        ]
      : [`<recv request="BYE" rtd="whole"/>`, send([...ok, empty])];
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<scenario name="crowd">`,
    ...(hangUp === "callee" ? [`<nop start_rtd="whole"/>`] : []),
    send(
      [...invite, "Content-Type: application/sdp", "Content-Length: [len]", "", ...sdp],
      ` retrans="500" start_rtd="answer"`,
    ),
    ...[100, 180, 183].map((status) => `<recv response="${status}" optional="true"/>`),
    `<recv response="200" rrs="true" rtd="answer"/>`,
    send(["ACK [next_url] SIP/2.0", ...common("1 ACK", "[peer_tag_param]"), empty]),
    ...ends,
    `</scenario>`,
    "",
  ].join("\n");
}

function send(lines: string[], attributes = ""): string {
  return [`<send${attributes}><![CDATA[`, "", ...lines, "", `]]></send>`].join("\n");
}
