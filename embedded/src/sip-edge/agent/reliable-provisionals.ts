import type { Cancel, Clock } from "../clock.ts";
import type { Dialog } from "../dialog/dialog.ts";
import { headerValue, type SipRequest, type SipResponse } from "../grammar/message.ts";
import type { ReceivedRequest } from "../transaction/transactions.ts";
import { startRetransmission } from "../transaction/retransmission.ts";
import { t1Ms, transactionTimeoutMs } from "../transaction/timers.ts";
import { serializeMessage } from "../grammar/serialize-message.ts";

interface Unacknowledged {
  readonly dialog: Dialog;
  readonly rack: string;
  readonly stop: Cancel;
}

/** RFC 3262, as the called side: provisional responses that are repeated until their PRACK. */
export class ReliableProvisionals {
  readonly #clock: Clock;
  readonly #byTransaction = new Map<string, Unacknowledged>();
  readonly #sequenceNumbers = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True while one waits for its PRACK: the next must wait too (section 3). */
  isWaiting(transactionId: string): boolean {
    return this.#byTransaction.has(transactionId);
  }

  nextSequenceNumber(transactionId: string): number {
    const next = (this.#sequenceNumbers.get(transactionId) ?? Math.floor(Math.random() * 1_000_000)) + 1;
    this.#sequenceNumbers.set(transactionId, next);
    return next;
  }

  /** Begins to repeat; `onTimeout` runs when no PRACK came in 64*T1. */
  start(
    transactionId: string,
    received: ReceivedRequest,
    response: SipResponse,
    dialog: Dialog,
    onTimeout: () => void,
  ): void {
    const rseq = headerValue(response, "RSeq") ?? "";
    const cseq = headerValue(received.request, "CSeq") ?? "";
    const bytes = serializeMessage(response);
    const stopRepeating = startRetransmission(this.#clock, t1Ms, Infinity, () => {
      received.flow.send(bytes);
    });
    const stopTimeout = this.#clock.after(transactionTimeoutMs, () => {
      this.stop(transactionId);
      onTimeout();
    });
    const stop = (): void => {
      stopRepeating();
      stopTimeout();
    };
    this.#byTransaction.set(transactionId, { dialog, rack: normalizeRack(`${rseq} ${cseq}`), stop });
  }

  /** False when the PRACK matches nothing (section 3: 481). */
  acknowledge(prack: SipRequest, dialog: Dialog): boolean {
    const rack = normalizeRack(headerValue(prack, "RAck") ?? "");
    for (const [transactionId, entry] of this.#byTransaction) {
      if (entry.dialog !== dialog || entry.rack !== rack) continue;
      entry.stop();
      this.#byTransaction.delete(transactionId);
      return true;
    }
    return false;
  }

  /** The INVITE has its final response. */
  stop(transactionId: string): void {
    this.#byTransaction.get(transactionId)?.stop();
    this.#byTransaction.delete(transactionId);
    this.#sequenceNumbers.delete(transactionId);
  }

  close(): void {
    for (const transactionId of this.#byTransaction.keys()) this.stop(transactionId);
  }
}

function normalizeRack(text: string): string {
  return text.trim().split(/\s+/).join(" ");
}
