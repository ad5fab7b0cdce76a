import { networkInterfaces } from "node:os";
import type { LocalAddress } from "./advertised-address.ts";

/** Interfaces come and go (a laptop changes its network), but not from one message to the next. */
const cachedForMs = 10_000;
let cache: { readonly addresses: readonly LocalAddress[]; readonly readAtMs: number } | undefined;

export function readLocalAddresses(): readonly LocalAddress[] {
  const nowMs = performance.now();
  if (cache === undefined || nowMs - cache.readAtMs > cachedForMs) {
    cache = { addresses: listAddresses(), readAtMs: nowMs };
  }
  return cache.addresses;
}

function listAddresses(): LocalAddress[] {
  return Object.values(networkInterfaces())
    .flatMap((infos) => infos ?? [])
    .map((info) => ({
      address: info.address,
      family: info.family,
      prefixLength: Number(info.cidr?.split("/")[1] ?? (info.family === "IPv4" ? 32 : 128)),
      isLoopback: info.internal,
    }));
}
