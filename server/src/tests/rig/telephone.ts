/**
 * A telephone of the test's own, on UDP: calls, is called, registers, sends tones and keys, and keeps what it hears.
 * It shares no code with the server, so that it can disagree with it.
 *
 *   const phone = await openTelephone({ number: "+15550177" });
 *   const call = await phone.call({ to: "+15550100", at: { host: "127.0.0.1", port: sipPort } });
 *   await call.answered();
 *   call.play(makeTone({ hz: 1_000, durationMs: 1_000 }));
 *   await call.press("1");
 *   expect((await call.hears([440, 1_000])).tones).toEqual([440]);
 *   await phone.close();
 */
import { keepSecret } from "./privacy.ts";
import { randomBytes } from "node:crypto";
import { Call } from "./call.ts";
import type { CallEncryption } from "./call.ts";
import type { G711 } from "./g711.ts";
import { openMedia } from "./media.ts";
import { answerChallenge, challengeFor, isAnswerRight } from "./sip-digest.ts";
import type { Credentials } from "./sip-digest.ts";
import { allHeaders, header, methodOf, statusOf, uriOf } from "./sip-message.ts";
import type { SipMessage } from "./sip-message.ts";
import { SipSocket } from "./sip-socket.ts";
import type { Address } from "./sip-socket.ts";
import { waitFor, within } from "./wait-for.ts";

export interface TelephoneOptions {
  /** The user part of From and Contact. */
  number: string;
  host?: string;
  /** SIP port; 0 for any. */
  port?: number;
  codecs?: readonly G711[];
  credentials?: Credentials;
  encryption?: CallEncryption;
  /** Asks who calls it for these (RFC 3261 section 22): 407, until the answer is right. */
  asksFor?: Credentials & { algorithm: "MD5" | "SHA-256" };
  /** Domain of From; the host by default. */
  domain?: string;
}

export interface OutgoingCall {
  /** A number (then at `at`), or a whole sip: URI. */
  to: string;
  at: Address;
  headers?: [string, string][];
}

export interface Registration {
  status: number;
  expiresSeconds: number;
}

export interface Telephone {
  readonly host: string;
  readonly port: number;
  /** Calls and returns at once; wait with `call.answered()`. */
  call(options: OutgoingCall): Promise<Call>;
  /** Registers (with the credentials, if asked for); expires 0 unregisters. Resolves with the final status. */
  register(registrar: Address, options?: { expiresSeconds?: number; domain?: string }): Promise<Registration>;
  /** The next call that comes in; it has been answered with 100 only. */
  nextCall(timeoutMs?: number): Promise<Call>;
  /** Raw bytes to anywhere. */
  sendRaw(bytes: Buffer, to: Address): void;
  /** One line per SIP message, for messages of failing tests. */
  trace(): string;
  /** Ends its calls with BYE (for at most a second), then closes its sockets. Idempotent. */
  close(): Promise<void>;
}

