/** Taking session descriptions apart and putting them together again, as far as carriers' lines need it. */
export interface Description {
  /** The lines before the first `m=`. */
  session: readonly string[];
  /** Each beginning with its `m=` line. */
  media: readonly (readonly string[])[];
}

export function splitSdp(sdp: string): Description {
  const lines = sdp.split(/\r\n|\n/).filter((line) => line !== "");
  const first = lines.findIndex((line) => line.startsWith("m="));
  if (first === -1) return { session: lines, media: [] };
  const media: string[][] = [];
  for (const line of lines.slice(first)) {
    if (line.startsWith("m=")) media.push([line]);
    else media.at(-1)?.push(line);
  }
  return { session: lines.slice(0, first), media };
}

export function joinSdp({ session, media }: Description): string {
  return [...session, ...media.flat()].map((line) => `${line}\r\n`).join("");
}

/** The parts of `m=audio 4000 RTP/AVP 0 8 101`. */
export interface MediaLine {
  kind: string;
  port: number;
  profile: string;
  formats: readonly string[];
}

export function mediaLineOf(section: readonly string[]): MediaLine {
  const [kind = "", port = "", profile = "", ...formats] = (section[0] ?? "").slice(2).trim().split(/ +/);
  return { kind, port: Number.parseInt(port, 10) || 0, profile, formats };
}

export function withMediaLine(section: readonly string[], change: Partial<MediaLine>): string[] {
  const { kind, port, profile, formats } = { ...mediaLineOf(section), ...change };
  return [`m=${kind} ${port} ${profile} ${formats.join(" ")}`, ...section.slice(1)];
}

export function isAudio(section: readonly string[]): boolean {
  const { kind, port } = mediaLineOf(section);
  return kind === "audio" && port !== 0;
}

export function hasKeys(section: readonly string[]): boolean {
  return section.some((line) => line.startsWith("a=crypto:"));
}

export function withoutKeys(section: readonly string[]): string[] {
  return section.filter((line) => !line.startsWith("a=crypto:"));
}

/** A section that takes no part (RFC 3264 section 6). */
export function refusedSection(section: readonly string[]): string[] {
  return withMediaLine(section, { port: 0 }).slice(0, 1);
}

/** The payload types of a section that `formats` names, and what is said of them. */
export function withFormats(section: readonly string[], formats: readonly string[]): string[] {
  const kept = mediaLineOf(section).formats.filter((format) => formats.includes(format));
  return withMediaLine(section, { formats: kept }).filter((line) => {
    const format = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(line)?.[1];
    return format === undefined || kept.includes(format);
  });
}

/** RFC 863: whatever is sent there goes nowhere. */
const discardPort = 9;

/**
 * An answer to an offer of the media server that brings its channel up while there is nobody to talk to yet: audio
 * would go to the discard port of its own machine.
 */
export function parkingAnswer(offer: string): string {
  const { session, media } = splitSdp(offer);
  const chosen = media.find(isAudio);
  const sections = media.map((section) =>
    section === chosen
      ? withMediaLine(withoutKeys(section), { port: discardPort }).filter(
          (line) => !line.startsWith("a=rtcp:"),
        )
      : refusedSection(section),
  );
  return joinSdp({ session, media: sections });
}

/** The payload types of a section that speak one of these codecs, in the codecs' order; none named: all of them. */
export function withCodecs(section: readonly string[], codecs: readonly string[]): string[] {
  if (codecs.length === 0) return [...section];
  const { formats } = mediaLineOf(section);
  const nameOf = (format: string) =>
    new RegExp(`^a=rtpmap:${format} ([^/]+)`, "im").exec(section.join("\n"))?.[1]?.toLowerCase() ?? "";
  const wanted = codecs.flatMap((codec) => formats.filter((format) => nameOf(format) === codec));
  const events = wanted.length === 0 ? [] : formats.filter((format) => nameOf(format) === "telephone-event");
  const kept = withFormats(section, [...wanted, ...events]);
  return withMediaLine(kept, { formats: [...wanted, ...events] });
}

const sdesSuites = /^a=crypto:\d+ AES_CM_128_HMAC_SHA1_(80|32) /;

/** Of the keys of a section those that every telephone knows. */
export function withCommonKeys(section: readonly string[]): string[] {
  return section.filter((line) => !line.startsWith("a=crypto:") || sdesSuites.test(line));
}
