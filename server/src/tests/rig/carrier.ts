/**
 * A carrier of the test's own, on UDP: a registrar that challenges, and a proxy that answers OPTIONS and INVITE as it is
 * told. It rings nobody; a carrier that answers is a `Telephone`.
 */
import { challengeFor, isAnswerRight } from "./sip-digest.ts";
import { header, methodOf } from "./sip-message.ts";
import type { SipMessage } from "./sip-message.ts";
import { SipSocket } from "./sip-socket.ts";
import type { Address } from "./sip-socket.ts";

export interface CarrierOptions {
  host?: string;
  /** Whom the registrar knows; left out: it lets everybody in. */
  account?: { username: string; password: string };
  algorithm?: "MD5" | "SHA-256";
  /** Shorter intervals get 423. */
  minimumExpires?: number;
  /** Longer ones are cut down to it. */
  maximumExpires?: number;
}

/** A status line and headers, or nothing at all. */
export type CarrierAnswer = { status: string; headers?: [string, string][] } | "silence";

export interface Carrier {
  readonly host: string;
  readonly port: number;
  readonly uri: string;
  /** What it got, in order; retransmissions are not in it. */
  readonly registers: SipMessage[];
  readonly invites: SipMessage[];
  readonly cancels: SipMessage[];
  readonly checks: SipMessage[];
  onOptions: CarrierAnswer;
  onInvite: CarrierAnswer;
  /** Instead of registering. */
  onRegister: CarrierAnswer | null;
  /** The Contact that is registered now; null: none. */
  readonly contact: string | null;
  trace(): string;
  close(): Promise<void>;
}

export async function openCarrier(options: CarrierOptions = {}): Promise<Carrier> {
  const { host = "127.0.0.1", algorithm = "MD5", minimumExpires = 1, maximumExpires = 86_400 } = options;
  let contact: string | null = null;
  const socket = await SipSocket.open(host, 0, (request, from) => {
    const method = methodOf(request);
    if (method === "REGISTER") register(request, from);
    else if (method === "OPTIONS") answer(carrier.checks, request, from, carrier.onOptions);
    else if (method === "INVITE") answer(carrier.invites, request, from, carrier.onInvite);
    else if (method === "CANCEL") answer(carrier.cancels, request, from, { status: "200 OK" });
  });

  /** Of what is not answered, the repetitions come by here. */
  function answer(kept: SipMessage[], request: SipMessage, from: Address, how: CarrierAnswer): void {
    const via = header(request, "Via");
    if (!kept.some((known) => header(known, "Via") === via)) kept.push(request);
    if (how === "silence") return;
    socket.respond(request, from, how.status, { toTag: "carrier", headers: how.headers ?? [] });
  }

  function register(request: SipMessage, from: Address): void {
    const asked = Number(header(request, "Expires") ?? "0");
    if (carrier.onRegister) return answer(carrier.registers, request, from, carrier.onRegister);
    const { account } = options;
    const given = header(request, "Authorization");
    if (account && !isAnswerRight(given, { ...account, algorithm }, "REGISTER")) {
      const challenge: [string, string] = ["WWW-Authenticate", challengeFor(algorithm)];
      return answer(carrier.registers, request, from, { status: "401 Unauthorized", headers: [challenge] });
    }
    if (asked > 0 && asked < minimumExpires) {
      const headers: [string, string][] = [["Min-Expires", String(minimumExpires)]];
      return answer(carrier.registers, request, from, { status: "423 Interval Too Brief", headers });
    }
    const granted = Math.min(asked, maximumExpires);
    const uri = /<([^>]*)>/.exec(header(request, "Contact") ?? "")?.[1] ?? "";
    contact = granted === 0 ? null : uri;
    const bound: [string, string][] = granted === 0 ? [] : [["Contact", `<${uri}>;expires=${granted}`]];
    answer(carrier.registers, request, from, { status: "200 OK", headers: bound });
  }

  const carrier: Carrier = {
    host,
    port: socket.port,
    uri: `sip:${host}:${socket.port}`,
    registers: [],
    invites: [],
    cancels: [],
    checks: [],
    onOptions: { status: "200 OK" },
    onInvite: { status: "503 Service Unavailable" },
    onRegister: null,
    get contact() {
      return contact;
    },
    trace: () => socket.trace.join("\n"),
    close: () => socket.close(),
  };
  return carrier;
}
