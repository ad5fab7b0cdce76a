import type { G711Law } from "./g711.ts";
import type { CryptoLine } from "./sdes.ts";
import { formatCryptoLine, readCryptoLines } from "./sdes.ts";
import type { Direction, Sdp, SdpMedia } from "./sdp.ts";
import { attributeOf, directionOf } from "./sdp.ts";

/** How the packets of a leg are protected and found: not at all, by a key in the description, by DTLS over ICE. */
export type MediaSecurity = "none" | "sdes" | "dtls";

/** What a call's INVITE asks of its media. */
export interface MediaTerms {
  /** In the order of preference. */
  laws: readonly G711Law[];
  encryption: "none" | "optional" | "required";
}

/** What is taken from who asks for nothing. */
export const anyMedia: MediaTerms = { laws: ["PCMU", "PCMA"], encryption: "optional" };

/** What the remote side's description says about the one audio stream that we take part in. */
export interface RemoteAudio {
  /** Position of the section among all. */
  index: number;
  security: MediaSecurity;
  protocol: string;
  address: string;
  port: number;
  rtcpPort: number;
  hasRtcpMux: boolean;
  direction: Direction;
  /** The law to send, and the payload types by which we know both when receiving. */
  law: G711Law;
  payloadType: number;
  laws: { law: G711Law; payloadType: number }[];
  telephoneEvent: number | undefined;
  mid: string | undefined;
  ice: { usernameFragment: string; password: string; isLite: boolean; candidates: string[] } | undefined;
  dtls: { fingerprints: { algorithm: string; value: string }[]; setup: string } | undefined;
  /** The key that the remote side encrypts with, where `security` is "sdes". */
  crypto: CryptoLine | undefined;
}

interface PayloadMaps {
  laws: { law: G711Law; payloadType: number }[];
  telephoneEvent: number | undefined;
}

/** RFC 3551 table 4: 0 and 8 need no rtpmap. */
function readPayloads(media: SdpMedia, known: readonly G711Law[]): PayloadMaps {
  const maps: PayloadMaps = { laws: [], telephoneEvent: undefined };
  for (const format of media.formats) {
    const payloadType = Number(format);
    const mapping = media.attributes.find((line) => line.startsWith(`rtpmap:${format} `));
    const encoding = mapping?.slice(mapping.indexOf(" ") + 1).toUpperCase();
    const isLaw = (name: G711Law, fixed: number) =>
      known.includes(name) &&
      (encoding === undefined
        ? payloadType === fixed
        : encoding === `${name}/8000` || encoding === `${name}/8000/1`);
    if (isLaw("PCMU", 0)) maps.laws.push({ law: "PCMU", payloadType });
    else if (isLaw("PCMA", 8)) maps.laws.push({ law: "PCMA", payloadType });
    else if (encoding === "TELEPHONE-EVENT/8000") maps.telephoneEvent ??= payloadType;
  }
  return maps;
}

const plainProfiles = /^RTP\/AVPF?$/;
/** RFC 3711 and RFC 5764, and what older browsers write. */
const secureProfiles = /^(UDP\/TLS\/)?RTP\/SAVPF?$/;

/** How a section is protected; undefined if it can't be used on these terms. */
function readSecurity(
  sdp: Sdp,
  media: SdpMedia,
  encryption: MediaTerms["encryption"],
): Pick<RemoteAudio, "security" | "ice" | "dtls" | "crypto"> | undefined {
  const [ice, dtls] = [readIce(sdp, media), readDtls(sdp, media)];
  if (plainProfiles.test(media.protocol)) {
    // Like FreeSWITCH: whoever offers a key means RTP/SAVP.
    const hasKey = media.attributes.some((line) => line.startsWith("crypto:"));
    if (encryption === "required" || hasKey) return undefined;
    return { security: "none", ice, dtls, crypto: undefined };
  }
  if (!secureProfiles.test(media.protocol)) return undefined;
  if (ice && dtls) return { security: "dtls", ice, dtls, crypto: undefined };
  const crypto = encryption === "none" ? undefined : readCryptoLines(media.attributes)[0];
  return crypto && { security: "sdes", ice: undefined, dtls: undefined, crypto };
}

function readIce(sdp: Sdp, media: SdpMedia): RemoteAudio["ice"] {
  const usernameFragment = attributeOf(sdp, media, "ice-ufrag");
  const password = attributeOf(sdp, media, "ice-pwd");
  if (usernameFragment === undefined || password === undefined) return undefined;
  const candidates = media.attributes.flatMap((line) =>
    line.startsWith("candidate:") ? [line.slice("candidate:".length)] : [],
  );
  return { usernameFragment, password, isLite: sdp.attributes.includes("ice-lite"), candidates };
}

