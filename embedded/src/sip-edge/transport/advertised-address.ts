import { BlockList, isIPv4, isIPv6 } from "node:net";

/** One address of this machine, as os.networkInterfaces() tells it. */
export interface LocalAddress {
  readonly address: string;
  readonly family: "IPv4" | "IPv6";
  readonly prefixLength: number;
  readonly isLoopback: boolean;
}

/**
 * What a listener calls itself towards a peer, in Via and Contact: on loopback the loopback address, in our own
 * network the address there, and to the rest of the world the external address when one is configured.
 */
export function chooseAdvertisedHost(
  listenHost: string,
  remoteHost: string,
  externalAddress: string | undefined,
  locals: readonly LocalAddress[],
): string {
  const isSix = isIPv6(remoteHost) || (isIPv6(listenHost) && !isIPv4(remoteHost));
  const family = isSix ? "IPv6" : "IPv4";
  const candidates = locals.filter((local) => local.family === family);
  const reachable = isWildcard(listenHost)
    ? candidates
    : candidates.filter((local) => local.address === listenHost);
  const direct = reachable.find((local) => isInNetwork(remoteHost, local));
  if (direct !== undefined) return direct.address;
  if (externalAddress !== undefined && externalAddress !== "") return externalAddress;
  if (!isWildcard(listenHost)) return listenHost;
  const outside = candidates.find((local) => !local.isLoopback) ?? candidates[0];
  return outside?.address ?? (family === "IPv6" ? "::1" : "127.0.0.1");
}

export function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::" || host === "";
}

function isInNetwork(host: string, local: LocalAddress): boolean {
  if (!isIPv4(host) && !isIPv6(host)) return false;
  const network = new BlockList();
  const family = local.family === "IPv4" ? "ipv4" : "ipv6";
  network.addSubnet(local.address, local.prefixLength, family);
  return network.check(host, isIPv4(host) ? "ipv4" : "ipv6");
}
