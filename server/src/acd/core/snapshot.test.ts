import { describe, expect, it } from "vitest";
import { Office } from "./office.case.ts";
import { restoreBoard, saveBoard } from "./snapshot.ts";

/** What version 2 did not have. */
const added = new Set(
  "day skills idleOrder handled interrupted ageMs requirement callback widensFrom stageMs sticky rings".split(
    " ",
  ),
).add("maxEstimatedWaitMs");

function asVersion2(text: string): string {
  return JSON.stringify(JSON.parse(text), (key, value: unknown) => {
    if (key === "version") return 2;
    return added.has(key) ? undefined : value;
  });
}

describe("a snapshot", () => {
  it("of the version before skills is read: nobody is lost, and the order of callers and agents stays", () => {
    const office = new Office().queue("sales", { wrapUpMs: 0 }).agent("bob", ["sales"]).sleep(1);
    office.agent("ann", ["sales"]).caller("i1", "sales").answer("i1").caller("i2", "sales").answer("i2");
    office.caller("i3", "sales").caller("i4", "sales").sleep(1).hangUp("i2", "ann");
    expect(office.ringing()).toEqual(["i3@ann"]);

    const later = new Office(restoreBoard(asVersion2(saveBoard(office.board))));
    expect(later.ringing()).toEqual(["i3@ann"]);
    later.answer("i3").hangUp("i1", "bob");
    expect(later.ringing()).toEqual(["i4@bob"]);
    later.caller("i5", "sales", { requirement: "billing" }).hangUp("i3", "ann");
    expect(later.ringing()).toEqual(["i4@bob"]);
    later.agent("ann", ["sales"], { skills: { billing: 3 } });
    expect(later.ringing()).toEqual(["i4@bob", "i5@ann"]);
  });

  it("of an unknown version is refused rather than misread", () => {
    const text = saveBoard(new Office().board).replace(/"version":\d+/, '"version":99');
    expect(() => restoreBoard(text)).toThrow("version 99");
  });
});
