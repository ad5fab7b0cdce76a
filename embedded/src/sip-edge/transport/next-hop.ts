import { lookup, resolveSrv } from "node:dns/promises";
import { isIP } from "node:net";
import { parseSipUri, unbracketHost, type SipUri } from "../grammar/uri.ts";
import type { Address, Protocol } from "./flow.ts";

/** Where a URI wants a request to go (RFC 3263 section 4), before names are looked up. */
export interface Hop {
  readonly protocol: Protocol;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** SRV records count only when the URI gives no port. */
  readonly hasPort: boolean;
}

const protocols: readonly Protocol[] = ["udp", "tcp", "tls", "ws", "wss"];
const defaultPorts: Readonly<Record<Protocol, number>> = {
  udp: 5060,
  tcp: 5060,
  tls: 5061,
  ws: 80,
  wss: 443,
};

/** Undefined when the URI is no sip URI or asks for a transport that doesn't exist. */
export function hopOf(uriText: string, defaultProtocol: Protocol): Hop | undefined {
  const uri = parseSipUri(uriText.replace(/^<(.*)>$/s, "$1"));
  if (uri === undefined) return undefined;
  const protocol = protocolOf(uri, defaultProtocol);
  if (protocol === undefined) return undefined;
  const host = unbracketHost(uri.params.get("maddr") ?? uri.host);
  return { protocol, host, port: uri.port ?? defaultPorts[protocol], hasPort: uri.port !== undefined };
}

function protocolOf(uri: SipUri, defaultProtocol: Protocol): Protocol | undefined {
  const wanted = uri.params.get("transport")?.toLowerCase();
  if (wanted === undefined) return uri.scheme === "sips" ? "tls" : defaultProtocol;
  const protocol = protocols.find((name) => name === wanted);
  if (uri.scheme === "sips" && protocol === "tcp") return "tls";
  return uri.scheme === "sips" && protocol === "ws" ? "wss" : protocol;
}

/** Looks the hop's name up: SRV, then A or AAAA. Undefined when there is no such name. */
export async function resolveHop(hop: Hop): Promise<Address | undefined> {
  if (isIP(hop.host) !== 0) return { host: hop.host, port: hop.port };
  if (isUnreachableName(hop.host)) return undefined;
  const { host, port } = (hop.hasPort ? undefined : await lookUpService(hop)) ?? hop;
  try {
    const { address } = await lookup(host, { verbatim: false });
    return { host: address, port };
  } catch {
    // Whatever the resolver says, the caller can only answer that the next hop isn't reachable.
    return undefined;
  }
}

/** RFC 2606: the host of a websocket's Contact (RFC 7118 section 5.1) is never to be looked up. */
export function isUnreachableName(host: string): boolean {
  return host === "invalid" || host.endsWith(".invalid");
}

async function lookUpService(hop: Hop): Promise<Address | undefined> {
  if (hop.protocol === "ws" || hop.protocol === "wss" || hop.host === "localhost") return undefined;
  const prefix = hop.protocol === "tls" ? "_sips._tcp" : `_sip._${hop.protocol}`;
  try {
    const records = await resolveSrv(`${prefix}.${hop.host}`);
    const [best] = records.toSorted((a, b) => a.priority - b.priority || b.weight - a.weight);
    return best === undefined ? undefined : { host: best.name, port: best.port };
  } catch {
    // No SRV record is the usual case: the A record decides.
    return undefined;
  }
}
