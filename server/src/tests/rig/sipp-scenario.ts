/** Scenarios for sipp as XML: what a caller from outside does, and nothing else. */
import { keepSecret } from "./privacy.ts";

export interface CallerScenario {
  /** The user part of From; `[call_number]` makes it differ from call to call. */
  from: string;
  /** A capture with tone and keys, played from the answer on. */
  captureFile?: string;
  /** A raw G.711 file, streamed over and over from the answer on (no keys). */
  streamFile?: string;
  streamPayloadType?: number;
  /** Answers a 401 or 407 with these. */
  credentials?: { username: string; password: string };
  /** `caller`: BYE after `talkMs`; `callee`: waits for the BYE; `cancel`: CANCEL `talkMs` after the first ringing. */
  hangUp: "caller" | "callee" | "cancel";
  talkMs?: number;
  /** Ends with the expected refusal instead of an answer. */
  refusedWith?: number;
  /** An INVITE without SDP: the offer comes with the 200, the answer goes with the ACK. */
  lateOffer?: boolean;
}

export function callerScenario(scenario: CallerScenario): string {
  keepSecret(scenario.from.replace("[call_number]", ""));
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<!DOCTYPE scenario SYSTEM "sipp.dtd">`,
    `<scenario name="caller">`,
    ...invite(scenario, null),
    ...(scenario.credentials ? authentication(scenario) : []),
    ...outcome(scenario),
    `</scenario>`,
    "",
  ].join("\n");
}

const provisional = [
  `<recv response="100" optional="true"/>`,
  `<recv response="180" optional="true"/>`,
  `<recv response="183" optional="true"/>`,
];

function outcome(scenario: CallerScenario): string[] {
  if (scenario.refusedWith !== undefined) {
    return [...provisional, receive(`response="${scenario.refusedWith}"`), ...refusalAck];
  }
  if (scenario.hangUp === "cancel") return cancel(scenario);
  return [
    ...provisional,
    receive(`response="200" rrs="true"`),
    ...ack(scenario),
    ...media(scenario),
    ...(scenario.hangUp === "caller" ? callerBye(scenario) : calleeBye),
  ];
}

const receive = (what: string): string => `<recv ${what}/>`;
const send = (lines: string[], attributes = ""): string[] => [
  `<send${attributes}><![CDATA[`,
  "",
  ...lines.map((line) => `  ${line}`),
  "",
  `]]></send>`,
];

const common = (from: string, cseq: string, to = ""): string[] => [
  `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport`,
  `From: <sip:${from}@[local_ip]:[local_port]>;tag=[pid]rig[call_number]`,
  `To: <sip:[service]@[remote_ip]:[remote_port]>${to}`,
  `Call-ID: [call_id]`,
  `CSeq: ${cseq}`,
  `Max-Forwards: 70`,
];

/** Captures are sent from a port per call, by a raw socket. All streams of one sipp (3.6) share its media port. */
function portOf({ captureFile }: CallerScenario): string {
  return captureFile === undefined ? "[media_port]" : "[auto_media_port]";
}

const sdp = (scenario: CallerScenario): string[] => [
  `v=0`,
  `o=sipp 1 1 IN IP[local_ip_type] [local_ip]`,
  `s=-`,
  `c=IN IP[media_ip_type] [media_ip]`,
  `t=0 0`,
  `m=audio ${portOf(scenario)} RTP/AVP 0 8 101`,
  `a=rtpmap:0 PCMU/8000`,
  `a=rtpmap:8 PCMA/8000`,
  `a=rtpmap:101 telephone-event/8000`,
  `a=fmtp:101 0-15`,
  `a=ptime:20`,
  `a=sendrecv`,
];

function invite(scenario: CallerScenario, authorization: string | null): string[] {
  const contact = `Contact: <sip:${scenario.from}@[local_ip]:[local_port]>`;
  const headers = [...common(scenario.from, authorization === null ? "1 INVITE" : "2 INVITE"), contact];
  if (authorization !== null) headers.push(authorization);
  const body = scenario.lateOffer
    ? [`Content-Length: 0`]
    : [`Content-Type: application/sdp`, `Content-Length: [len]`, "", ...sdp(scenario)];
  const start = `INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0`;
  return send([start, ...headers, ...body], ` retrans="500"`);
}

/** sipp takes either challenge; the branch of the ACK has to be the one of the INVITE. */
function authentication(scenario: CallerScenario): string[] {
  const { username = "", password = "" } = scenario.credentials ?? {};
  return [
    `<recv response="100" optional="true"/>`,
    `<recv response="401" optional="true" auth="true" next="challenged"/>`,
    `<recv response="407" auth="true"/>`,
    `<label id="challenged"/>`,
    ...refusalAck,
    ...invite(scenario, `[authentication username=${username} password=${password}]`),
  ];
}

const refusalAck = send([
  `ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0`,
  `[last_Via:]`,
  `[last_From:]`,
  `[last_To:]`,
  `Call-ID: [call_id]`,
  `CSeq: [cseq] ACK`,
  `Max-Forwards: 70`,
  `Content-Length: 0`,
]);

function ack(scenario: CallerScenario): string[] {
  const body = scenario.lateOffer
    ? [`Content-Type: application/sdp`, `Content-Length: [len]`, "", ...sdp(scenario)]
    : [`Content-Length: 0`];
  const cseq = "[cseq] ACK";
  const lines = [`ACK [next_url] SIP/2.0`, ...common(scenario.from, cseq, "[peer_tag_param]"), `[routes]`];
  return send([...lines, ...body]);
}

function media({ captureFile, streamFile, streamPayloadType = 0 }: CallerScenario): string[] {
  const actions: string[] = [];
  if (captureFile !== undefined) actions.push(`<exec play_pcap_audio="${captureFile}"/>`);
  if (streamFile !== undefined) actions.push(`<exec rtp_stream="${streamFile},-1,${streamPayloadType}"/>`);
  return actions.length === 0 ? [] : [`<nop><action>${actions.join("")}</action></nop>`];
}

function callerBye(scenario: CallerScenario): string[] {
  const lines = [`BYE [next_url] SIP/2.0`, ...common(scenario.from, "[cseq] BYE", "[peer_tag_param]")];
  return [
    `<pause milliseconds="${scenario.talkMs ?? 1_000}"/>`,
    ...send([...lines, `[routes]`, `Content-Length: 0`], ` retrans="500"`),
    receive(`response="200"`),
  ];
}

const calleeBye = [
  receive(`request="BYE"`),
  ...send([
    `SIP/2.0 200 OK`,
    `[last_Via:]`,
    `[last_From:]`,
    `[last_To:]`,
    `[last_Call-ID:]`,
    `[last_CSeq:]`,
    `Content-Length: 0`,
  ]),
];

function cancel(scenario: CallerScenario): string[] {
  const start = `CANCEL sip:[service]@[remote_ip]:[remote_port] SIP/2.0`;
  const headers = common(scenario.from, "[cseq] CANCEL").map((line) =>
    line.startsWith("Via:") ? "[last_Via:]" : line,
  );
  return [
    `<recv response="100" optional="true"/>`,
    receive(`response="180"`),
    `<pause milliseconds="${scenario.talkMs ?? 500}"/>`,
    ...send([start, ...headers, `Content-Length: 0`], ` retrans="500"`),
    receive(`response="200"`),
    receive(`response="487"`),
    ...refusalAck,
  ];
}
