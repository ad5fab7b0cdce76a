import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CarrierView, chooseCarriers, prefixLength } from "./choose-carrier.ts";

const carrier = (id: string, rest: Partial<CarrierView> = {}): CarrierView => ({
  ...{ id, order: 100, prefixes: [], isUp: true, hasRoom: true, restsUntil: 0, isLocked: false },
  ...rest,
});
const berlin = { number: "+4930123456", isEmergency: false };
const help = { number: "112", isEmergency: true };

describe("carriers", () => {
  it("are tried by the longest prefix, then by order, then by id", () => {
    const carriers = [
      carrier("c"),
      carrier("b"),
      carrier("cheap", { order: 1 }),
      carrier("germany", { prefixes: ["+49", "+43"] }),
      carrier("berlin", { prefixes: ["+4930"], order: 999 }),
      carrier("france", { prefixes: ["+33"] }),
    ];
    expect(chooseCarriers(berlin, carriers, 0)).toEqual(["berlin", "germany", "cheap", "b", "c"]);
  });

  it("that seem down come last, but come: the check may be wrong", () => {
    const carriers = [
      carrier("down", { isUp: false, order: 1 }),
      carrier("unchecked", { isUp: null }),
      carrier("up"),
    ];
    expect(chooseCarriers(berlin, carriers, 0)).toEqual(["unchecked", "up", "down"]);
  });

  it("that are full, that asked for rest, or whose password is lost are left out, but not for an emergency", () => {
    const carriers = [
      carrier("full", { hasRoom: false }),
      carrier("rests", { restsUntil: 2_000 }),
      carrier("locked", { isLocked: true }),
      carrier("abroad", { prefixes: ["+1"] }),
    ];
    expect(chooseCarriers(berlin, carriers, 1_000)).toEqual([]);
    expect(chooseCarriers(berlin, carriers, 2_000)).toEqual(["rests"]);
    expect(chooseCarriers(help, carriers, 1_000)).toEqual(["abroad", "full", "locked", "rests"]);
  });

  it("with prefixes take no short number", () => {
    const short = { number: "1000", isEmergency: false };
    expect(chooseCarriers(short, [carrier("all"), carrier("some", { prefixes: ["+1"] })], 0)).toEqual([
      "all",
    ]);
  });

  const anyCarrier = fc.record({
    id: fc.uuid(),
    order: fc.integer({ min: 0, max: 3 }),
    prefixes: fc.array(fc.constantFrom("+4", "+49", "+4930", "+1"), { maxLength: 2 }),
    isUp: fc.constantFrom(true, false, null),
    hasRoom: fc.boolean(),
    restsUntil: fc.constantFrom(0, 500, 1_500),
    isLocked: fc.boolean(),
  });
  const anyCarriers = fc.uniqueArray(anyCarrier, { selector: ({ id }) => id, maxLength: 8 });

  it("are each tried at most once, whoever lists them in whatever order", () => {
    fc.assert(
      fc.property(anyCarriers, fc.constantFrom(berlin, help), (carriers, dialed) => {
        const chosen = chooseCarriers(dialed, carriers, 1_000);
        expect(new Set(chosen).size).toBe(chosen.length);
        expect(chooseCarriers(dialed, carriers.toReversed(), 1_000)).toEqual(chosen);
      }),
    );
  });

  it("all take an emergency call, and none is before one that is better", () => {
    fc.assert(
      fc.property(anyCarriers, (carriers) => {
        expect(chooseCarriers(help, carriers, 1_000)).toHaveLength(carriers.length);
        const byId = new Map(carriers.map((each) => [each.id, each]));
        const chosen = chooseCarriers(berlin, carriers, 1_000).map((id) => byId.get(id) ?? carrier(id));
        for (const [index, after] of chosen.entries()) {
          expect(after.hasRoom && !after.isLocked && after.restsUntil <= 1_000).toBe(true);
          const before = chosen[index - 1];
          if (!before || (before.isUp === false) !== (after.isUp === false)) continue;
          const [first, second] = [before, after].map((each) => prefixLength(berlin.number, each));
          expect(first).toBeGreaterThanOrEqual(second ?? 0);
          if (first === second) expect(before.order).toBeLessThanOrEqual(after.order);
        }
        const isDown = chosen.map(({ isUp }) => isUp === false);
        expect(isDown).toEqual(isDown.toSorted((a, b) => Number(a) - Number(b)));
      }),
    );
  });
});
