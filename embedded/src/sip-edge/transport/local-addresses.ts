import { networkInterfaces } from "node:os";
import type { LocalAddress } from "./advertised-address.ts";

export function readLocalAddresses(): LocalAddress[] {
  return Object.values(networkInterfaces())
    .flatMap((infos) => infos ?? [])
    .map((info) => ({
      address: info.address,
      family: info.family,
      prefixLength: Number(info.cidr?.split("/")[1] ?? (info.family === "IPv4" ? 32 : 128)),
      isLoopback: info.internal,
    }));
}