function readDtls(sdp: Sdp, media: SdpMedia): RemoteAudio["dtls"] {
  const lines = [...media.attributes, ...sdp.attributes];
  const fingerprints = lines.flatMap((line) => {
    const match = /^fingerprint:(\S+)\s+(\S+)/i.exec(line);
    return match ? [{ algorithm: match[1]!.toLowerCase(), value: match[2]! }] : [];
  });
  if (fingerprints.length === 0) return undefined;
  return { fingerprints, setup: attributeOf(sdp, media, "setup") ?? "actpass" };
}

function readRtcpPort(sdp: Sdp, media: SdpMedia): number {
  const port = Number.parseInt(attributeOf(sdp, media, "rtcp") ?? "", 10);
  return port > 0 && port <= 65535 ? port : media.port + 1;
}

function readSection(sdp: Sdp, media: SdpMedia, index: number, terms: MediaTerms): RemoteAudio | undefined {
  const protection = readSecurity(sdp, media, terms.encryption);
  const { laws, telephoneEvent } = readPayloads(media, terms.laws);
  const address = media.address ?? sdp.address;
  const first = laws[0];
  if (media.kind !== "audio" || media.port === 0 || protection === undefined) return undefined;
  if (first === undefined || address === undefined) return undefined;
  return {
    index,
    ...protection,
    protocol: media.protocol,
    address,
    port: media.port,
    rtcpPort: readRtcpPort(sdp, media),
    hasRtcpMux: media.attributes.includes("rtcp-mux"),
    // RFC 3264 section 8.4: a null address without ICE is an old way to hold.
    direction: address === "0.0.0.0" && protection.security !== "dtls" ? "inactive" : directionOf(sdp, media),
    law: first.law,
    payloadType: first.payloadType,
    laws,
    telephoneEvent,
    mid: attributeOf(sdp, media, "mid"),
  };
}

/** The first audio section that we can take part in: G.711 over RTP, SRTP (SDES), or DTLS-SRTP with ICE. */
export function selectAudio(sdp: Sdp, terms: MediaTerms = anyMedia): RemoteAudio | undefined {
  for (const [index, media] of sdp.media.entries()) {
    const audio = readSection(sdp, media, index, terms);
    if (audio !== undefined) return audio;
  }
  return undefined;
}

/** What our own description needs to say. */
export interface LocalAudio {
  address: string;
  port: number;
  rtcpPort: number;
  direction: Direction;
  originId: number;
  originVersion: number;
  ice?: { usernameFragment: string; password: string; candidates: string[] };
  dtls?: { fingerprint: string; setup: "passive" | "active" | "actpass" };
  /** Our keys, one for each suite. */
  crypto?: readonly CryptoLine[];
}

function sessionLines(local: LocalAudio, extra: string[]): string[] {
  return [
    "v=0",
    `o=FreeSWITCH ${local.originId} ${local.originVersion} IN IP4 ${local.address}`,
    "s=FreeSWITCH",
    `c=IN IP4 ${local.address}`,
    "t=0 0",
    ...extra,
  ];
}

function transportLines(local: LocalAudio, hasRtcpMux: boolean): string[] {
  const lines = [`a=${local.direction}`, "a=ptime:20"];
  if (hasRtcpMux) lines.push("a=rtcp-mux");
  lines.push(`a=rtcp:${hasRtcpMux ? local.port : local.rtcpPort} IN IP4 ${local.address}`);
  if (local.dtls)
    lines.push(`a=fingerprint:sha-256 ${local.dtls.fingerprint}`, `a=setup:${local.dtls.setup}`);
  if (local.ice) {
    lines.push(`a=ice-ufrag:${local.ice.usernameFragment}`, `a=ice-pwd:${local.ice.password}`);
    lines.push(...local.ice.candidates.map((candidate) => `a=candidate:${candidate}`), "a=end-of-candidates");
  }
  return lines;
}

/** Our key for the suite that they chose, under their tag (RFC 4568 section 5.1.2). */
function agreedCrypto(remote: RemoteAudio, local: LocalAudio): string[] {
  const ours = local.crypto?.find(({ suite }) => suite === remote.crypto?.suite);
  return remote.crypto && ours ? [`a=${formatCryptoLine({ ...ours, tag: remote.crypto.tag })}`] : [];
}

