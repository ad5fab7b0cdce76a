import type { Clock } from "../clock.ts";
import type { Dialog } from "../dialog/dialog.ts";
import { buildResponse } from "../grammar/build-response.ts";
import {
  headerList,
  headerValue,
  type Header,
  type SipMessage,
  type SipRequest,
} from "../grammar/message.ts";
import { readParams } from "../grammar/name-addr.ts";
import { newTag } from "../identifiers.ts";
import type { ReceivedRequest } from "../transaction/transactions.ts";

/** drachtio's Min-SE, the lowest that RFC 4028 section 5 allows. */
const minSeconds = 90;

/** setTimeout takes no more; longer intervals end earlier, after 24 days. */
const maxDelayMs = 2 ** 31 - 1;

export interface SessionExpires {
  readonly seconds: number;
  readonly refresher: "uac" | "uas" | undefined;
}

/** What a subscription gets on top of its Expires, for a refresh that is on its way. */
const subscriptionGraceSeconds = 32;
const defaultSubscriptionSeconds = 3600;

export interface SessionTimerActions {
  /** Sends the refreshing re-INVITE; it calls set() again when that was answered. */
  refresh(dialog: Dialog, seconds: number): void;
  expire(dialog: Dialog): void;
  /** A subscription that nobody renewed is over without a message (RFC 6665 section 4.1.2.4). */
  forget(dialog: Dialog): void;
}

/** RFC 4028 as drachtio runs it: the application sees the headers and needs to do nothing. */
export class SessionTimers {
  readonly #clock: Clock;
  readonly #actions: SessionTimerActions;

  constructor(clock: Clock, actions: SessionTimerActions) {
    this.#clock = clock;
    this.#actions = actions;
  }

  /** For a request in a dialog: refuses too short an interval with 422, else starts over. */
  admits(received: ReceivedRequest, dialog: Dialog): boolean {
    const { request, transaction } = received;
    if (request.method !== "INVITE" && request.method !== "UPDATE") return true;
    const wanted = readSessionExpires(request);
    if (wanted !== undefined && wanted.seconds < minSeconds) {
      const headers = [{ name: "Min-SE", value: String(minSeconds) }];
      const content = { status: 422, reason: "Session Interval Too Small", toTag: newTag(), headers };
      transaction.respond(buildResponse(request, content));
      return false;
    }
    const wereUs = dialog.sessionTimer?.refresher === "us";
    this.stop(dialog);
    if (wanted !== undefined) {
      const isThem = wanted.refresher === "uac" || (wanted.refresher === undefined && wereUs);
      this.set(dialog, wanted.seconds, isThem ? "them" : "us");
    }
    return true;
  }

  /** For our 200 to a first INVITE: starts the timer, and gives the headers that the application left out. */
  accept(request: SipRequest, chosen: readonly Header[], dialog: Dialog): Header[] {
    const own = readSessionExpires({ headers: chosen });
    const offered = readSessionExpires(request);
    if (own !== undefined) {
      this.set(dialog, Math.max(minSeconds, own.seconds), own.refresher === "uas" ? "us" : "them");
      return [];
    }
    // drachtio's default-refresher is "none": without a wish of the caller's there is no timer.
    if (offered?.refresher === undefined) return [];
    const seconds = Math.max(minSeconds, offered.seconds);
    const { refresher } = offered;
    this.set(dialog, seconds, refresher === "uac" ? "them" : "us");
    const understandsTimers = headerList(request, "Supported").some((tag) => tag.toLowerCase() === "timer");
    return [
      ...(refresher === "uac" && understandsTimers ? [{ name: "Require", value: "timer" }] : []),
      { name: "Session-Expires", value: `${String(seconds)};refresher=${refresher}` },
    ];
  }

  /** For our 2xx to a later INVITE or UPDATE: the timer that it restarted, unless the application says more. */
  confirm(chosen: readonly Header[], dialog: Dialog): Header[] {
    const { sessionTimer } = dialog;
    if (sessionTimer === undefined || readSessionExpires({ headers: chosen }) !== undefined) return [];
    const refresher = sessionTimer.refresher === "them" ? "uac" : "uas";
    return [{ name: "Session-Expires", value: `${String(sessionTimer.seconds)};refresher=${refresher}` }];
  }

  /** For a 2xx to a SUBSCRIBE, in either direction: how long its dialog lives without being renewed. */
  keepSubscription(response: SipMessage, dialog: Dialog): void {
    const text = headerValue(response, "Expires") ?? "";
    const seconds = /^\d{1,9}$/.test(text) ? Number(text) : defaultSubscriptionSeconds;
    this.stop(dialog);
    const delayMs = (seconds + subscriptionGraceSeconds) * 1000;
    const stop = this.#clock.after(Math.min(delayMs, maxDelayMs), () => this.#actions.forget(dialog));
    dialog.sessionTimer = { seconds, refresher: "them", stop };
  }

  /** For a 2xx that we received: we are the UAC. */
  learn(response: SipMessage, dialog: Dialog): void {
    const granted = readSessionExpires(response);
    if (granted !== undefined) this.set(dialog, granted.seconds, granted.refresher === "uas" ? "them" : "us");
  }

  /** Half of the interval when we refresh, the whole of it when they ought to (RFC 4028 section 10). */
  set(dialog: Dialog, seconds: number, refresher: "us" | "them"): void {
    this.stop(dialog);
    const delayMs = refresher === "us" ? seconds * 500 : seconds * 1000;
    const stop = this.#clock.after(Math.min(delayMs, maxDelayMs), () => {
      dialog.sessionTimer = undefined;
      if (refresher === "us") this.#actions.refresh(dialog, seconds);
      else this.#actions.expire(dialog);
    });
    dialog.sessionTimer = { seconds, refresher, stop };
  }

  stop(dialog: Dialog): void {
    dialog.sessionTimer?.stop();
    dialog.sessionTimer = undefined;
  }
}

export function readSessionExpires(message: Pick<SipMessage, "headers">): SessionExpires | undefined {
  const value = headerValue(message, "Session-Expires");
  const match = /^\s*(\d{1,9})\s*(;.*)?$/s.exec(value ?? "");
  if (match === null) return undefined;
  const refresher = readParams(match[2] ?? "")
    ?.get("refresher")
    ?.toLowerCase();
  return {
    seconds: Number(match[1]),
    refresher: refresher === "uac" || refresher === "uas" ? refresher : undefined,
  };
}
