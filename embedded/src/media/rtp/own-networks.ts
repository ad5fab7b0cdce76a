import { networkInterfaces } from "node:os";
import type { OwnNetwork } from "../core/media-address.ts";

/** The IPv4 networks that this machine is in now. */
export function ownNetworks(): OwnNetwork[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family }) => family === "IPv4")
    .map(({ address, cidr }) => ({ address, prefixLength: Number(cidr?.split("/")[1] ?? 32) }));
}
