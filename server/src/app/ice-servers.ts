/** Which STUN and TURN servers a browser is told, and the credential of its own that the relays know it by. */
import { createHmac, randomBytes } from "node:crypto";
import type { Config } from "../config.ts";
import type { SipCredential } from "../contract/agent-desk.ts";

type IceSettings = Pick<SipCredential, "iceServers" | "iceExpiresAt">;
type Turn = NonNullable<Config["turn"]>;

/** The servers for one browser. `nowMs` is epoch time: the relay compares it with its own clock. */
export function iceServersFor(config: Pick<Config, "iceServers" | "turn">, nowMs: number): IceSettings {
  const stun = config.iceServers.length > 0 ? [{ urls: config.iceServers }] : [];
  if (config.turn === undefined) return { iceServers: stun, iceExpiresAt: null };
  const expiresAt = nowMs + config.turn.ttlMs;
  const relays = { urls: relayUrls(config.turn.urls), ...relayCredential(config.turn, expiresAt) };
  return { iceServers: [...stun, relays], iceExpiresAt: expiresAt };
}

/**
 * draft-uberti-behave-turn-rest-00 section 2.2: "username: … a colon-delimited combination of the expiration timestamp
 * and the user id"; "password: base64(hmac(secret key, username))", HMAC-SHA1 as coturn's `use-auth-secret` does. The
 * id is random: a relay's log tells nobody who was on the phone.
 */
export function relayCredential(
  { secret }: Pick<Turn, "secret">,
  expiresAtMs: number,
  id = randomBytes(9).toString("base64url"),
): { username: string; credential: string } {
  const username = `${Math.floor(expiresAtMs / 1_000)}:${id}`;
  return { username, credential: createHmac("sha1", secret).update(username).digest("base64") };
}

const transports = ["udp", "tcp", "tls"] as const;

/**
 * UDP, then TCP, then TLS: the order in which sound goes well, and in which browsers prefer the relays' candidates.
 * `turn:` without a transport means UDP alone to a browser (RFC 7065 section 3.1 leaves it open): it gets both.
 */
function relayUrls(urls: readonly string[]): string[] {
  const each = urls.flatMap((url) =>
    url.startsWith("turn:") && !url.includes("?") ? [`${url}?transport=udp`, `${url}?transport=tcp`] : [url],
  );
  const rank = (url: string) => transports.indexOf(transportOf(url));
  return [...new Set(each)].sort((one, other) => rank(one) - rank(other));
}

function transportOf(url: string): (typeof transports)[number] {
  if (url.startsWith("turns:")) return "tls";
  return url.endsWith("transport=tcp") ? "tcp" : "udp";
}
