import type { Clock } from "../clock.ts";
import { forwardMessage } from "../control/replies.ts";
import type { Dialog } from "../dialog/dialog.ts";
import type { Dialogs } from "../dialog/dialogs.ts";
import { emptyBody } from "../grammar/message.ts";
import { withFlow, type Sender } from "./sender.ts";

/** Ends dialogs on the edge's own account: BYE to the peer, and the same BYE shown to the application. */
export class HangUp {
  readonly #sender: Sender;
  readonly #dialogs: Dialogs;
  readonly #clock: Clock;

  constructor(sender: Sender, dialogs: Dialogs, clock: Clock) {
    this.#sender = sender;
    this.#dialogs = dialogs;
    this.#clock = clock;
  }

  /** The text goes into the Reason header, where drachtio-srf's `destroy` event takes it from. */
  end(dialog: Dialog, text: string): void {
    if (dialog.isEnded) return;
    this.#dialogs.remove(dialog);
    const headers = [{ name: "Reason", value: `SIP ;cause=200 ;text="${text}"` }];
    const content = { method: "BYE", cseq: ++dialog.localCSeq, headers, body: emptyBody };
    withFlow(this.#sender.flowOf(dialog), (flow) => {
      const { request } = this.#sender.sendInDialog(dialog, content, flow, indifferent);
      if (dialog.client?.isOpen !== true) return;
      const passage = { protocol: flow.protocol, address: flow.local, atMs: this.#clock.now() };
      const ids = { transactionId: "unsolicited", dialogId: dialog.id };
      forwardMessage(dialog.client, "application", request, passage, ids);
    });
  }
}

/** For requests whose outcome changes nothing. */
export const indifferent = {
  onResponse: (): void => undefined,
  onTimeout: (): void => undefined,
  onTransportFailure: (): void => undefined,
  onTerminated: (): void => undefined,
};
