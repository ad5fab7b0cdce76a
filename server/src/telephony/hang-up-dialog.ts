import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { describeError } from "../base/log.ts";
import { within } from "./deadline.ts";
import type { SipDialog } from "./drachtio.ts";
import type { SipEdge } from "./sip-edge.ts";

const byeDeadlineMs = 3_000;
/** A dialog that could not be ended for so long has been forgotten by the edge, too. */
const longestWaitForEdgeMs = 120_000;

/** Sends BYEs, also on dialogs whose control connection broke: the edge keeps those (by dialog id) for a while. */
export class HangUps {
  readonly #edge: SipEdge;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor(edge: SipEdge, clock: Clock, log: Log) {
    this.#edge = edge;
    this.#clock = clock;
    this.#log = log;
  }

  /** Resolves when the BYE is answered or given up; never rejects. */
  async end(dialog: SipDialog, headers: Record<string, string> = {}, log: Log = this.#log): Promise<void> {
    if (!dialog.connected) return;
    try {
      await within(this.#clock, byeDeadlineMs, "BYE", dialog.destroy({ headers }));
    } catch (error) {
      log.debug({ dialogId: dialog.id, error: describeError(error) }, "BYE failed");
      if (isControlLost(error)) this.#endLater(dialog.id, headers);
    }
  }

  /** Ends a dialog of which only the id is known. */
  async endById(dialogId: string, headers: Record<string, string> = {}): Promise<void> {
    try {
      const bye = this.#edge.srf.request("sip:placeholder", {
        method: "BYE",
        stackDialogId: dialogId,
        headers,
      });
      await within(this.#clock, byeDeadlineMs, "BYE", bye);
    } catch (error) {
      this.#log.debug({ dialogId, error: describeError(error) }, "BYE by dialog id failed");
    }
  }

  #endLater(dialogId: string, headers: Record<string, string>): void {
    if (this.#edge.isUp) {
      void this.endById(dialogId, headers); // never rejects
      return;
    }
    const stop = this.#edge.onUp(() => {
      forget();
      stop();
      void this.endById(dialogId, headers); // never rejects
    });
    const forget = this.#clock.setTimer(this.#clock.now() + longestWaitForEdgeMs, () => {
      stop();
    });
  }
}

/** The socket under the dialog is gone: srf says so by a code, or can't find a socket at all. */
function isControlLost(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === "ESOCKETDESTROYED" || code === "EINVALIDSOCKET" || code === "ERR_ASSERTION";
}
