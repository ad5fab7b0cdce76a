import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters, RtpHeader } from "werift";
import { Ear } from "./ear.ts";
import { Mouth } from "./mouth.ts";

const loopback = "127.0.0.1";

const codecs = {
  audio: [
    new RTCRtpCodecParameters({ mimeType: "audio/PCMU", clockRate: 8000, channels: 1, payloadType: 0 }),
    new RTCRtpCodecParameters({
      mimeType: "audio/telephone-event",
      clockRate: 8000,
      channels: 1,
      payloadType: 101,
    }),
  ],
};

/** WebRTC as a browser does it (ICE, DTLS-SRTP), always the side that offers; PCMU, since Node has no Opus. */
export class DtlsAudio {
  readonly ear = new Ear();
  readonly mouth: Mouth;
  readonly offer: string;
  readonly #connection: RTCPeerConnection;
  #sequence = 1;
  /** Packets leave one after the other: encryption must not let one overtake another. */
  #sent: Promise<unknown> = Promise.resolve();

  static async open(): Promise<DtlsAudio> {
    const connection = new RTCPeerConnection({
      codecs,
      iceServers: [],
      iceUseIpv6: false,
      iceAdditionalHostAddresses: [loopback],
      // FreeSWITCH takes DTLS only from the candidate that it chose itself: leave it one.
      iceFilterCandidatePair: (pair) => pair.localCandidate.host === loopback,
    });
    connection.addTransceiver(new MediaStreamTrack({ kind: "audio" }), { direction: "sendrecv" });
    await connection.setLocalDescription(await connection.createOffer());
    return new DtlsAudio(connection);
  }

  private constructor(connection: RTCPeerConnection) {
    this.#connection = connection;
    const offer = connection.localDescription?.sdp ?? "";
    this.offer = offer.replace(/^a=candidate:.*\r\n/gm, (line) =>
      line.includes(` ${loopback} `) ? line : "",
    );
    for (const dtls of connection.dtlsTransports)
      dtls.onRtp.subscribe((packet) => {
        this.ear.hear(packet.serialize());
      });
    this.mouth = new Mouth((utterance) => {
      this.#sequence = (this.#sequence + 1) & 0xffff;
      const header = new RtpHeader({
        payloadType: utterance.payloadType,
        timestamp: utterance.timestamp >>> 0,
        marker: utterance.marker,
        sequenceNumber: this.#sequence,
        ssrc: 1,
      });
      // Not through the track, which would put its own payload type on the digits.
      const dtls = connection.dtlsTransports[0];
      if (this.isConnected && dtls !== undefined)
        this.#sent = this.#sent.then(() => dtls.sendRtp(utterance.payload, header)).catch(() => undefined);
    });
  }

  /** FreeSWITCH's answers have no a=mid; browsers do without, werift doesn't. */
  async accept(answer: string): Promise<void> {
    const sdp = /^a=mid:/m.test(answer) ? answer : answer.replace(/^(m=audio .*\r\n)/m, "$1a=mid:0\r\n");
    await this.#connection.setRemoteDescription({ type: "answer", sdp });
    this.mouth.start();
  }

  get isConnected(): boolean {
    return this.#connection.connectionState === "connected";
  }

  async close(): Promise<void> {
    this.mouth.stop();
    await this.#connection.close();
  }
}
