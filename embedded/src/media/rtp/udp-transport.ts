import type { RemoteInfo, Socket } from "node:dgram";
import { isIPv4 } from "node:net";
import type { MediaAddress } from "../core/latch.ts";
import { latchOnto } from "../core/latch.ts";
import type { RemoteAudio } from "../core/negotiate.ts";
import type { RtpHeader } from "../core/rtp.ts";
import { createRtpHeader, isRtcp, parseRtp } from "../core/rtp.ts";
import type { LocalTransport, PacketTransport } from "./packet-transport.ts";
import { SdesSession } from "./sdes-session.ts";
import type { PortPair } from "./udp-ports.ts";

/**
 * RTP over UDP, encrypted when the descriptions have keys: it sends to the described address and follows the peer as
 * `latchOnto` allows. Of an encrypted stream only what has the peer's key counts, for anything.
 */
export class UdpTransport implements PacketTransport {
  onRtp: (header: RtpHeader, packet: Buffer) => void = () => {};
  onRtcp: (packet: Buffer) => void = () => {};
  readonly #ports: PortPair;
  readonly #header = createRtpHeader();
  readonly #sdes = new SdesSession();
  #described: MediaAddress | undefined;
  #target: MediaAddress | undefined;
  #rtcpTarget: MediaAddress | undefined;
  #hasMux = false;
  #isClosed = false;
  #signsOfLife = 0;

  constructor(ports: PortPair) {
    this.#ports = ports;
    ports.rtp.on("message", (packet, from) => this.#onRtpSocket(packet, from));
    ports.rtcp.on("message", (packet, from) => this.#onRtcpSocket(packet, from));
    // ICMP errors of a peer that is gone arrive here; its silence is noticed elsewhere.
    for (const socket of [ports.rtp, ports.rtcp]) socket.on("error", () => {});
  }

  describe(): LocalTransport {
    const { rtp, rtcp } = this.#ports;
    return { port: rtp.address().port, rtcpPort: rtcp.address().port, crypto: this.#sdes.lines };
  }

  remoteAddress(): MediaAddress | undefined {
    return this.#target;
  }

  signsOfLife(): number {
    return this.#signsOfLife;
  }

  adopt(remote: RemoteAudio): Promise<boolean> {
    return Promise.resolve(remote.security !== "dtls");
  }

  connect(remote: RemoteAudio): void {
    this.#sdes.agree(remote.crypto);
    this.#hasMux = remote.hasRtcpMux;
    const isUsable = isIPv4(remote.address) && remote.address !== "0.0.0.0";
    const described = isUsable ? { address: remote.address, port: remote.port } : undefined;
    const isSame =
      described?.address === this.#described?.address && described?.port === this.#described?.port;
    if (isSame) return;
    this.#described = described;
    this.#target = described;
    this.#rtcpTarget = described && {
      address: described.address,
      port: remote.hasRtcpMux ? described.port : remote.rtcpPort,
    };
  }

  sendRtp(packet: Buffer): void {
    this.#send(this.#ports.rtp, this.#sdes.protectRtp(packet), this.#target);
  }

  sendRtcp(report: Buffer): void {
    const packet = this.#sdes.protectRtcp(report);
    if (this.#hasMux) this.#send(this.#ports.rtp, packet, this.#target);
    else this.#send(this.#ports.rtcp, packet, this.#rtcpTarget);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const closed = [this.#ports.rtp, this.#ports.rtcp].map(
      (socket) => new Promise<void>((resolve) => socket.close(() => resolve())),
    );
    await Promise.all(closed);
  }

  #send(socket: Socket, packet: Buffer | undefined, target: MediaAddress | undefined): void {
    if (packet === undefined || target === undefined || this.#isClosed) return;
    socket.send(packet, target.port, target.address);
  }

  #onRtpSocket(received: Buffer, from: RemoteInfo): void {
    if (isRtcp(received)) {
      const report = from.address === this.#target?.address ? this.#sdes.unprotectRtcp(received) : undefined;
      if (report === undefined) return;
      this.#signsOfLife++;
      this.onRtcp(report);
      return;
    }
    const packet = this.#sdes.unprotectRtp(received);
    if (packet === undefined || !parseRtp(packet, this.#header) || !this.#accepts(from)) return;
    this.#signsOfLife++;
    this.onRtp(this.#header, packet);
  }

  #onRtcpSocket(received: Buffer, from: RemoteInfo): void {
    if (this.#rtcpTarget === undefined || from.address !== this.#target?.address) return;
    const report = this.#sdes.unprotectRtcp(received);
    if (report === undefined) return;
    if (from.port !== this.#rtcpTarget.port) this.#rtcpTarget = { address: from.address, port: from.port };
    this.onRtcp(report);
  }

  #accepts(from: RemoteInfo): boolean {
    if (this.#target === undefined || this.#described === undefined) return false;
    const target = latchOnto(this.#described, this.#target, from);
    if (target === undefined) return false;
    const isMoved = target.address !== this.#target.address;
    if (isMoved && this.#rtcpTarget)
      this.#rtcpTarget = { address: target.address, port: this.#rtcpTarget.port };
    this.#target = target;
    return true;
  }
}
