/**
 * What a carrier's line asks of the media of its calls, and how descriptions are written for it. The media server
 * hears of it in two headers of the INVITE (freeswitch-config/dialplan); what it can't know is done here, to the
 * descriptions: encryption that is wished for but not demanded is offered as RFC 8643 has it, a key in an RTP/AVP
 * line, which is RTP/SAVP to the media server.
 */
import { inspectOffer } from "../core/sdp.ts";
import {
  hasKeys,
  isAudio,
  joinSdp,
  mediaLineOf,
  refusedSection,
  splitSdp,
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

function isEncrypted(section: readonly string[]): boolean {
  return isSecureProfile.test(mediaLineOf(section).profile) || hasKeys(section);
}

/** Their offer on the line's terms; null: anybody's, of whom nothing is asked. */
export function meetOffer(offer: string, terms: MediaTerms | null): MetOffer | Mismatch {
  if (!terms) return { ok: true, offer, toParty: (answer) => answer };
  const { session, media } = splitSdp(offer);
  const audio = media.filter(isAudio);
  const { codecs, encryption } = terms;
  if (encryption === "required" && !audio.some(isEncrypted)) {
    return mismatch(303, "This line takes encrypted calls only: RTP/SAVP with a=crypto (RFC 4568)");
  }
  if (encryption === "none" && audio.every((section) => isSecureProfile.test(mediaLineOf(section).profile))) {
    return mismatch(303, "This line takes calls without encryption only: RTP/AVP");
  }
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
  if (encryption === "none") return withoutKeys(section);
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

/**
 * The media server's offer, for the carrier: one audio line. Where encryption is a wish, the media server has offered
 * two lines, with it and without; carriers see one, RTP/AVP with keys (RFC 8643 section 3.1).
 */
export function presentOffer(serverOffer: string, { encryption }: MediaTerms): string {
  const { session, media } = splitSdp(serverOffer);
  const audio = media.filter(isAudio);
  const secure = audio.find(isEncrypted);
  const shown = encryption === "none" ? audio.find((section) => !isEncrypted(section)) : (secure ?? audio[0]);
  if (!shown) return serverOffer;
  const { profile } = mediaLineOf(shown);
  const line = encryption === "optional" ? profile.replace("/SAVP", "/AVP") : profile;
  return joinSdp({ session, media: [withMediaLine(shown, { profile: line })] });
}

export interface MetAnswer {
  ok: true;
  /** The carrier's answer, for the media server. */
  answer: string;
}

/** The carrier's answer to `presentOffer(serverOffer)`, on the line's terms, as the media server's offer wants it. */
export function meetAnswer(
  serverOffer: string,
  answer: string,
  { encryption }: MediaTerms,
): MetAnswer | Mismatch {
  const { session, media } = splitSdp(answer);
  const audio = media.find(isAudio);
  if (!audio) return mismatch(305, "The carrier's answer has no audio");
  if (encryption === "required" && !hasKeys(audio)) {
    return mismatch(303, "The carrier's answer is not encrypted");
  }
  const isSecure = encryption !== "none" && hasKeys(audio);
  const taken = isSecure ? audio : withoutKeys(audio);
  let isPlaced = false;
  const sections = splitSdp(serverOffer).media.map((section) => {
    if (isPlaced || !isAudio(section) || isEncrypted(section) !== isSecure) return refusedSection(section);
    isPlaced = true;
    return withMediaLine(taken, { profile: mediaLineOf(section).profile });
  });
  if (!isPlaced) return mismatch(303, "The carrier's answer is encrypted in a way that was not offered");
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
