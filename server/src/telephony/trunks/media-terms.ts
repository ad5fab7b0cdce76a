/**
 * What a carrier's line asks of the media of its calls, and how descriptions are written for it. The media server
 * hears of it in two headers of the INVITE (freeswitch-config/dialplan); what it can't know is done here, to the
 * descriptions: a key in an RTP/AVP line, by which callers offer to encrypt if we like (RFC 8643), is RTP/SAVP to the
 * media server.
 */
import { inspectOffer } from "../core/sdp.ts";
import {
  hasKeys,
  isAudio,
  joinSdp,
  mediaLineOf,
  refusedSection,
  splitSdp,
  withCodecs,
  withCommonKeys,
  withFormats,
  withMediaLine,
  withoutKeys,
} from "./media-sdp.ts";

export interface MediaTerms {
  /** In the order of preference; empty: what the media server has. */
  codecs: readonly string[];
  encryption: "none" | "optional" | "required";
}

/** The headers that tell the media server. */
export function termsHeaders({ codecs, encryption }: MediaTerms): Record<string, string> {
  const wanted = codecs.length === 0 ? {} : { "X-Ringdown-Codecs": codecs.join(",").toUpperCase() };
  return { ...wanted, "X-Ringdown-Encryption": encryption };
}

/** A description that can't be agreed on: what is wrong with it, and the same as a Warning (RFC 3261 §20.43). */
export interface Mismatch {
  ok: false;
  sentence: string;
  warning: string;
}

export interface MetOffer {
  ok: true;
  /** Their offer, for the media server. */
  offer: string;
  /** The media server's answer, for them. */
  toParty(answer: string): string;
}

/** 303: incompatible transport protocol, 305: incompatible media format. */
function mismatch(code: 303 | 305, sentence: string): Mismatch {
  return { ok: false, sentence, warning: `${code} ringdown "${sentence}"` };
}

const isSecureProfile = /SAVPF?$/;

/** Whether a line can be talked over on these terms: FreeSWITCH accepts some that can't, with a refused stream. */
function isUsable(
  section: readonly string[],
  encryption: MediaTerms["encryption"],
  hasDtls: boolean,
): boolean {
  const isSecret = hasKeys(withCommonKeys(section)) || hasDtls;
  if (isSecureProfile.test(mediaLineOf(section).profile)) return encryption !== "none" && isSecret;
  return encryption !== "required" || isSecret;
}

const unmet: Record<MediaTerms["encryption"], string> = {
  none: "This line takes calls without encryption only: RTP/AVP",
  optional: "This line takes RTP/AVP, or RTP/SAVP with a=crypto and AES_CM_128_HMAC_SHA1",
  required:
    "This line takes encrypted calls only: RTP/SAVP with a=crypto and AES_CM_128_HMAC_SHA1 (RFC 4568)",
};

/** Their offer on the line's terms; null: anybody's, of whom nothing is asked. */
export function meetOffer(offer: string, terms: MediaTerms | null): MetOffer | Mismatch {
  if (!terms) return { ok: true, offer, toParty: (answer) => answer };
  const { session, media } = splitSdp(offer);
  const { codecs, encryption } = terms;
  const hasDtls = /^a=fingerprint:/m.test(offer);
  const audio = media.filter(isAudio);
  if (!audio.some((section) => isUsable(section, encryption, hasDtls)))
    return mismatch(303, unmet[encryption]);
  const verdict = inspectOffer(offer);
  if (codecs.length > 0 && verdict.ok && !verdict.codecs.some((codec) => codecs.includes(codec))) {
    return mismatch(305, `This line takes ${codecs.join(", ")} only`);
  }
  const sections = media.map((section) => sectionForServer(section, encryption));
  return {
    ok: true,
    offer: joinSdp({ session, media: sections }),
    toParty: (answer) => withProfilesOf(offer, answer),
  };
}

/** A key in an RTP/AVP line is RTP/SAVP to the media server, or not to be seen. */
function sectionForServer(
  section: readonly string[],
  encryption: MediaTerms["encryption"],
): readonly string[] {
  const { profile } = mediaLineOf(section);
  if (!hasKeys(section) || isSecureProfile.test(profile)) return section;
  if (encryption === "none" || !hasKeys(withCommonKeys(section))) return withoutKeys(section);
  return withMediaLine(section, { profile: profile.replace("/AVP", "/SAVP") });
}

/** RFC 3264 section 6: an answer's lines have the profiles of the offer's. */
function withProfilesOf(offer: string, answer: string): string {
  const profiles = splitSdp(offer).media.map((section) => mediaLineOf(section).profile);
  const { session, media } = splitSdp(answer);
  const sections = media.map((section, i) =>
    withMediaLine(section, { profile: profiles[i] ?? mediaLineOf(section).profile }),
  );
  return joinSdp({ session, media: sections });
}

/** What the carrier is offered of the media server's offer: one audio line, with keys or without. */
export function presentOffer(serverOffer: string, { codecs, encryption }: MediaTerms): string {
  const isEncrypted = encryption === "required";
  const { session, media } = splitSdp(serverOffer);
  const shown = media.find((section) => isAudio(section) && hasKeys(section) === isEncrypted);
  if (!shown) throw new Error("The media server has made no offer that the carrier's line takes");
  const line = withCommonKeys(withCodecs(shown, codecs));
  if (mediaLineOf(line).formats.length === 0)
    throw new Error(`The media server has none of ${codecs.join(", ")}`);
  return joinSdp({ session, media: [line] });
}

export interface MetAnswer {
  ok: true;
  /** The carrier's answer, for the media server. */
  answer: string;
}

/** The carrier's answer to `presentOffer(serverOffer, isEncrypted)`, as the media server's offer wants it. */
export function meetAnswer(serverOffer: string, answer: string, isEncrypted: boolean): MetAnswer | Mismatch {
  const { session, media } = splitSdp(answer);
  const audio = media.find(isAudio);
  if (!audio) return mismatch(305, "The carrier's answer has no audio");
  if (hasKeys(audio) !== isEncrypted) {
    return mismatch(
      303,
      `The carrier's answer is ${isEncrypted ? "not " : ""}encrypted, the offer was${isEncrypted ? "" : " not"}`,
    );
  }
  let isPlaced = false;
  const sections = splitSdp(serverOffer).media.map((section) => {
    if (isPlaced || !isAudio(section) || hasKeys(section) !== isEncrypted) return refusedSection(section);
    isPlaced = true;
    return withMediaLine(audio, { profile: mediaLineOf(section).profile });
  });
  return { ok: true, answer: joinSdp({ session, media: sections }) };
}

/**
 * Our side of what was agreed on: of the offer that the carrier got, the formats and the key that its answer took.
 * It is what a later offer of the same session is answered with.
 */
export function agreedOffer(presented: string, answer: string): string {
  const { session, media } = splitSdp(presented);
  const taken = splitSdp(answer).media;
  const sections = media.map((section, i) => {
    const theirs = taken[i];
    if (!theirs || !isAudio(theirs)) return refusedSection(section);
    const tag = /^a=crypto:(\d+) /m.exec(theirs.join("\n"))?.[1];
    const isOtherKey = (line: string) =>
      line.startsWith("a=crypto:") && (tag === undefined || !line.startsWith(`a=crypto:${tag} `));
    return withFormats(section, mediaLineOf(theirs).formats).filter((line) => !isOtherKey(line));
  });
  return joinSdp({ session, media: sections });
}
