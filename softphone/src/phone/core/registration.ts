/** What a phone does after its REGISTER was refused. */
export type NextStep = "new-credential" | "superseded" | "retry";

/**
 * 401 and 403 mean that the credential no longer counts: it ran out, the server forgot it, or a newer one of the
 * same person registered elsewhere, which shows as a softphone that is registered although we are not.
 */
export function afterRefusal(
  status: number,
  credential: { expiresAt: number; now: number },
  isSoftphoneRegistered: boolean,
): NextStep {
  if (status !== 401 && status !== 403) return "retry";
  if (credential.expiresAt <= credential.now) return "new-credential";
  return isSoftphoneRegistered ? "superseded" : "new-credential";
}

/** When to fetch the next credential: a minute before the end, or at four fifths of a short life. */
export function renewAt(issuedAt: number, expiresAt: number): number {
  const lifeMs = expiresAt - issuedAt;
  return lifeMs > 300_000 ? expiresAt - 60_000 : issuedAt + lifeMs * 0.8;
}

/** Where the SIP edge listens: a path on this page's origin, or a whole ws: or wss: URL. */
export function socketUrl(socket: string, page: { protocol: string; host: string }): string {
  if (/^wss?:/.test(socket)) return socket;
  return `${page.protocol === "https:" ? "wss" : "ws"}://${page.host}${socket}`;
}

/**
 * What Via calls the transport (RFC 7118 section 5): by what the edge hears, not by what the browser sends. On a path of
 * this page's origin the server hands plain WebSocket on, and drachtio drops without an answer what says WSS there.
 */
export function viaTransport(socket: string): "WS" | "WSS" {
  return socket.startsWith("wss:") ? "WSS" : "WS";
}
