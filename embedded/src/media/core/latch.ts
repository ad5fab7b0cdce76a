/** Where packets come from or go to. */
export interface MediaAddress {
  address: string;
  port: number;
}

/** RFC 1918, RFC 6598 and link-local addresses: behind a NAT, from outside they can't be reached. */
function isPrivate(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.)/.test(
    address,
  );
}

/**
 * Where to send from now on when a packet comes from `from`, or undefined to drop the packet. The port
 * may differ from the described one (symmetric RTP, RFC 4961), the address may not: nobody else can take
 * the stream over. One exception: a private address was described but the packets come from a public one
 * (a telephone behind a NAT); then the first source is taken and kept.
 */
export function latchOnto(
  described: MediaAddress,
  target: MediaAddress,
  from: MediaAddress,
): MediaAddress | undefined {
  if (from.address === target.address) {
    return from.port === target.port ? target : { address: from.address, port: from.port };
  }
  const isUnlatched = target.address === described.address;
  const isBehindNat = isPrivate(described.address) && !isPrivate(from.address);
  return isUnlatched && isBehindNat ? { address: from.address, port: from.port } : undefined;
}
