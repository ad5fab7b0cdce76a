// Which addresses this machine has and is seen by, as far as it can tell without asking anybody but the DNS.
import { Resolver } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { BlockList, isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";

/** Addresses that the internet does not route: RFC 1918, RFC 6598, link-local, loopback. */
const inner = new BlockList();
for (const [network, bits] of [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["100.64.0.0", 10],
  ["169.254.0.0", 16],
  ["127.0.0.0", 8],
])
  inner.addSubnet(network, bits);

export const isPublic = (address) => isIPv4(address) && !inner.check(address);

/** The interface of the default route, from the text of /proc/net/route; undefined: there is none. */
export function defaultInterface(routes) {
  const rows = routes.split("\n").map((line) => line.split(/\s+/));
  const ways = rows.filter(
    ([, destination, , , , , , mask]) => destination === "00000000" && mask === "00000000",
  );
  return ways.toSorted((a, b) => Number(a[6]) - Number(b[6]))[0]?.[0];
}

/** This machine's address: the one of the default route, else its only one; undefined: it can't be told. */
export function ownAddress(interfaces = networkInterfaces(), routes = readRoutes()) {
  const addressesOf = (rows = []) =>
    rows.filter((row) => row.family === "IPv4" && !row.internal).map((row) => row.address);
  const [first] = addressesOf(interfaces[defaultInterface(routes) ?? ""]);
  if (first !== undefined) return first;
  const all = Object.values(interfaces).flatMap(addressesOf);
  return all.length === 1 ? all[0] : undefined;
}

function readRoutes() {
  try {
    return readFileSync("/proc/net/route", "utf8");
  } catch {
    return ""; // not Linux
  }
}

/** The addresses that the name has; none when the DNS does not answer or does not know it. */
export async function addressesOf(domain) {
  const resolver = new Resolver({ timeout: 2_000, tries: 1 });
  try {
    return await resolver.resolve4(domain);
  } catch {
    return [];
  }
}

/**
 * The address that callers see: this machine's own when it is a public one, else the name's. Undefined when neither
 * can be.
 */
export function externalAddress(own, named) {
  if (isPublic(own)) return own;
  return named.find(isPublic);
}
