import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OrderedSet } from "./ordered-set.ts";

type Operation =
  { type: "add"; id: number; score: number } | { type: "remove"; id: number } | { type: "first" };

const id = fc.integer({ min: 0, max: 30 });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ type: fc.constant("add" as const), id, score: fc.integer({ min: 0, max: 8 }) }),
  fc.record({ type: fc.constant("remove" as const), id }),
  fc.constant({ type: "first" as const }),
);

function sorted(model: Map<number, number>): [number, number][] {
  return [...model].sort(([idA, a], [idB, b]) => a - b || idA - idB);
}

function contents(set: OrderedSet<number>): [number, number][] {
  const items: [number, number][] = [];
  set.walk((item, score) => items.push([item, score]) > 0);
  return items;
}

describe("an ordered set", () => {
  it("holds its items by score and tie, knows the first and each one's rank, whatever was added and removed", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200, size: "max" }), (operations) => {
        const set = new OrderedSet<number>();
        const model = new Map<number, number>();
        for (const each of operations) {
          if (each.type === "add") {
            set.add(String(each.id), each.score, each.id, each.id);
            model.set(each.id, each.score);
          } else if (each.type === "remove") {
            expect(set.remove(String(each.id))).toBe(model.delete(each.id));
          } else expect(set.first()?.item).toBe(sorted(model)[0]?.[0]);
        }
        const expected = sorted(model);
        expect(contents(set)).toEqual(expected);
        expect(set.size).toBe(expected.length);
        for (const [rank, [item, score]] of expected.entries()) {
          expect(set.countBefore(score, item)).toBe(rank);
          expect(set.score(String(item))).toBe(score);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("stops walking when told", () => {
    const set = new OrderedSet<number>();
    for (let item = 0; item < 10; item += 1) set.add(String(item), item, item, item);
    const seen: number[] = [];
    set.walk((item) => seen.push(item) < 3);
    expect(seen).toEqual([0, 1, 2]);
  });

  it("stays shallow when items come in order, as callers do", () => {
    const set = new OrderedSet<number>();
    const count = 100_000;
    for (let item = 0; item < count; item += 1) set.add(String(item), item, item, item);
    for (let item = 0; item < count; item += 2) set.remove(String(item));
    expect(set.size).toBe(count / 2);
    expect(set.countBefore(count, 0)).toBe(count / 2);
    expect(set.first()?.item).toBe(1);
  });
});
