import type { Cancel } from "../clock.ts";
import type { ControlClient } from "../control/control-client.ts";
import { emptyBody, headerList, type Header, type SipMessage, type SipRequest } from "../grammar/message.ts";
import { parseNameAddr } from "../grammar/name-addr.ts";
import { parseSipUri } from "../grammar/uri.ts";
import type { Address, Flow } from "../transport/flow.ts";

export interface DialogIdentity {
  readonly role: "uac" | "uas";
  readonly method: "INVITE" | "SUBSCRIBE";
  readonly callId: string;
  readonly localTag: string;
  /** The tag of the first request's From: with the Call-ID it makes drachtio's dialog id, in both roles. */
  readonly fromTag: string;
}

/**
 * A dialog (RFC 3261 section 12), from the first response with a tag until its BYE. What changes on the way is
 * plain state here; `dialogs.ts` owns when it is found, `agent/` what it does.
 */
export class Dialog {
  readonly id: string;
  readonly identity: DialogIdentity;
  /** Our From and our To, with their tags. */
  localAddress: string;
  remoteAddress: string;
  remoteTag: string | undefined;
  localCSeq: number;
  remoteCSeq: number | undefined;
  remoteTarget: string;
  routeSet: readonly string[] = [];
  flow: Flow;
  /** UDP peers whose Contact isn't where their messages come from are sent to where they came from. */
  natHop: Address | undefined;
  localContact = "";
  localSdp: Buffer = emptyBody;
  client: ControlClient | undefined;
  isConfirmed = false;
  isEnded = false;
  /** Our answered INVITE: the CSeq number that its ACK repeats; the application hasn't sent it yet. */
  unacknowledgedCSeq: number | undefined;
  lastAck: { readonly request: SipRequest; readonly flow: Flow; readonly cseq: number } | undefined;
  /** Their INVITE that we answered: repeats the 2xx until the ACK comes. */
  answer: { readonly cseq: number; readonly transactionId: string; stop: Cancel } | undefined;
  /** Transactions of INVITEs in either direction that have no final response yet. */
  readonly openInvites = { ours: new Set<string>(), theirs: new Set<string>() };
  sessionTimer: SessionTimerState | undefined;
  /** The application cancelled, but was answered: hang up as soon as it has acknowledged. */
  mustEndOnAck = false;

  constructor(identity: DialogIdentity, state: DialogState) {
    this.id = `${identity.callId};from-tag=${identity.fromTag}`;
    this.identity = identity;
    this.localAddress = state.localAddress;
    this.remoteAddress = state.remoteAddress;
    this.remoteTag = state.remoteTag;
    this.localCSeq = state.localCSeq;
    this.remoteCSeq = state.remoteCSeq;
    this.remoteTarget = state.remoteTarget;
    this.flow = state.flow;
    this.client = state.client;
  }
}

export interface DialogState {
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly remoteTag: string | undefined;
  readonly localCSeq: number;
  readonly remoteCSeq: number | undefined;
  readonly remoteTarget: string;
  readonly flow: Flow;
  readonly client: ControlClient | undefined;
}

/** RFC 4028, as drachtio does it: who refreshes, how often, and what runs. */
export interface SessionTimerState {
  readonly seconds: number;
  readonly refresher: "us" | "them";
  readonly stop: Cancel;
}

export interface DialogRequest {
  readonly method: string;
  /** The remote target unless given. */
  readonly uri?: string;
  readonly cseq: number;
  readonly headers: readonly Header[];
  readonly body: Buffer;
}

/** A request in the dialog, still without Via (RFC 3261 section 12.2.1.1). */
export function buildDialogRequest(dialog: Dialog, request: DialogRequest): SipRequest {
  const target = request.uri ?? dialog.remoteTarget;
  const { uri, routes } = routeRequest(target, dialog.routeSet);
  const hasMaxForwards = request.headers.some((header) => header.name === "Max-Forwards");
  const headers: Header[] = [
    ...routes.map((value) => ({ name: "Route", value })),
    ...(hasMaxForwards ? [] : [{ name: "Max-Forwards", value: "70" }]),
    { name: "From", value: dialog.localAddress },
    { name: "To", value: dialog.remoteAddress },
    { name: "Call-ID", value: dialog.identity.callId },
    { name: "CSeq", value: `${String(request.cseq)} ${request.method}` },
    ...request.headers,
  ];
  return { type: "request", method: request.method, uri, headers, body: request.body };
}

/** A first route without lr is a strict router: it takes the Request-URI, the target goes to the end. */
function routeRequest(
  target: string,
  routeSet: readonly string[],
): { uri: string; routes: readonly string[] } {
  const [first, ...others] = routeSet;
  const firstUri = first === undefined ? undefined : parseNameAddr(first)?.uri;
  if (firstUri === undefined) return { uri: target, routes: [] };
  const isLoose = parseSipUri(firstUri)?.params.has("lr") ?? true;
  return isLoose ? { uri: target, routes: routeSet } : { uri: firstUri, routes: [...others, `<${target}>`] };
}

/** The URI of the first Contact; undefined when there is none that can be read. */
export function contactUriOf(message: SipMessage): string | undefined {
  const [contact] = headerList(message, "Contact");
  return contact === undefined ? undefined : parseNameAddr(contact)?.uri;
}
