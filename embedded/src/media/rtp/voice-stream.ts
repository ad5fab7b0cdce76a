import { randomInt } from "node:crypto";
import { performance } from "node:perf_hooks";
import { LossConcealment } from "../core/concealment.ts";
import type { G711Law } from "../core/g711.ts";
import { decodeG711, encodeG711 } from "../core/g711.ts";
import { JitterBuffer } from "../core/jitter-buffer.ts";
import type { LocalAudio, RemoteAudio } from "../core/negotiate.ts";
import { buildRtcp, parseRtcp, roundTripMs, toNtp } from "../core/rtcp.ts";
import { ReceptionStatistics } from "../core/rtp-statistics.ts";
import type { RtpHeader } from "../core/rtp.ts";
import { rtpHeaderBytes, writeRtpHeader } from "../core/rtp.ts";
import type { Digit } from "../core/telephone-event.ts";
import { TelephoneEventReceiver, TelephoneEventSender } from "../core/telephone-event.ts";
import { frameSamples } from "../media-clock.ts";
import type { PacketTransport } from "./packet-transport.ts";

const framesPerReport = 250;
/** Datagrams in flight: a buffer is reused after this many frames. */
const sendBuffers = 8;

function random32(): number {
  return randomInt(0, 2 ** 32 - 1);
}

/**
 * Both directions of one leg's audio: packets in, 20 ms frames of 8 kHz samples out, and the reverse,
 * with jitter buffer, loss concealment, RFC 4733, and RTCP with what was really measured.
 */
export class VoiceStream {
  onDigit: (digit: Digit) => void = () => {};
  readonly ssrc = random32();
  #transport: PacketTransport;
  readonly #jitter = new JitterBuffer(frameSamples);
  readonly #concealment = new LossConcealment();
  readonly #reception = new ReceptionStatistics();
  readonly #events = new TelephoneEventReceiver();
  readonly #eventSender = new TelephoneEventSender();
  readonly #encoded = new Uint8Array(frameSamples);
  readonly #packets = Array.from({ length: sendBuffers }, () => Buffer.alloc(rtpHeaderBytes + frameSamples));
  readonly #eventPacket = Buffer.alloc(rtpHeaderBytes + 4);
  #remote: RemoteAudio | undefined;
  #local: LocalAudio["direction"] = "inactive";
  // RFC 3711 section 3.3.1: in the lower half, so that a lost first packet can't hide a rollover from the peer.
  #sequence = randomInt(0, 32768);
  #timestamp = random32();
  #isSpurtStart = true;
  #frame = randomInt(0, framesPerReport);
  #packetsSent = 0;
  #bytesSent = 0;
  #digitPacketsReceived = 0;
  #digitPacketsSent = 0;
  #rtcpReceived = 0;
  #roundTripMs: number | undefined;
  #remoteLossFraction = 0;
  #remotePacketsLost = 0;
  #remoteJitterMs = 0;
  #lastPacketAtMs = 0;

  constructor(transport: PacketTransport) {
    this.#transport = transport;
    this.#listen();
  }

  get transport(): PacketTransport {
    return this.#transport;
  }

  /** The law that is sent; undefined until agreed. */
  get law(): G711Law | undefined {
    return this.#remote?.law;
  }

  get remote(): RemoteAudio | undefined {
    return this.#remote;
  }

  get direction(): LocalAudio["direction"] {
    return this.#local;
  }

  /** Takes on what was agreed, at the start and at every re-INVITE. `local` is our side's direction. */
  configure(remote: RemoteAudio, local: LocalAudio["direction"]): void {
    const isMoved = this.#remote?.address !== remote.address || this.#remote.port !== remote.port;
    this.#remote = remote;
    this.#local = local;
    if (isMoved) this.#jitter.reset();
    this.#transport.connect(remote);
  }

  /** Goes on over another transport (a browser came back with a new certificate); the old one is closed. */
  async replaceTransport(transport: PacketTransport): Promise<void> {
    const before = this.#transport;
    this.#transport = transport;
    this.#listen();
    this.#jitter.reset();
    await before.close();
  }