export async function openTelephone(options: TelephoneOptions): Promise<Telephone> {
  const host = options.host ?? "127.0.0.1";
  const codecs = options.codecs ?? ["PCMU", "PCMA"];
  if (/\d{5}/.test(options.number)) keepSecret(options.number);
  keepSecret(options.credentials?.username, options.credentials?.password);
  const calls: Call[] = [];
  const waiting: Call[] = [];
  const socket = await SipSocket.open(host, options.port ?? 0, (request, from) => {
    void receive(request, from);
  });
  const domain = options.domain ?? host;
  const local = `sip:${options.number}@${domain}`;

  async function receive(request: SipMessage, from: Address): Promise<void> {
    if (calls.some((call) => call.receive(request, from))) return;
    const method = methodOf(request);
    if (method === "INVITE") {
      await takeInvite(request, from);
    } else if (method !== "ACK") {
      socket.respond(request, from, method === "OPTIONS" ? "200 OK" : "481 Call/Transaction Does Not Exist");
    }
  }

  async function takeInvite(invite: SipMessage, from: Address): Promise<void> {
    const { asksFor, encryption } = options;
    if (asksFor && !isAnswerRight(header(invite, "Proxy-Authorization"), asksFor, "INVITE")) {
      const headers: [string, string][] = [["Proxy-Authenticate", challengeFor(asksFor.algorithm)]];
      socket.respond(invite, from, "407 Proxy Authentication Required", { headers });
      return;
    }
    socket.respond(invite, from, "100 Trying");
    const remote = uriOf(header(invite, "From") ?? "");
    const media = await openMedia(host);
    const call = new Call(socket, { media, codecs, encryption, local, remote, hop: from }, invite);
    calls.push(call);
    waiting.push(call);
  }

  let closed: Promise<void> | undefined;
  async function close(): Promise<void> {
    const open = calls.filter((call) => call.end === null);
    await Promise.all(open.map((call) => within("a BYE", call.hangUp(), 1_000).catch(() => call.vanish())));
    await Promise.all(calls.map((call) => call.media.close()));
    await socket.close();
  }

  return {
    host,
    port: socket.port,
    async call({ to, at, headers }) {
      const remote = to.startsWith("sip") ? to : `sip:${to}@${at.host}:${at.port}`;
      const media = await openMedia(host);
      const { credentials, encryption } = options;
      const call = new Call(socket, {
        media,
        codecs,
        encryption,
        local,
        remote,
        hop: at,
        credentials,
        headers,
      });
      calls.push(call);
      return call.invited();
    },
    register: (registrar, { expiresSeconds = 300, domain: realmDomain } = {}) =>
      register(socket, options, registrar, { expiresSeconds, domain: realmDomain ?? domain }),
    nextCall: (timeoutMs = 10_000) =>
      waitFor("a call to come in", () => waiting.shift(), { timeoutMs, intervalMs: 5 }),
    sendRaw: (bytes, to) => {
      socket.send(bytes, to);
    },
    trace: () => socket.trace.join("\n"),
    close: () => (closed ??= close()),
  };
}

/** Registrations of one telephone share a Call-ID and count up (RFC 3261, section 10.2.4). */
let registrations = 0;

async function register(
  socket: SipSocket,
  { number, credentials }: TelephoneOptions,
  registrar: Address,
  { expiresSeconds, domain }: { expiresSeconds: number; domain: string },
): Promise<Registration> {
  const user = credentials?.username ?? number;
  const uri = `sip:${domain}`;
  const tag = randomBytes(6).toString("hex");
  const send = (authorization: [string, string][]): Promise<SipMessage | "no-answer"> => {
    registrations += 1;
    const message: SipMessage = {
      startLine: `REGISTER ${uri} SIP/2.0`,
      headers: [
        socket.via(socket.newBranch()),
        ["Max-Forwards", "70"],
        ["From", `<sip:${user}@${domain}>;tag=${tag}`],
        ["To", `<sip:${user}@${domain}>`],
        ["Call-ID", `register-${socket.port}@rig`],
        ["CSeq", `${registrations} REGISTER`],
        ["Contact", `<sip:${user}@${socket.host}:${socket.port}>`],
        ["Expires", String(expiresSeconds)],
        ...authorization,
      ],
      body: "",
    };
    return new Promise((resolve) => {
      socket.request(message, registrar, (response) => {
        if (response === "no-answer" || (statusOf(response) ?? 0) >= 200) resolve(response);
      });
    });
  };
  let response = await send([]);
  const challenge = response === "no-answer" ? undefined : challengeOf(response);
  if (challenge && credentials) {
    const answer = answerChallenge(challenge.value, credentials, { method: "REGISTER", uri });
    response = await send([[challenge.answerIn, answer]]);
  }
  if (response === "no-answer") return { status: 408, expiresSeconds: 0 };
  const contact = allHeaders(response, "Contact").find((value) => value.includes(`:${socket.port}`)) ?? "";
  const granted = /expires=(\d+)/i.exec(contact)?.[1] ?? header(response, "Expires") ?? "0";
  return { status: statusOf(response) ?? 0, expiresSeconds: Number(granted) };
}

function challengeOf(response: SipMessage): { value: string; answerIn: string } | undefined {
  const status = statusOf(response);
  const [name, answerIn] =
    status === 407 ? ["Proxy-Authenticate", "Proxy-Authorization"] : ["WWW-Authenticate", "Authorization"];
  const value = status === 401 || status === 407 ? header(response, name) : undefined;
  return value === undefined ? undefined : { value, answerIn };
}
