import type { SipMessage } from "../grammar/message.ts";
import { serializeMessage } from "../grammar/serialize-message.ts";
import type { Address, Protocol } from "../transport/flow.ts";
import type { ControlClient } from "./control-client.ts";
import { formatMeta } from "./message-meta.ts";

/** What a message passed over, and when. */
export interface Passage {
  readonly protocol: Protocol;
  readonly address: Address;
  readonly atMs: number;
}

export function refuse(client: ControlClient, messageId: string, reason: string): void {
  client.send(["response", messageId, "NOK", reason]);
}

/** The echo of a request that was sent: drachtio-srf reads tags and Contact from it. */
export function echoRequest(
  client: ControlClient,
  messageId: string,
  request: SipMessage,
  passage: Passage,
  transactionId: string,
): void {
  const meta = metaOf("application", request, passage);
  client.send(["response", messageId, "OK", ...meta, transactionId, "Msg sent:", ""], request);
}

export function echoResponse(
  client: ControlClient,
  messageId: string,
  response: SipMessage,
  passage: Passage,
  ids: { readonly transactionId: string; readonly dialogId: string },
): void {
  const meta = metaOf("application", response, passage);
  client.send(
    ["response", messageId, "OK", ...meta, ids.transactionId, ids.dialogId, "", "Msg sent:", ""],
    response,
  );
}

/** A request that belongs to nothing yet, with the address that it was received on. */
export function forwardNewRequest(
  client: ControlClient,
  request: SipMessage,
  passage: Passage,
  transactionId: string,
  receivedOn: Address,
): void {
  const meta = metaOf("network", request, passage);
  client.send(["sip", ...meta, transactionId, "", receivedOn.host, String(receivedOn.port), ""], request);
}

/** A request in a dialog, an ACK, a CANCEL or a response. */
export function forwardMessage(
  client: ControlClient,
  source: "network" | "application",
  message: SipMessage,
  passage: Passage,
  ids: { readonly transactionId: string; readonly dialogId: string },
): void {
  client.send(["sip", ...metaOf(source, message, passage), ids.transactionId, ids.dialogId, ""], message);
}

function metaOf(source: "network" | "application", message: SipMessage, passage: Passage): string[] {
  return formatMeta({ source, bytes: serializeMessage(message).length, ...passage });
}
