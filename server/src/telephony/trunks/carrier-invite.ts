import { identify, identityHeaders } from "../core/caller-identity.ts";
import { inFormat, type OutboundNumber, toE164, writeNumber } from "../core/outbound-number.ts";
import type { TrunkPeer } from "../directories.ts";
import type { CarrierLine, RingTarget } from "../ring.ts";
import { carrierHost, carrierUri } from "./carrier-uri.ts";

export type OutboundTrunk = TrunkPeer & { outbound: NonNullable<TrunkPeer["outbound"]> };

/** Where one carrier's INVITE goes, and who calls, in the carrier's own way of writing. */
export function writeInvite(
  trunk: OutboundTrunk,
  dialed: OutboundNumber,
  caller: { name: string; number: string },
  house: { defaultRegion: string | undefined; isOurs(number: string): boolean },
): { target: RingTarget; headers: Record<string, string> } {
  const region = trunk.region ?? house.defaultRegion;
  return {
    target: targetOf(trunk, dialed, region),
    headers: headersOf(trunk, dialed, caller, { ...house, region }),
  };
}

function targetOf(
  trunk: OutboundTrunk,
  { number, isEmergency }: OutboundNumber,
  region: string | undefined,
): RingTarget {
  const { uri, transport, digest } = trunk.outbound;
  const user = isEmergency ? number : writeNumber(number, trunk.numbers, region);
  const { id: trunkId, codecs, encryption, offer } = trunk;
  const carrier: CarrierLine = { trunkId, digest, codecs, encryption, offer };
  return { uri: carrierUri(uri, transport, user), personId: "", carrier };
}

function headersOf(
  trunk: OutboundTrunk,
  { isEmergency }: OutboundNumber,
  caller: { name: string; number: string },
  house: { defaultRegion: string | undefined; region: string | undefined; isOurs(number: string): boolean },
): Record<string, string> {
  const { callerId: rules, numbers } = trunk;
  const known = { ...caller, number: toE164(caller.number, house.defaultRegion) };
  const isOurs = (number: string) => house.isOurs(number);
  const identity = identify({ caller: known, rules, isOurs, isEmergency });
  // The carrier knows us by its own name for us (RFC 3261 §8.1.1.3), where it gave us one.
  const host = carrierHost(trunk.registration?.registrarUri ?? trunk.outbound.uri);
  const write = (number: string) => inFormat(number, numbers.format, house.region);
  return identityHeaders(identity, { header: rules.identity, host, write });
}
