import type { RemoteInfo, Socket } from "node:dgram";
import { isIPv4 } from "node:net";
import type { MediaAddress } from "../core/latch.ts";
import { latchOnto } from "../core/latch.ts";
import type { RemoteAudio } from "../core/negotiate.ts";
import type { RtpHeader } from "../core/rtp.ts";
import { createRtpHeader, isRtcp, parseRtp } from "../core/rtp.ts";
import type { LocalTransport, PacketTransport } from "./packet-transport.ts";
import type { PortPair } from "./udp-ports.ts";

/** Plain RTP over UDP: it sends to the described address and follows the peer as `latchOnto` allows. */
export class UdpTransport implements PacketTransport {
  onRtp: (header: RtpHeader, packet: Buffer) => void = () => {};
  onRtcp: (packet: Buffer) => void = () => {};
  readonly #ports: PortPair;
  readonly #header = createRtpHeader();
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
    return { port: this.#ports.rtp.address().port, rtcpPort: this.#ports.rtcp.address().port };
  }

  remoteAddress(): MediaAddress | undefined {
    return this.#target;
  }

  signsOfLife(): number {
    return this.#signsOfLife;
  }

  adopt(remote: RemoteAudio): Promise<boolean> {
    return Promise.resolve(remote.security === "none");
  }

  connect(remote: RemoteAudio): void {
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
    this.#send(this.#ports.rtp, packet, this.#target);
  }

  sendRtcp(packet: Buffer): void {
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

  #send(socket: Socket, packet: Buffer, target: MediaAddress | undefined): void {
    if (target === undefined || this.#isClosed) return;
    socket.send(packet, target.port, target.address);
  }

  #onRtpSocket(packet: Buffer, from: RemoteInfo): void {
    if (isRtcp(packet)) {
      if (from.address !== this.#target?.address) return;
      this.#signsOfLife++;
      this.onRtcp(packet);
      return;
    }
    if (!parseRtp(packet, this.#header) || !this.#accepts(from)) return;
    this.#signsOfLife++;
    this.onRtp(this.#header, packet);
  }

  #onRtcpSocket(packet: Buffer, from: RemoteInfo): void {
    if (this.#rtcpTarget === undefined || from.address !== this.#target?.address) return;
    if (from.port !== this.#rtcpTarget.port) this.#rtcpTarget = { address: from.address, port: from.port };
    this.onRtcp(packet);
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
