import type { routing } from "@ringdown/contract";
import { describe, expect, it } from "vitest";
import { Refusal } from "../../api/failure.ts";
import { newQueue, putThing } from "./core/routing-edit.ts";
import { DraftKeeper, type UnsavedEdits } from "./draft-keeper.ts";

const empty: routing.RoutingDocument = {
  format: "ringdown-routing/1",
  skills: [],
  schedules: [],
  teams: [],
  queues: [],
  agents: [],
};
const withQueue = (name: string) => (document: routing.RoutingDocument) =>
  putThing(document, "queues", newQueue(name, name));

/** A server that keeps one draft, and a keeper beside it; `remembered` is what a reload would find. */
function makeOffice(remembered: UnsavedEdits | null = null) {
  const office = {
    revision: null as number | null,
    document: empty,
    saves: 0,
    remembered,
    isAway: false,
    whileSaving: () => {},
  };
  const keeper = new DraftKeeper({
    async save(document, revision) {
      await Promise.resolve();
      office.whileSaving();
      if (office.isAway) throw new Refusal("network", "away");
      if (revision !== office.revision) throw new Refusal("conflict", "Somebody else saved");
      office.revision = (office.revision ?? 0) + 1;
      office.document = document;
      office.saves += 1;
      const draft = { baseVersion: 1, document, changedAt: "", changedBy: null, revision: office.revision };
      return { draft, problems: [], differences: [] };
    },
    onSaved: () => undefined,
    reread: () => Promise.resolve({ document: office.document, revision: office.revision }),
    memory: { read: () => office.remembered, write: (edits) => (office.remembered = edits) },
    delayMs: 60_000,
  });
  const seen = () => ({ document: office.document, revision: office.revision });
  const names = () => office.document.queues.map(({ name }) => name);
  return { office, keeper, seen, names };
}

describe("the keeper of the routing draft", () => {
  it("saves several edits as one, and the next on top of it", async () => {
    const { office, keeper, seen, names } = makeOffice();
    keeper.edit(withQueue("a"), seen());
    keeper.edit(withQueue("b"), seen());
    expect(await keeper.flush()).toBe(true);
    expect([office.saves, names()]).toEqual([1, ["a", "b"]]);
    keeper.edit(withQueue("c"), seen());
    expect(await keeper.flush()).toBe(true);
    expect([office.revision, names()]).toEqual([2, ["a", "b", "c"]]);
  });
  it("saves what is edited while it saves", async () => {
    const { office, keeper, seen, names } = makeOffice();
    keeper.edit(withQueue("a"), seen());
    office.whileSaving = () => {
      office.whileSaving = () => undefined;
      keeper.edit(withQueue("b"), seen());
    };
    expect(await keeper.flush()).toBe(true);
    expect([office.saves, names()]).toEqual([2, ["a", "b"]]);
    expect(office.remembered).toBeNull();
  });
  it("stops when somebody else saved, until a person decides", async () => {
    const { office, keeper, seen, names } = makeOffice();
    keeper.edit(withQueue("mine"), seen());
    Object.assign(office, { revision: 9, document: withQueue("theirs")(empty) });
    expect(await keeper.flush()).toBe(false);
    expect(keeper.keeping.value.state).toBe("behind");
    keeper.edit(withQueue("more"), seen());
    expect(await keeper.flush()).toBe(false);
    expect(names()).toEqual(["theirs"]);
    keeper.keepMine(9);
    expect(await keeper.flush()).toBe(true);
    expect(names()).toEqual(["mine", "more"]);
  });
  it("takes theirs by forgetting", async () => {
    const { office, keeper, seen } = makeOffice();
    keeper.edit(withQueue("mine"), seen());
    office.revision = 9;
    await keeper.flush();
    keeper.forget();
    expect(keeper.keeping.value).toEqual({ state: "kept" });
    expect(office.remembered).toBeNull();
  });
  it("keeps edits that a broken network refused, in this tab too, and saves them later", async () => {
    const { office, keeper, seen, names } = makeOffice();
    office.isAway = true;
    keeper.edit(withQueue("a"), seen());
    expect(await keeper.flush()).toBe(false);
    expect(keeper.keeping.value.state).toBe("failed");
    expect(office.remembered?.document.queues).toHaveLength(1);
    office.isAway = false;
    keeper.keepMine(null);
    expect(await keeper.flush()).toBe(true);
    expect(names()).toEqual(["a"]);
  });
  it("saves after a reload what was edited before it", async () => {
    const { keeper, names } = makeOffice({ document: withQueue("a")(empty), revision: null, sent: null });
    expect(await keeper.flush()).toBe(true);
    expect(names()).toEqual(["a"]);
  });
  it("finds its own save on the server after a reload in the midst of it, and saves what came after", async () => {
    const sent = withQueue("a")(empty);
    const { office, keeper, names } = makeOffice({ document: withQueue("b")(sent), revision: null, sent });
    Object.assign(office, { revision: 1, document: structuredClone(sent) });
    expect(await keeper.flush()).toBe(true);
    expect([office.revision, names()]).toEqual([2, ["a", "b"]]);
    const again = makeOffice({ document: sent, revision: null, sent });
    Object.assign(again.office, { revision: 1, document: structuredClone(sent) });
    expect(await again.keeper.flush()).toBe(true);
    expect([again.office.saves, again.office.remembered]).toEqual([0, null]);
  });
});