function audioFormats(remote: RemoteAudio): { formats: number[]; lines: string[] } {
  const formats = [remote.payloadType];
  const lines = [`a=rtpmap:${remote.payloadType} ${remote.law}/8000`];
  if (remote.telephoneEvent !== undefined) {
    formats.push(remote.telephoneEvent);
    lines.push(
      `a=rtpmap:${remote.telephoneEvent} telephone-event/8000`,
      `a=fmtp:${remote.telephoneEvent} 0-15`,
    );
  }
  return { formats, lines };
}

/** The answer to `offer` in which only its section `remote.index` is taken. */
export function buildAnswer(offer: Sdp, remote: RemoteAudio, local: LocalAudio, ssrc: number): string {
  const isBundled =
    remote.mid !== undefined && offer.attributes.some((line) => line.startsWith("group:BUNDLE"));
  const sections = offer.media.flatMap((media, index) => {
    if (index !== remote.index) {
      const mid = media.attributes.find((line) => line.startsWith("mid:"));
      return [
        `m=${media.kind} 0 ${media.protocol} ${media.formats.join(" ") || "0"}`,
        ...(mid ? [`a=${mid}`] : []),
      ];
    }
    const { formats, lines } = audioFormats(remote);
    return [
      `m=audio ${local.port} ${remote.protocol} ${formats.join(" ")}`,
      ...lines,
      ...transportLines(local, remote.hasRtcpMux),
      ...agreedCrypto(remote, local),
      ...(remote.mid === undefined ? [] : [`a=mid:${remote.mid}`]),
      ...(remote.security === "dtls" ? [`a=ssrc:${ssrc} cname:ringdown`] : []),
    ];
  });
  const extra = local.ice ? ["a=msid-semantic: WMS *"] : [];
  if (isBundled) extra.push(`a=group:BUNDLE ${remote.mid}`);
  return `${[...sessionLines(local, extra), ...sections].join("\r\n")}\r\n`;
}

export const offeredTelephoneEvent = 101;

const fixedTypes: Record<G711Law, number> = { PCMU: 0, PCMA: 8 };

function offeredSection(
  local: LocalAudio,
  protocol: string,
  laws: readonly G711Law[],
  keys: string[],
): string[] {
  const event = offeredTelephoneEvent;
  return [
    `m=audio ${local.port} ${protocol} ${[...laws.map((law) => fixedTypes[law]), event].join(" ")}`,
    ...laws.map((law) => `a=rtpmap:${fixedTypes[law]} ${law}/8000`),
    `a=rtpmap:${event} telephone-event/8000`,
    `a=fmtp:${event} 0-15`,
    ...transportLines(local, local.dtls !== undefined),
    ...keys,
  ];
}

/**
 * An offer of the laws and RFC 4733: over DTLS-SRTP with `ice` and `dtls`, else over plain RTP or SRTP or, as
 * FreeSWITCH writes it, both as sections of the same port, of which the answer takes one.
 */
export function buildOffer(
  local: LocalAudio,
  { laws, encryption }: MediaTerms = { ...anyMedia, encryption: "none" },
): string {
  const keys = (local.crypto ?? []).map((line) => `a=${formatCryptoLine(line)}`);
  const sections = local.dtls
    ? [offeredSection(local, "UDP/TLS/RTP/SAVPF", laws, [])]
    : [
        ...(encryption === "none" ? [] : [offeredSection(local, "RTP/SAVP", laws, keys)]),
        ...(encryption === "required" ? [] : [offeredSection(local, "RTP/AVP", laws, [])]),
      ];
  return `${[...sessionLines(local, []), ...sections.flat()].join("\r\n")}\r\n`;
}

/** The description that we would send now for a stream agreed with `remote`: re-INVITEs by us (hold). */
export function buildReoffer(remote: RemoteAudio, local: LocalAudio): string {
  const { formats, lines } = audioFormats(remote);
  const isBundled = remote.mid !== undefined && remote.security === "dtls";
  const all = [
    ...sessionLines(local, isBundled ? [`a=group:BUNDLE ${remote.mid}`] : []),
    `m=audio ${local.port} ${remote.protocol} ${formats.join(" ")}`,
    ...lines,
    ...transportLines(local, remote.hasRtcpMux),
    ...agreedCrypto(remote, local),
    ...(remote.mid === undefined ? [] : [`a=mid:${remote.mid}`]),
  ];
  return `${all.join("\r\n")}\r\n`;
}
