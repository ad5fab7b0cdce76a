/** Which carriers a call may go through, the best first. Pure: what is known of each goes in. */
export interface CarrierView {
  id: string;
  /** The lower, the sooner. */
  order: number;
  /** Numbers that it takes (`+49`); empty: all. */
  prefixes: readonly string[];
  /** Null: never checked, which is no reason to distrust it. */
  isUp: boolean | null;
  hasRoom: boolean;
  /** It asked to be left alone until then (503 with Retry-After); 0: it did not. */
  restsUntil: number;
  /** Its password can't be read: it would refuse. */
  isLocked: boolean;
}

/**
 * The order in which to try: those that are well before those that seem down, among them by the longest prefix of the
 * number, then by `order`, then by id, so that equals are always tried alike. Left out: those that don't take the number,
 * are full, or have asked for rest. An emergency call is limited by nothing of this: it may try all of them.
 */
export function chooseCarriers(
  dialed: { number: string; isEmergency: boolean },
  carriers: readonly CarrierView[],
  now: number,
): string[] {
  const usable = dialed.isEmergency
    ? carriers
    : carriers.filter(
        (carrier) =>
          carrier.hasRoom &&
          !carrier.isLocked &&
          carrier.restsUntil <= now &&
          prefixLength(dialed.number, carrier) >= 0,
      );
  const rank = (carrier: CarrierView): readonly number[] => [
    Number(carrier.isUp === false || carrier.isLocked || carrier.restsUntil > now),
    dialed.isEmergency ? 0 : -prefixLength(dialed.number, carrier),
    carrier.order,
  ];
  return usable
    .map((carrier) => ({ id: carrier.id, rank: rank(carrier) }))
    .toSorted((a, b) => compare(a.rank, b.rank) || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

/** How much of the number the carrier's longest fitting prefix covers; 0: it takes all numbers; -1: not this one. */
export function prefixLength(number: string, { prefixes }: Pick<CarrierView, "prefixes">): number {
  if (prefixes.length === 0) return 0;
  const fitting = prefixes.filter((prefix) => number.startsWith(prefix));
  return fitting.length === 0 ? -1 : Math.max(...fitting.map((prefix) => prefix.length));
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
