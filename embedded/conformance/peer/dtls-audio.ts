import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters, RtpHeader } from "werift";
import { Ear } from "./ear.ts";
import { Mouth } from "./mouth.ts";
import type { Utterance } from "./mouth.ts";

const loopback = "127.0.0.1";

export type DtlsCodec = "PCMU" | "opus";

const opusType = 111;
const keyType = 101;

function codecsOf(codec: DtlsCodec): RTCRtpCodecParameters[] {
  const clockRate = codec === "opus" ? 48_000 : 8_000;
  const audio =
    codec === "opus"
      ? {
          ...{ mimeType: "audio/opus", clockRate, channels: 2, payloadType: opusType },
          parameters: "minptime=10;useinbandfec=1",
        }
      : { mimeType: "audio/PCMU", clockRate, channels: 1, payloadType: 0 };
  const keys = { mimeType: "audio/telephone-event", clockRate, channels: 1, payloadType: keyType };
  return [audio, keys].map((parameters) => new RTCRtpCodecParameters(parameters));
}

/**
 * WebRTC as a browser does it (ICE, DTLS-SRTP), always the side that offers. It speaks PCMU; Node has no Opus, whose
 * packets therefore come ready made (`say`).
 */
export class DtlsAudio {
  readonly ear = new Ear();
  readonly mouth: Mouth;
  readonly offer: string;
  readonly #connection: RTCPeerConnection;
  readonly #codec: DtlsCodec;
  #sequence = 1;
  /** Packets leave one after the other: encryption must not let one overtake another. */
  #sent: Promise<unknown> = Promise.resolve();

  static async open(codec: DtlsCodec = "PCMU"): Promise<DtlsAudio> {
    const connection = new RTCPeerConnection({
      codecs: { audio: codecsOf(codec) },
      iceServers: [],
      iceUseIpv6: false,
      iceAdditionalHostAddresses: [loopback],
      // FreeSWITCH takes DTLS only from the candidate that it chose itself: leave it one.
      iceFilterCandidatePair: (pair) => pair.localCandidate.host === loopback,
    });
    connection.addTransceiver(new MediaStreamTrack({ kind: "audio" }), { direction: "sendrecv" });
    await connection.setLocalDescription(await connection.createOffer());
    return new DtlsAudio(connection, codec);
  }

  private constructor(connection: RTCPeerConnection, codec: DtlsCodec) {
    this.#connection = connection;
    this.#codec = codec;
    const offer = connection.localDescription?.sdp ?? "";
    this.offer = offer.replace(/^a=candidate:.*\r\n/gm, (line) =>
      line.includes(` ${loopback} `) ? line : "",
    );
    for (const dtls of connection.dtlsTransports)
      dtls.onRtp.subscribe((packet) => {
        this.ear.hear(packet.serialize());
      });
    this.mouth = new Mouth((utterance) => this.#send(utterance));
  }

  /** Sends one packet of audio; the caller keeps the pace. */
  say(payload: Buffer, timestamp: number): void {
    const payloadType = this.#codec === "opus" ? opusType : 0;
    this.#send({ payloadType, timestamp, marker: false, payload });
  }

  #send(utterance: Utterance): void {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const header = new RtpHeader({
      payloadType: utterance.payloadType,
      timestamp: utterance.timestamp >>> 0,
      marker: utterance.marker,
      sequenceNumber: this.#sequence,
      ssrc: 1,
    });
    // Not through the track, which would put its own payload type on the digits.
    const dtls = this.#connection.dtlsTransports[0];
    if (this.isConnected && dtls !== undefined)
      this.#sent = this.#sent.then(() => dtls.sendRtp(utterance.payload, header)).catch(() => undefined);
  }

  /** FreeSWITCH's answers have no a=mid; browsers do without, werift doesn't. */
  async accept(answer: string): Promise<void> {
    const sdp = /^a=mid:/m.test(answer) ? answer : answer.replace(/^(m=audio .*\r\n)/m, "$1a=mid:0\r\n");
    await this.#connection.setRemoteDescription({ type: "answer", sdp });
    if (this.#codec === "PCMU") this.mouth.start();
  }

  get isConnected(): boolean {
    return this.#connection.connectionState === "connected";
  }

  async close(): Promise<void> {
    this.mouth.stop();
    await this.#connection.close();
  }
}
