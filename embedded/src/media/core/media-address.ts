import { BlockList, isIPv4 } from "node:net";

/** One IPv4 network that this machine is in: its own address there, and how long the prefix is. */
export interface OwnNetwork {
  address: string;
  prefixLength: number;
}

export interface OwnAddresses {
  /** Written into session descriptions where nothing better is known. */
  address: string;
  /** The one that the world sees, when this machine stands behind a NAT. */
  external: string | undefined;
  networks: readonly OwnNetwork[];
}

/**
 * The address to name towards a peer at `remote` (of its `c=` line): behind a NAT the external one, but in a network of
 * our own the one there, since few NATs let their own side in by the outer address.
 */
export function addressTowards(remote: string | undefined, own: OwnAddresses): string {
  const { address, external, networks } = own;
  if (external === undefined) return address;
  if (remote === undefined || !isIPv4(remote)) return external;
  return networks.find((network) => holds(network, remote))?.address ?? external;
}

function holds({ address, prefixLength }: OwnNetwork, remote: string): boolean {
  const network = new BlockList();
  network.addSubnet(address, prefixLength, "ipv4");
  return network.check(remote, "ipv4");
}
