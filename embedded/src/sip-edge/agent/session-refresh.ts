import type { Dialog } from "../dialog/dialog.ts";
import { contactUriOf } from "../dialog/dialog.ts";
import { emptyBody, type Header, type SipResponse } from "../grammar/message.ts";
import { newTransactionId } from "../identifiers.ts";
import type { Flow } from "../transport/flow.ts";
import type { EdgeContext } from "./edge-context.ts";
import { withFlow } from "./sender.ts";
import { readSessionExpires, type SessionTimers } from "./session-timers.ts";

/** The re-INVITE that the edge sends by itself when it is the refresher (RFC 4028 section 10). */
export class SessionRefresh {
  readonly #context: EdgeContext;

  constructor(context: EdgeContext) {
    this.#context = context;
  }

  start(dialog: Dialog, seconds: number, timers: SessionTimers): void {
    const { sender } = this.#context;
    // Another INVITE is under way and refreshes as well.
    if (dialog.openInvites.ours.size > 0 || dialog.openInvites.theirs.size > 0) {
      timers.set(dialog, seconds, "us");
      return;
    }
    const cseq = ++dialog.localCSeq;
    const invite = {
      method: "INVITE",
      cseq,
      headers: refreshHeaders(dialog, seconds),
      body: dialog.localSdp,
    };
    const id = newTransactionId();
    dialog.openInvites.ours.add(id);
    withFlow(sender.flowOf(dialog), (flow) => {
      const end = (): void => {
        dialog.openInvites.ours.delete(id);
        this.#context.hangUp.end(dialog, "Session timer expired");
      };
      sender.sendInDialog(dialog, invite, flow, {
        onResponse: (response) => {
          if (response.status < 200) return;
          dialog.openInvites.ours.delete(id);
          if (response.status < 300) this.#accepted(dialog, cseq, seconds, response, flow, timers);
          // Glare (RFC 3261 section 14.1): their re-INVITE refreshes instead.
          else if (response.status === 491) timers.set(dialog, seconds, "us");
          else end();
        },
        onTimeout: end,
        onTransportFailure: end,
        onTerminated: () => undefined,
      });
    });
  }

  #accepted(
    dialog: Dialog,
    cseq: number,
    seconds: number,
    response: SipResponse,
    flow: Flow,
    timers: SessionTimers,
  ): void {
    dialog.remoteTarget = contactUriOf(response) ?? dialog.remoteTarget;
    this.#context.sender.sendAck(dialog, { method: "ACK", cseq, headers: [], body: emptyBody }, flow);
    if (dialog.isEnded) return;
    if (readSessionExpires(response) === undefined) timers.set(dialog, seconds, "us");
    else timers.learn(response, dialog);
  }
}

function refreshHeaders(dialog: Dialog, seconds: number): Header[] {
  return [
    { name: "Contact", value: dialog.localContact },
    { name: "Session-Expires", value: `${String(seconds)};refresher=uac` },
    { name: "Min-SE", value: "90" },
    ...(dialog.localSdp.length > 0 ? [{ name: "Content-Type", value: "application/sdp" }] : []),
  ];
}
