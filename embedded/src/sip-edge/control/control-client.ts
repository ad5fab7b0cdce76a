import type { SipMessage } from "../grammar/message.ts";

/** An application on the control connection, as the rest of the edge sees it. */
export interface ControlClient {
  readonly isOpen: boolean;
  /** Sends `<uuid>|<fields joined by "|">`, then CRLF and the message when there is one. Never throws. */
  send(fields: readonly string[], message?: SipMessage): void;
}
