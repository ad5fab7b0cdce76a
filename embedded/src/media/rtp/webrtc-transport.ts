import {
  IceCandidate,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  RTCIceGatherer,
  RTCIceParameters,
  RTCIceTransport,
  RtpHeader as WeriftRtpHeader,
} from "werift";
import type { RemoteAudio } from "../core/negotiate.ts";
import { createRtpHeader, rtpHeaderBytes } from "../core/rtp.ts";
import type { RtpHeader } from "../core/rtp.ts";
import type { MediaLog } from "../media-config.ts";
import type { LocalTransport, PacketTransport } from "./packet-transport.ts";

/** RFC 7714 AEAD_AES_128_GCM, then RFC 5764 SRTP_AES128_CM_HMAC_SHA1_80. */
const srtpProfiles: [7, 1] = [7, 1];

export interface WebRtcSettings {
  portRange: [number, number] | undefined;
  /** Addresses that reach this host from outside: offered with the ports of the host's own candidates. */
  externalAddresses: string[];
  log: MediaLog;
}

/**
 * DTLS-SRTP over ICE by werift's ORTC layer. Towards an offer we are controlled and the DTLS server (unless
 * the offer insists on being it); towards our own offer we are controlling and the answer chooses.
 * The peer is known by its certificate's fingerprint, so no address policy is needed.
 */
export class WebRtcTransport implements PacketTransport {
  onRtp: (header: RtpHeader, packet: Buffer) => void = () => {};
  onRtcp: (packet: Buffer) => void = () => {};
  readonly #ice: RTCIceTransport;
  readonly #dtls: RTCDtlsTransport;
  readonly #settings: WebRtcSettings;
  readonly #isOfferer: boolean;
  readonly #sendHeader = new WeriftRtpHeader();
  readonly #receiveHeader = createRtpHeader();
  #setup: "passive" | "active" | "actpass";
  #remoteFragment: string | undefined;
  #remoteFingerprints = "";
  #isClosed = false;

  private constructor(
    ice: RTCIceTransport,
    dtls: RTCDtlsTransport,
    settings: WebRtcSettings,
    isOfferer: boolean,
  ) {
    this.#ice = ice;
    this.#dtls = dtls;
    this.#settings = settings;
    this.#isOfferer = isOfferer;
    this.#setup = isOfferer ? "actpass" : "passive";
    this.#sendHeader.version = 2;
    dtls.onRtp.subscribe(({ header, payload }) => this.#onRtp(header, payload));
    dtls.onRtcp.subscribe((packet) => this.onRtcp(packet.serialize()));
  }

  /** Opens the sockets and gathers candidates: host addresses only, 127.0.0.1 among them. */
  static async open(settings: WebRtcSettings, isOfferer: boolean): Promise<WebRtcTransport> {
    const certificate = await RTCDtlsTransport.SetupCertificate();
    const gatherer = new RTCIceGatherer({
      useIpv4: true,
      useIpv6: false,
      additionalHostAddresses: ["127.0.0.1"],
      ...(settings.portRange ? { portRange: settings.portRange } : {}),
    });
    // werift would ask Google's STUN server, which delays the answer and tells it of every call.
    Object.assign(gatherer.connection, { stunServer: undefined });
    const ice = new RTCIceTransport(gatherer);
    ice.connection.iceControlling = isOfferer;
    const dtls = new RTCDtlsTransport({}, ice, certificate, srtpProfiles);
    await ice.gather();
    return new WebRtcTransport(ice, dtls, settings, isOfferer);
  }

  describe(): LocalTransport {
    const candidates = this.#ice.connection.localCandidates;
    const port = candidates[0]?.port ?? 9;
    const external = this.#settings.externalAddresses.flatMap((address) =>
      candidates
        .filter((candidate) => candidate.host !== "127.0.0.1")
        .map((candidate) => candidate.toSdp().replace(` ${candidate.host} `, ` ${address} `)),
    );
    const { usernameFragment, password } = this.#ice.localParameters;
    const fingerprint = this.#dtls.localParameters.fingerprints[0]?.value ?? "";
    return {
      port,
      rtcpPort: port,
      ice: { usernameFragment, password, candidates: [...candidates.map((c) => c.toSdp()), ...external] },
      dtls: { fingerprint, setup: this.#setup },
    };
  }

  remoteAddress(): { address: string; port: number } | undefined {
    const pair = this.#ice.connection.nominated;
    return pair && { address: pair.remoteCandidate.host, port: pair.remoteCandidate.port };
  }

  /** A muted microphone may send nothing: then the peer's checks, every few seconds, show that it is there. */
  signsOfLife(): number {
    const pair = this.#ice.connection.nominated;
    return pair ? pair.packetsReceived + pair.requestsReceived + pair.responsesReceived : 0;
  }

  /** Must run before `describe` when answering: it settles our role in DTLS. */
  connect(remote: RemoteAudio): void {
    if (remote.ice === undefined || remote.dtls === undefined || this.#isClosed) return;
    if (this.#remoteFragment !== undefined) return;
    this.#remoteFingerprints = fingerprintsOf(remote);
    this.#start(remote.ice, remote.dtls);
  }

  #start(ice: NonNullable<RemoteAudio["ice"]>, dtls: NonNullable<RemoteAudio["dtls"]>): void {
    this.#remoteFragment = ice.usernameFragment;
    this.#setup = dtls.setup === "passive" ? "active" : "passive";
    this.#dtls.role = this.#setup === "active" ? "client" : "server";
    this.#ice.connection.iceControlling = this.#isOfferer || ice.isLite;
    this.#setCredentials(ice);
    this.#addCandidates(ice);
    const fingerprints = dtls.fingerprints.map(
      ({ algorithm, value }) => new RTCDtlsFingerprint(algorithm, value),
    );
    this.#dtls.setRemoteParams(new RTCDtlsParameters(fingerprints, "auto"));
    void this.#handshake();
  }

  #setCredentials({ usernameFragment, password, isLite }: NonNullable<RemoteAudio["ice"]>): void {
    this.#ice.setRemoteParams(new RTCIceParameters({ usernameFragment, password, iceLite: isLite }));
  }

  #addCandidates(ice: NonNullable<RemoteAudio["ice"]>): void {
    for (const line of ice.candidates) {
      // Names in .local and TCP are left out: the browser's own checks show its address.
      if (/\.local\s/.test(line) || /^\S+ \d+ tcp /i.test(line)) continue;
      const candidate = parseCandidate(line);
      if (candidate) void this.#ice.addRemoteCandidate(candidate)?.catch(() => {});
    }
  }

