/** Looking into session descriptions (RFC 8866): enough to refuse what cannot work, before a channel is spent on it. */

export type OfferVerdict =
  | { ok: true; codecs: string[]; isSecure: boolean; direction: MediaDirection }
  | { ok: false; status: 400 | 488; sentence: string };

export type MediaDirection = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/** What the media servers behind us can speak. */
const usableCodecs = ["opus", "g722", "pcmu", "pcma"];
/** Payload types that need no rtpmap (RFC 3551 §6). */
const staticCodecs: Record<string, string> = {
  "0": "pcmu",
  "8": "pcma",
  "9": "g722",
  "18": "g729",
  "3": "gsm",
};
const knownProfiles = /^(RTP\/S?AVPF?|UDP\/TLS\/RTP\/SAVPF?)$/;

interface AudioLine {
  port: number;
  profile: string;
  payloads: string[];
  attributes: string[];
}

/** Judges an offer: malformed is 400, no usable audio is 488 (RFC 3261 §21.4.26). */
export function inspectOffer(sdp: string): OfferVerdict {
  const lines = sdp.split(/\r\n|\n/).filter((line) => line !== "");
  const isShaped = lines.every((line) => /^[a-z]=/.test(line));
  const hasSession = lines[0] === "v=0" && lines.some((l) => /^o=\S+( \S+){5}$/.test(l));
  if (!isShaped || !hasSession) return refusal(400, "The session description is malformed");
  const audio = findAudio(lines);
  if (audio === "malformed") return refusal(400, "The audio line of the session description is malformed");
  if (!audio) return refusal(488, "The offer has no audio");
  if (!hasConnection(lines)) return refusal(400, "The session description has no connection address");
  if (!knownProfiles.test(audio.profile))
    return refusal(488, `The profile ${audio.profile} is not supported`);
  const codecs = codecsOf(audio);
  if (!codecs.some((codec) => usableCodecs.includes(codec))) {
    return refusal(488, `No common codec: offered ${codecs.join(", ") || "none"}`);
  }
  return { ok: true, codecs, isSecure: audio.profile.includes("SAVP"), direction: directionOf(audio, lines) };
}

/** An answer that rejects every stream of an offer (RFC 3264 §6: port zero), to finish an exchange before a BYE. */
export function rejectOffer(offer: string): string {
  const media = offer.split(/\r\n|\n/).filter((line) => line.startsWith("m="));
  const rejected = media.map((line) => line.replace(/^m=(\S+) \d+(?:\/\d+)? /, "m=$1 0 "));
  const mids = offer.split(/\r\n|\n/).filter((line) => line.startsWith("a=mid:"));
  const lines = ["v=0", "o=- 0 0 IN IP4 0.0.0.0", "s=-", "c=IN IP4 0.0.0.0", "t=0 0"];
  rejected.forEach((line, i) => lines.push(line, ...(mids[i] === undefined ? [] : [mids[i]]), "a=inactive"));
  return lines.map((line) => `${line}\r\n`).join("");
}

/** Whether two descriptions differ in more than their origin line: a session refresh repeats the same one. */
export function isSameSession(a: string, b: string): boolean {
  return withoutOrigin(a) === withoutOrigin(b);
}

/** Whether the media are RTP and nothing else: no keys, no ICE, so that they can be sent from somewhere else at any time. */
export function isPlainRtp(sdp: string): boolean {
  const verdict = inspectOffer(sdp);
  return verdict.ok && !verdict.isSecure && !/^a=(crypto|fingerprint|ice-ufrag):/m.test(sdp);
}

/** Whether the party's media are found by ICE (RFC 8445), as every browser's are. */
export function usesIce(sdp: string): boolean {
  return /^a=ice-ufrag:/m.test(sdp);
}

/** Whether media go to the same place in the same codec: what a channel has to know of its party. */
export function isSameMedia(a: string, b: string): boolean {
  return JSON.stringify(targetOf(a)) === JSON.stringify(targetOf(b));
}

function targetOf(sdp: string): unknown {
  const lines = sdp.split(/\r\n|\n/);
  const audio = findAudio(lines);
  if (!audio || audio === "malformed") return null;
  const own = audio.attributes.find((line) => line.startsWith("c="));
  const connection = own ?? lines.find((line) => line.startsWith("c="));
  return [connection, audio.port, audio.profile, codecsOf(audio)[0], directionOf(audio, lines)];
}

/**
 * The next description of a session that was described before (RFC 3264 §8: the same origin, the version one higher),
 * whoever wrote this one.
 */
export function continueSession(sdp: string, previous: string): string {
  const before = /^o=(\S+) (\S+) (\d+) (.*?)\r?$/m.exec(previous);
  if (!before) return sdp;
  const [, user, id, version = "0", rest] = before;
  return sdp.replace(/^o=.*?(\r?)$/m, `o=${user} ${id} ${BigInt(version) + 1n} ${rest}$1`);
}

function withoutOrigin(sdp: string): string {
  return sdp
    .split(/\r\n|\n/)
    .filter((line) => line !== "" && !line.startsWith("o="))
    .join("\n");
}

function refusal(status: 400 | 488, sentence: string): OfferVerdict {
  return { ok: false, status, sentence };
}

function findAudio(lines: string[]): AudioLine | "malformed" | null {
  for (const [i, line] of lines.entries()) {
    if (!line.startsWith("m=audio")) continue;
    const match = /^m=audio (\d{1,5})(?:\/\d+)? (\S+) ([\w ]+)$/.exec(line);
    if (!match || Number(match[1]) > 65_535) return "malformed";
    if (match[1] === "0") continue;
    const rest = lines.slice(i + 1);
    const next = rest.findIndex((l) => l.startsWith("m="));
    return {
      port: Number(match[1]),
      profile: match[2] ?? "",
      payloads: (match[3] ?? "").trim().split(/ +/),
      attributes: next === -1 ? rest : rest.slice(0, next),
    };
  }
  return null;
}

function hasConnection(lines: string[]): boolean {
  return lines.some((line) => /^c=IN IP[46] \S+$/.test(line));
}

function codecsOf(audio: AudioLine): string[] {
  return audio.payloads
    .map((payload) => {
      const map = audio.attributes.find((line) => line.startsWith(`a=rtpmap:${payload} `));
      return (
        map?.slice(`a=rtpmap:${payload} `.length).split("/", 1)[0]?.toLowerCase() ?? staticCodecs[payload]
      );
    })
    .filter((codec) => codec !== undefined);
}

function directionOf(audio: AudioLine, lines: string[]): MediaDirection {
  const found = [
    ...audio.attributes,
    ...lines.slice(
      0,
      lines.findIndex((l) => l.startsWith("m=")),
    ),
  ].find((line) => /^a=(sendrecv|sendonly|recvonly|inactive)$/.test(line));
  return (found?.slice(2) as MediaDirection | undefined) ?? "sendrecv";
}
