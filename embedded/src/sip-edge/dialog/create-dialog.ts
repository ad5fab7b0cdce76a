import type { ControlClient } from "../control/control-client.ts";
import { parseCSeq } from "../grammar/cseq.ts";
import { headerList, headerValue, type SipRequest } from "../grammar/message.ts";
import { tagOf } from "../grammar/name-addr.ts";
import type { Flow } from "../transport/flow.ts";
import { contactUriOf, Dialog } from "./dialog.ts";
import { natHopOfCaller } from "./nat.ts";

type DialogMethod = "INVITE" | "SUBSCRIBE";

/** The dialogs that a request can begin; undefined for all other methods. */
export function dialogMethodOf(request: SipRequest): DialogMethod | undefined {
  return request.method === "INVITE" || request.method === "SUBSCRIBE" ? request.method : undefined;
}

/** RFC 3261 section 12.1.1: the called side's, with our tag. */
export function createCalledDialog(
  request: SipRequest,
  method: DialogMethod,
  localTag: string,
  flow: Flow,
  client: ControlClient,
): Dialog {
  const from = headerValue(request, "From") ?? "";
  const fromTag = tagOf(from) ?? "";
  const dialog = new Dialog(
    { role: "uas", method, callId: headerValue(request, "Call-ID") ?? "", localTag, fromTag },
    {
      localAddress: `${headerValue(request, "To") ?? ""};tag=${localTag}`,
      remoteAddress: from,
      remoteTag: fromTag,
      localCSeq: Math.floor(Math.random() * 1_000_000),
      remoteCSeq: cseqNumberOf(request),
      remoteTarget: contactUriOf(request) ?? request.uri,
      flow,
      client,
    },
  );
  dialog.routeSet = headerList(request, "Record-Route");
  dialog.natHop = natHopOfCaller(request, flow);
  return dialog;
}

/** RFC 3261 section 12.1.2: the calling side's, before anybody answered. */
export function createCallingDialog(
  request: SipRequest,
  method: DialogMethod,
  flow: Flow,
  client: ControlClient,
): Dialog {
  const from = headerValue(request, "From") ?? "";
  const fromTag = tagOf(from) ?? "";
  const dialog = new Dialog(
    { role: "uac", method, callId: headerValue(request, "Call-ID") ?? "", localTag: fromTag, fromTag },
    {
      localAddress: from,
      remoteAddress: headerValue(request, "To") ?? "",
      remoteTag: undefined,
      localCSeq: cseqNumberOf(request),
      remoteCSeq: undefined,
      remoteTarget: request.uri,
      flow,
      client,
    },
  );
  dialog.localContact = headerValue(request, "Contact") ?? "";
  dialog.localSdp = request.body;
  return dialog;
}

export function cseqNumberOf(request: SipRequest): number {
  return parseCSeq(headerValue(request, "CSeq") ?? "")?.number ?? 0;
}
