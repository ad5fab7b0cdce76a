import type { CryptoLine } from "../core/sdes.ts";
import { makeCryptoLines } from "../core/sdes.ts";
import type { SrtpSuite } from "../core/srtp.ts";
import { SrtpReceiver, SrtpSender } from "../core/srtp.ts";

/**
 * The encryption of one stream by keys from the descriptions (RFC 4568). Off until a remote key is agreed on, and off
 * again when a later description has none; packets then pass as they are.
 */
export class SdesSession {
  /** Our keys, one for each suite, for as long as the stream lives. */
  readonly lines: readonly CryptoLine[] = makeCryptoLines();
  /** A sender that goes on after an interval must not use an index twice (RFC 3711 section 9.1). */
  readonly #senders = new Map<SrtpSuite, SrtpSender>();
  #remote: CryptoLine | undefined;
  #sender: SrtpSender | undefined;
  #receiver: SrtpReceiver | undefined;

  agree(remote: CryptoLine | undefined): void {
    const before = this.#remote;
    this.#remote = remote;
    this.#sender = remote && this.#senderFor(remote.suite);
    const isSameKey =
      before?.suite === remote?.suite &&
      before?.key.equals(remote?.key ?? Buffer.alloc(0)) &&
      before?.mki.equals(remote?.mki ?? Buffer.alloc(0));
    if (!isSameKey) this.#receiver = remote && new SrtpReceiver(remote.suite, remote.key, remote.mki);
  }

  #senderFor(suite: SrtpSuite): SrtpSender | undefined {
    const own = this.lines.find((line) => line.suite === suite);
    const sender = this.#senders.get(suite) ?? (own && new SrtpSender(suite, own.key));
    if (sender) this.#senders.set(suite, sender);
    return sender;
  }

  /** Undefined: the packet must not be sent. */
  protectRtp(packet: Buffer): Buffer | undefined {
    return this.#sender ? this.#sender.protectRtp(packet) : packet;
  }

  protectRtcp(packet: Buffer): Buffer | undefined {
    return this.#sender ? this.#sender.protectRtcp(packet) : packet;
  }

  /** Undefined: it is not the peer's, or came before. */
  unprotectRtp(packet: Buffer): Buffer | undefined {
    return this.#receiver ? this.#receiver.unprotectRtp(packet) : packet;
  }

  unprotectRtcp(packet: Buffer): Buffer | undefined {
    return this.#receiver ? this.#receiver.unprotectRtcp(packet) : packet;
  }
}
