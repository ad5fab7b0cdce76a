import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { Ear } from "./ear.ts";
import { Mouth } from "./mouth.ts";
import type { Utterance } from "./mouth.ts";
import { audioSdp, mediaAddress } from "./sdp.ts";

/** Plain RTP on loopback: a mouth, an ear and the SDP that says where they are. */
export class RtpAudio {
  readonly ear = new Ear();
  readonly mouth: Mouth;
  readonly port: number;
  readonly #socket: Socket;
  readonly #payloadType: 0 | 8;
  #remote: { host: string; port: number } | undefined;
  #sequence = randomBytes(2).readUInt16BE();
  readonly #ssrc = randomBytes(4).readUInt32BE();
  #isOpen = true;

  static async open(payloadType: 0 | 8 = 0): Promise<RtpAudio> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(0, "127.0.0.1", resolve);
    });
    return new RtpAudio(socket, payloadType);
  }

  private constructor(socket: Socket, payloadType: 0 | 8) {
    this.#socket = socket;
    this.#payloadType = payloadType;
    this.port = socket.address().port;
    this.mouth = new Mouth((utterance) => {
      this.#send(utterance);
    }, payloadType);
    socket.on("message", (packet) => {
      // RFC 5761: RTCP on the same port has payload types 72 to 76 where RTP has its own.
      const type = (packet[1] ?? 0) & 0x7f;
      if (packet.length > 12 && (type < 72 || type > 76)) this.ear.hear(packet);
    });
  }

  sdp(direction = "sendrecv"): string {
    return audioSdp({ port: this.port, payloadTypes: [this.#payloadType, 101], direction });
  }

  /** Starts to talk (silence, until told otherwise) to the address in the other side's SDP. */
  talkTo(remoteSdp: string): void {
    this.#remote = mediaAddress(remoteSdp);
    this.mouth.start();
  }

  #send(utterance: Utterance): void {
    if (this.#remote === undefined || !this.#isOpen) return;
    const head = Buffer.alloc(12);
    head[0] = 0x80;
    head[1] = (utterance.marker ? 0x80 : 0) | utterance.payloadType;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    head.writeUInt16BE(this.#sequence, 2);
    head.writeUInt32BE(utterance.timestamp >>> 0, 4);
    head.writeUInt32BE(this.#ssrc, 8);
    this.#socket.send(Buffer.concat([head, utterance.payload]), this.#remote.port, this.#remote.host);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.mouth.stop();
    this.#socket.close();
  }
}
