import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

/** The names that Express knows for a proxy's networks (`trust proxy`). */
const namedNetworks: Record<string, string[]> = {
  loopback: ["127.0.0.0/8", "::1/128"],
  linklocal: ["169.254.0.0/16", "fe80::/10"],
  uniquelocal: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
};

/**
 * Who a request comes from: the connection's address, or, where that is a proxy that we trust, the last address in
 * X-Forwarded-For that is not one (each proxy appends the address that it saw; what stands before may be made up).
 */
export function clientAddressOf(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const trusted = new BlockList();
  for (const network of trustedProxies.flatMap((name) => namedNetworks[name] ?? [name])) {
    const [address = "", bits] = network.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (isIP(address) === 0) continue;
    if (bits === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(bits), family);
  }
  const isTrusted = (address: string): boolean =>
    isIP(address) !== 0 && trusted.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  return (request) => {
    const forwarded = [request.headers["x-forwarded-for"] ?? []].flat().join(",");
    const hops = forwarded
      .split(",")
      .map(plain)
      .filter((hop) => hop !== "");
    hops.push(plain(request.socket.remoteAddress ?? ""));
    while (hops.length > 1 && isTrusted(hops.at(-1) ?? "")) hops.pop();
    return hops.at(-1) ?? "";
  };
}

/** `::ffff:192.0.2.1` is how a dual-stack socket names `192.0.2.1`. */
function plain(address: string): string {
  return address.trim().replace(/^::ffff:(?=\d+\.)/i, "");
}