  async #handshake(): Promise<void> {
    try {
      const handshake = this.#dtls.role === "server" ? this.#dtls.start() : undefined;
      await this.#ice.start();
      await (handshake ?? this.#dtls.start());
    } catch (error) {
      this.#onFailure(error);
    }
  }

  #onFailure(error: unknown): void {
    if (!this.#isClosed) this.#settings.log.warn({ error: String(error) }, "a WebRTC connection failed");
  }

  /** RFC 8445 section 9: new credentials under the same certificate are an ICE restart. */
  async adopt(remote: RemoteAudio): Promise<boolean> {
    const { ice } = remote;
    if (ice === undefined || fingerprintsOf(remote) !== this.#remoteFingerprints) return false;
    if (ice.usernameFragment === this.#remoteFragment) return true;
    this.#remoteFragment = ice.usernameFragment;
    this.#setCredentials(ice);
    await this.#ice.gather();
    this.#addCandidates(ice);
    void this.#ice.start().catch((error: unknown) => this.#onFailure(error));
    return true;
  }

  sendRtp(packet: Buffer): void {
    if (this.#dtls.state !== "connected") return;
    const header = this.#sendHeader;
    header.marker = (packet[1]! & 0x80) !== 0;
    header.payloadType = packet[1]! & 0x7f;
    header.sequenceNumber = packet.readUInt16BE(2);
    header.timestamp = packet.readUInt32BE(4);
    header.ssrc = packet.readUInt32BE(8);
    // It reports failures by its result and never rejects.
    void this.#dtls.sendRtp(packet.subarray(rtpHeaderBytes), header);
  }

  sendRtcp(packet: Buffer): void {
    if (this.#dtls.state !== "connected") return;
    void this.#ice.connection.send(this.#dtls.srtcp.encrypt(packet)).catch(() => {});
  }

  #onRtp(from: WeriftRtpHeader, payload: Buffer): void {
    const header = this.#receiveHeader;
    header.payloadType = from.payloadType;
    header.sequenceNumber = from.sequenceNumber;
    header.timestamp = from.timestamp;
    header.ssrc = from.ssrc;
    header.marker = from.marker;
    header.payloadStart = 0;
    header.payloadEnd = payload.length;
    this.onRtp(header, payload);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#dtls.stop().catch(() => {});
  }
}

function fingerprintsOf(remote: RemoteAudio): string {
  return remote.dtls?.fingerprints.map(({ value }) => value.toUpperCase()).join() ?? "";
}

function parseCandidate(line: string): IceCandidate | undefined {
  try {
    return IceCandidate.fromJSON({ candidate: `candidate:${line}`, sdpMLineIndex: 0, sdpMid: "0" });
  } catch {
    // A candidate that we can't read is one that we don't use.
    return undefined;
  }
}
