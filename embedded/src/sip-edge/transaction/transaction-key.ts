import { parseCSeq } from "../grammar/cseq.ts";
import { headerValue, type SipRequest, type SipResponse } from "../grammar/message.ts";
import { tagOf } from "../grammar/name-addr.ts";
import { parseVia, uniqueBranchOf } from "../grammar/via.ts";

/** RFC 3261 section 17.1.3: top Via branch and the method of CSeq. */
export function clientTransactionKey(message: SipRequest | SipResponse): string | undefined {
  const via = parseVia(headerValue(message, "Via") ?? "");
  const cseq = parseCSeq(headerValue(message, "CSeq") ?? "");
  const branch = via?.params.get("branch");
  return branch === undefined || cseq === undefined ? undefined : `${branch}|${cseq.method}`;
}

/**
 * RFC 3261 section 17.2.3: branch, sent-by and method, where ACK and CANCEL match the INVITE that they are
 * about. Without a unique branch: what RFC 2543 compared.
 */
export function serverTransactionKey(request: SipRequest, method = ackToInvite(request.method)): string {
  const via = parseVia(headerValue(request, "Via") ?? "");
  const branch = via === undefined ? undefined : uniqueBranchOf(via);
  if (via !== undefined && branch !== undefined) {
    return [branch, `${via.host}:${String(via.port ?? "")}`, method].join("|");
  }
  const cseq = parseCSeq(headerValue(request, "CSeq") ?? "");
  return [
    "rfc2543",
    headerValue(request, "Via") ?? "",
    headerValue(request, "Call-ID") ?? "",
    String(cseq?.number ?? ""),
    tagOf(headerValue(request, "From")) ?? "",
    method,
  ].join("|");
}

function ackToInvite(method: string): string {
  return method === "ACK" ? "INVITE" : method;
}
