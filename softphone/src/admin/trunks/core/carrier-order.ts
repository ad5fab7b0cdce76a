/** Carriers in the order in which they are tried, and how one moves. */

interface Ordered {
  id: string;
  name: string;
  order: number;
}

/** The lower order first; by name where it is the same, as the server does not say. */
export function inOrder<T extends Ordered>(trunks: readonly T[]): T[] {
  return trunks.toSorted((a, b) => a.order - b.order || a.name.localeCompare(b.name));
}

/** The orders to save so that one carrier changes places with its neighbour: as few as will do. */
export function moveCarrier(
  carriers: readonly Ordered[],
  id: string,
  by: -1 | 1,
): { id: string; order: number }[] {
  const before = inOrder(carriers);
  const at = before.findIndex((carrier) => carrier.id === id);
  const [moved, neighbour] = [before[at], before[at + by]];
  if (moved === undefined || neighbour === undefined) return [];
  const after = before.with(at, neighbour).with(at + by, moved);
  const taken = before.map(({ order }) => order);
  const isDistinct = new Set(taken).size === taken.length;
  const step = after.length <= 100 ? 10 : 1;
  const orders = isDistinct ? taken : after.map((_, index) => (index + 1) * step);
  return after
    .map((carrier, index) => ({ id: carrier.id, order: orders[index] ?? 0, was: carrier.order }))
    .filter(({ order, was }) => order !== was)
    .map(({ id: carrierId, order }) => ({ id: carrierId, order }));
}
