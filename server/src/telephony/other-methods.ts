import type { SipRequest, SipResponse } from "./drachtio.ts";
import type { Gate } from "./gate.ts";
import { allowedMethods } from "./party.ts";
import type { SipEdges } from "./sip-edges.ts";

/** OPTIONS: trunks and phones ask whether we live (RFC 3261 §11.2); a stranger who asks too often gets 403. */
export function answerOptions(request: SipRequest, response: SipResponse, gate: Gate): void {
  if (request.get("To")?.includes(";tag=")) return response.send(481);
  if (!gate.mayTry(request)) return response.send(403);
  response.send(200, {
    headers: {
      Allow: allowedMethods,
      Accept: "application/sdp, application/dtmf-relay",
      "Accept-Language": "en",
      Supported: "timer",
    },
  });
}

/** Methods outside of dialogs that are not offered here. In a dialog of ours, `party.ts` answers them. */
export function refuseOtherMethods(edges: SipEdges): void {
  for (const method of ["subscribe", "publish", "message", "refer", "notify", "info", "update"]) {
    edges.handle(method, (request, response) => {
      const isInDialog = request.get("To")?.includes(";tag=") ?? false;
      if (isInDialog) response.send(481);
      else response.send(405, { headers: { Allow: allowedMethods } });
    });
  }
}
