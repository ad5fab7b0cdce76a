/** How the sound of a call goes: straight to the media server, or through the relay by one of three ways. */
export type MediaPath = "direct" | "relay-udp" | "relay-tcp" | "relay-tls";

/** Our end of the pair that is in use, as https://www.w3.org/TR/webrtc-stats/#icecandidate-dict* tells of it. */
export interface LocalCandidate {
  candidateType?: string | undefined;
  /** Between us and the relay: `udp`, `tcp` or `tls`. */
  relayProtocol?: string | undefined;
}

export function pathOf({ candidateType, relayProtocol }: LocalCandidate): MediaPath {
  if (candidateType !== "relay") return "direct";
  return relayProtocol === "tcp" || relayProtocol === "tls" ? `relay-${relayProtocol}` : "relay-udp";
}

/** Whether a relay could help: none is set up, none has answered, or one gave us an address. */
export type RelayState = "none" | "unreachable" | "reached";
