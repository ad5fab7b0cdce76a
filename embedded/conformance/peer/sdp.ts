const rtpmap: Record<number, string> = { 0: "PCMU/8000", 8: "PCMA/8000", 101: "telephone-event/8000" };

let version = 1;

/** An SDP with one plain audio line on 127.0.0.1. */
export function audioSdp(options: {
  port: number;
  payloadTypes?: readonly number[];
  direction?: string;
}): string {
  const types = options.payloadTypes ?? [0, 101];
  version += 1;
  return [
    "v=0",
    `o=peer 1 ${version} IN IP4 127.0.0.1`,
    "s=-",
    "c=IN IP4 127.0.0.1",
    "t=0 0",
    `m=audio ${options.port} RTP/AVP ${types.join(" ")}`,
    ...types.map((type) => `a=rtpmap:${type} ${rtpmap[type] ?? "unknown/8000"}`),
    ...(types.includes(101) ? ["a=fmtp:101 0-16"] : []),
    "a=ptime:20",
    `a=${options.direction ?? "sendrecv"}`,
    "",
  ].join("\r\n");
}

/** Where an SDP wants its audio: the media's own c= line, else the session's. */
export function mediaAddress(sdp: string): { host: string; port: number } {
  const port = Number(/^m=audio (\d+)/m.exec(sdp)?.[1]);
  const [session = "", media = ""] = sdp.split(/^m=audio/m);
  const host = (/^c=IN IP4 (\S+)/m.exec(media) ?? /^c=IN IP4 (\S+)/m.exec(session))?.[1];
  if (host === undefined || !(port > 0)) throw new Error(`no audio address in the SDP:\n${sdp}`);
  return { host, port };
}

export const directionOf = (sdp: string): string =>
  /^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m.exec(sdp)?.[1] ?? "sendrecv";
