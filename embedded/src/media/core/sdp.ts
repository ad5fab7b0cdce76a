export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/** One media section; attribute lines without their `a=`. */
export interface SdpMedia {
  kind: string;
  port: number;
  protocol: string;
  formats: string[];
  address: string | undefined;
  attributes: string[];
}

export interface Sdp {
  originId: string;
  originVersion: string;
  address: string | undefined;
  attributes: string[];
  media: SdpMedia[];
}

const directions: readonly string[] = ["sendrecv", "sendonly", "recvonly", "inactive"];

function connectionAddress(value: string): string | undefined {
  return /^IN IP[46] ([^\s/]+)/.exec(value)?.[1];
}

function parseMediaLine(value: string): SdpMedia | undefined {
  const [kind, port, protocol, ...formats] = value.trim().split(/\s+/);
  const number = Number.parseInt(port ?? "", 10);
  if (kind === undefined || protocol === undefined || !(number >= 0 && number <= 65535)) return undefined;
  return { kind, port: number, protocol, formats, address: undefined, attributes: [] };
}

/** Reads a session description (RFC 8866), lenient about line ends and order. Undefined if it isn't one. */
export function parseSdp(text: string): Sdp | undefined {
  if (!text.startsWith("v=0")) return undefined;
  const sdp: Sdp = { originId: "0", originVersion: "0", address: undefined, attributes: [], media: [] };
  for (const line of text.split(/\r\n|\r|\n/)) {
    const value = line.slice(2);
    const current = sdp.media.at(-1);
    if (line.startsWith("m=")) {
      const media = parseMediaLine(value);
      if (media === undefined) return undefined;
      sdp.media.push(media);
    } else if (line.startsWith("c=")) (current ?? sdp).address = connectionAddress(value);
    else if (line.startsWith("a=")) (current ?? sdp).attributes.push(value.trim());
    else if (line.startsWith("o=")) {
      const [, id = "0", version = "0"] = value.split(/\s+/);
      sdp.originId = id;
      sdp.originVersion = version;
    }
  }
  return sdp;
}

/** The value of the first attribute `name:` of the section, else of the session. */
export function attributeOf(sdp: Sdp, media: SdpMedia, name: string): string | undefined {
  const prefix = `${name}:`;
  const find = (lines: string[]) =>
    lines
      .find((line) => line.startsWith(prefix))
      ?.slice(prefix.length)
      .trim();
  return find(media.attributes) ?? find(sdp.attributes);
}

export function directionOf(sdp: Sdp, media: SdpMedia): Direction {
  const find = (lines: string[]) => lines.find((line) => directions.includes(line));
  return (find(media.attributes) ?? find(sdp.attributes) ?? "sendrecv") as Direction;
}

/** The direction to answer: the offer seen from our side, narrowed to what we want. */
export function answerDirection(offered: Direction, isWillingToSend = true): Direction {
  const weSend = isWillingToSend && (offered === "sendrecv" || offered === "recvonly");
  const weReceive = offered === "sendrecv" || offered === "sendonly";
  if (weSend && weReceive) return "sendrecv";
  if (weSend) return "sendonly";
  return weReceive ? "recvonly" : "inactive";
}