  #listen(): void {
    this.#transport.onRtp = (header, packet) => this.#onRtp(header, packet);
    this.#transport.onRtcp = (packet) => this.#onRtcp(packet);
  }

  // ---- receiving ----

  #onRtp(header: RtpHeader, packet: Buffer): void {
    const remote = this.#remote;
    if (remote === undefined) return;
    const now = performance.now();
    const payloadBytes = header.payloadEnd - header.payloadStart;
    if (this.#reception.ssrc !== undefined && this.#reception.ssrc !== header.ssrc) this.#onNewSource();
    this.#reception.onPacket(
      header.ssrc,
      header.sequenceNumber,
      header.timestamp,
      packet.length,
      payloadBytes,
      now,
    );
    this.#lastPacketAtMs = now;
    if (header.payloadType === remote.telephoneEvent) {
      this.#digitPacketsReceived++;
      const payload = packet.subarray(header.payloadStart, header.payloadEnd);
      for (const digit of this.#events.onPacket(header.timestamp, payload)) this.onDigit(digit);
      return;
    }
    const law = remote.laws.find((known) => known.payloadType === header.payloadType)?.law;
    if (law === undefined) return;
    this.#jitter.write(law, header.timestamp, packet, header.payloadStart, payloadBytes);
  }

  #onNewSource(): void {
    this.#jitter.reset();
    this.#events.reset();
  }

  /** Takes the next frame into `out`. False when the remote side is silent (nothing has come). */
  read(out: Int16Array): boolean {
    const unfinished = this.#events.onTick();
    if (unfinished) this.onDigit(unfinished);
    const what = this.#jitter.read(this.#encoded);
    if (what === "empty") {
      this.#concealment.reset();
      return false;
    }
    if (what === "lost") {
      this.#concealment.conceal(out);
      return true;
    }
    decodeG711(this.#jitter.lastLaw, this.#encoded, 0, frameSamples, out, 0);
    this.#concealment.onAudio(out);
    return true;
  }

  // ---- sending ----

  /** Sends one frame; while a digit is being sent its packets take the place of audio. */
  send(frame: Int16Array): void {
    const remote = this.#remote;
    if (remote === undefined || this.#eventSender.isBusy) return this.skip();
    if (this.#maySend()) this.#sendAudio(remote, frame);
    this.#advance();
  }

  /** One frame of time passes without audio. */
  skip(): void {
    const remote = this.#remote;
    const isBusy = this.#eventSender.isBusy;
    if (remote !== undefined && isBusy) this.#sendEvent(remote);
    this.#isSpurtStart = true;
    this.#advance();
  }

  #maySend(): boolean {
    return this.#local === "sendrecv" || this.#local === "sendonly";
  }

  #sendAudio(remote: RemoteAudio, frame: Int16Array): void {
    const packet = this.#packets[this.#sequence % sendBuffers]!;
    encodeG711(remote.law, frame, frameSamples, packet, rtpHeaderBytes);
    this.#transmit(packet, remote.payloadType, this.#isSpurtStart, this.#timestamp);
    this.#isSpurtStart = false;
  }

  #sendEvent(remote: RemoteAudio): void {
    const event = this.#eventSender.onTick(this.#timestamp);
    if (event === undefined || remote.telephoneEvent === undefined || !this.#maySend()) return;
    const packet = Buffer.from(this.#eventPacket);
    event.payload.copy(packet, rtpHeaderBytes);
    this.#digitPacketsSent++;
    this.#transmit(packet, remote.telephoneEvent, event.marker, event.timestamp);
  }

  #transmit(packet: Buffer, payloadType: number, marker: boolean, timestamp: number): void {
    writeRtpHeader(packet, payloadType, marker, this.#sequence, timestamp, this.ssrc);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#packetsSent++;
    this.#bytesSent += packet.length - rtpHeaderBytes;
    this.#transport.sendRtp(packet);
  }

  #advance(): void {
    this.#timestamp = (this.#timestamp + frameSamples) >>> 0;
    if (++this.#frame % framesPerReport === 0) this.#sendReport();
  }

  /** Sends a digit, 1/8000 s per unit; true if the remote side understands RFC 4733. */
  sendDigit(digit: Digit): boolean {
    if (this.#remote?.telephoneEvent === undefined) return false;
    this.#eventSender.enqueue(digit);
    return true;
  }

  // ---- RTCP ----

  #sendReport(): void {
    if (this.#remote === undefined) return;
    const nowMs = performance.now();
    const epochMs = Date.now();
    const block = this.#reception.report(nowMs);
    const sender =
      this.#packetsSent === 0
        ? undefined
        : {
            ...toNtp(epochMs),
            rtpTimestamp: this.#timestamp,
            packetCount: this.#packetsSent,
            octetCount: this.#bytesSent,
          };
    this.#transport.sendRtcp(buildRtcp(this.ssrc, "ringdown", sender, block));
  }

  #onRtcp(packet: Buffer): void {
    this.#rtcpReceived++;
    for (const report of parseRtcp(packet)) {
      if (report.ntpMiddle !== undefined && report.senderSsrc === this.#reception.ssrc) {
        this.#reception.onSenderReport(report.ntpMiddle, performance.now());
      }
      const block = report.blocks.find((candidate) => candidate.ssrc === this.ssrc);
      if (block === undefined) continue;
      this.#remoteLossFraction = block.fractionLost / 256;
      this.#remotePacketsLost = block.packetsLost;
      this.#remoteJitterMs = block.jitter / 8;
      this.#roundTripMs = roundTripMs(block, Date.now()) ?? this.#roundTripMs;
    }
  }

  // ---- what is known ----

  /** Milliseconds since the last packet came; undefined if none ever did. */
  silentForMs(): number | undefined {
    return this.#lastPacketAtMs === 0 ? undefined : performance.now() - this.#lastPacketAtMs;
  }

  /** Name and value of FreeSWITCH's `rtp_audio_…` counters, then our own, as `uuid_set_media_stats` sets them. */
  statistics(): [string, string][] {
    const received = this.#reception;
    const lossRate = this.#lossRate();
    const quality = Math.max(0, 100 - lossRate * 250);
    const values: [string, number | undefined][] = [
      ["in_raw_bytes", received.bytes],
      ["in_media_bytes", received.bytes],
      ["in_packet_count", received.packets],
      ["in_media_packet_count", received.packets - this.#digitPacketsReceived],
      ["in_skip_packet_count", this.#jitter.counters.late],
      ["in_jitter_packet_count", Math.round(this.#jitter.depthSamples / frameSamples)],
      ["in_dtmf_packet_count", this.#digitPacketsReceived],
      ["in_cng_packet_count", 0],
      ["in_flush_packet_count", this.#jitter.counters.resynchronised],
      ["in_largest_jb_size", Math.round(this.#jitter.counters.largestDelaySamples / frameSamples)],
      ["in_jitter_loss_rate", lossRate],
      ["in_flaw_total", this.#jitter.counters.lost],
      ["in_quality_percentage", quality],
      ["in_mos", 1 + (quality / 100) * 3.5],
      ["out_raw_bytes", this.#bytesSent + this.#packetsSent * rtpHeaderBytes],
      ["out_media_bytes", this.#bytesSent + this.#packetsSent * rtpHeaderBytes],
      ["out_packet_count", this.#packetsSent],
      ["out_media_packet_count", this.#packetsSent - this.#digitPacketsSent],
      ["out_skip_packet_count", 0],
      ["out_dtmf_packet_count", this.#digitPacketsSent],
      ["out_cng_packet_count", 0],
      ["rtcp_packet_count", this.#rtcpReceived],
      ["rtcp_octet_count", received.payloadBytes],
      ["in_jitter_ms", received.jitterMs],
      ["in_packets_lost", Math.max(0, received.packetsLost)],
      ["in_silent_ms", this.silentForMs()],
      ["rtcp_round_trip_ms", this.#roundTripMs],
      ["rtcp_remote_loss_rate", this.#remoteLossFraction],
      ["rtcp_remote_packets_lost", this.#remotePacketsLost],
      ["rtcp_remote_jitter_ms", this.#remoteJitterMs],
    ];
    return values.flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, Number.isInteger(value) ? String(value) : value.toFixed(2)]],
    );
  }

  #lossRate(): number {
    const expected = this.#reception.packets + Math.max(0, this.#reception.packetsLost);
    return expected === 0 ? 0 : Math.max(0, this.#reception.packetsLost) / expected;
  }

  close(): Promise<void> {
    return this.#transport.close();
  }
}
