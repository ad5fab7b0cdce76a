import type { LocalAudio, RemoteAudio } from "../core/negotiate.ts";
import type { RtpHeader } from "../core/rtp.ts";

/** Where and how our own description says we receive. */
export type LocalTransport = Pick<LocalAudio, "port" | "rtcpPort" | "ice" | "dtls" | "crypto">;

/**
 * Carries the packets of one stream: UDP with or without SRTP, or DTLS-SRTP over ICE. Received packets are handed on
 * only when they come from the peer that was agreed on.
 */
export interface PacketTransport {
  /** What to write into our description; for ICE the candidates are gathered by then. */
  describe(): LocalTransport;
  /**
   * Prepares for a changed offer of the same peer (an ICE restart gathers anew). False if the offer needs
   * another transport: other security, another certificate.
   */
  adopt(remote: RemoteAudio): Promise<boolean>;
  /** Starts or redirects the exchange with the remote side. */
  connect(remote: RemoteAudio): void;
  /** Sends a whole RTP packet. The caller may reuse the buffer after a few packets. */
  sendRtp(packet: Buffer): void;
  sendRtcp(packet: Buffer): void;
  /** A received packet; the header (its payload bounds among it) is valid only during the call. */
  onRtp: (header: RtpHeader, packet: Buffer) => void;
  onRtcp: (packet: Buffer) => void;
  /** Grows with everything that comes from the peer: RTP, and on the same port RTCP and ICE's checks. */
  signsOfLife(): number;
  /** Counters and addresses for the statistics. */
  remoteAddress(): { address: string; port: number } | undefined;
  close(): Promise<void>;
}
