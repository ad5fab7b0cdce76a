/** Session descriptions of the rig's telephone: one audio line, G.711 and telephone events. */
import type { G711 } from "./g711.ts";
import { payloadTypeOf } from "./g711.ts";
import type { MediaTarget } from "./media.ts";
import type { CryptoLine } from "./srtp.ts";
import { writeCryptoLine } from "./srtp.ts";

const keyPayloadType = 101;

export interface SdpOptions {
  host: string;
  port: number;
  /** In order of preference. */
  codecs: readonly G711[];
  direction?: "sendrecv" | "sendonly" | "recvonly" | "inactive";
  version?: number;
  /** RTP/AVP by default. */
  profile?: string;
  crypto?: CryptoLine | undefined;
}

export function makeSdp(options: SdpOptions): string {
  const { host, port, codecs, direction = "sendrecv", version = 1, profile = "RTP/AVP", crypto } = options;
  const types = codecs.map((codec) => payloadTypeOf[codec]);
  return [
    "v=0",
    `o=rig 1 ${version} IN IP4 ${host}`,
    "s=-",
    `c=IN IP4 ${host}`,
    "t=0 0",
    `m=audio ${port} ${profile} ${[...types, keyPayloadType].join(" ")}`,
    ...codecs.map((codec) => `a=rtpmap:${payloadTypeOf[codec]} ${codec}/8000`),
    `a=rtpmap:${keyPayloadType} telephone-event/8000`,
    `a=fmtp:${keyPayloadType} 0-15`,
    "a=ptime:20",
    ...(crypto ? [writeCryptoLine(crypto)] : []),
    `a=${direction}`,
    "",
  ].join("\r\n");
}

/** The profile of the first audio line. */
export function profileOf(sdp: string): string {
  return /^m=audio \d+ (\S+)/m.exec(sdp)?.[1] ?? "RTP/AVP";
}

/** Where to send audio and how; null if the audio line is refused or without G.711. */
export function readSdp(sdp: string): MediaTarget | null {
  const lines = sdp.split(/\r?\n/);
  const at = lines.findIndex((line) => line.startsWith("m=audio "));
  if (at < 0) return null;
  const [, port = "0", , ...types] = (lines[at] ?? "").split(" ");
  const next = lines.findIndex((line, index) => index > at && line.startsWith("m="));
  const media = lines.slice(at + 1, next < 0 ? lines.length : next);
  const connection = [...media, ...lines.slice(0, at)].find((line) => line.startsWith("c="));
  const host = connection?.split(" ").at(-1) ?? "";
  const codec = types.map((type) => codecs[type]).find((name) => name !== undefined);
  if (Number(port) === 0 || host === "" || !codec) return null;
  const events = media
    .map((line) => /^a=rtpmap:(\d+) telephone-event\/8000/i.exec(line)?.[1])
    .find((type) => type !== undefined);
  return { host, port: Number(port), codec, keyPayloadType: events === undefined ? null : Number(events) };
}

const codecs: Record<string, G711> = { "0": "PCMU", "8": "PCMA" };
