import type { Address } from "./flow.ts";

/** A socket's peer; undefined when it left already. IPv4 behind an IPv6 socket is told as IPv4. */
export function normalizeRemote(host: string | undefined, port: number | undefined): Address | undefined {
  if (host === undefined || port === undefined) return undefined;
  return { host: host.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, ""), port };
}
