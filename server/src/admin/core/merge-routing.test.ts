import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainMembership, QueueSettings } from "../../contract/queues.ts";
import { RoutingDocument } from "../../contract/routing.ts";
import { describeCollisions } from "./describe-collisions.ts";
import { diffRouting } from "./diff-routing.ts";
import { mergeRouting } from "./merge-routing.ts";
import { documentOf, emptyRouting, inOrder, thingsOf } from "./routing-fields.ts";

const uuid = (last: number) => `00000000-0000-4000-8000-${String(last).padStart(12, "0")}`;
const ids = [1, 2, 3, 4].map(uuid);
const people = [11, 12, 13].map(uuid);
const person = fc.constantFrom(...people);
const name = fc.constantFrom("Ann", "Büro", "C.D", "销售");
const unique = <T extends object>(thing: fc.Arbitrary<T>, key: keyof T) =>
  fc.uniqueArray(thing, { selector: (each) => each[key], maxLength: 4 });

const settings = fc
  .record(
    {
      strategy: fc.constantFrom("linear", "round-robin"),
      requirement: fc.constantFrom(null, "billing>=5"),
      rings: fc.constantFrom([], [{ afterMs: 5_000, drop: ["*"] }]),
      overflow: fc.constantFrom({}, { full: { kind: "voicemail" } }, { closed: { kind: "callback" } }),
      sticky: fc.constantFrom({ lastAgent: true, withinMs: 60_000, patienceMs: 5_000 }),
    },
    { requiredKeys: [] },
  )
  .map((each) => QueueSettings.parse(each));
const terms = { ...plainMembership };
const queue = fc.record({
  ...{ id: fc.constantFrom(...ids), name, settings },
  members: unique(
    fc
      .record({ personId: person, level: fc.integer({ min: 1, max: 2 }) })
      .map((each) => ({ ...terms, ...each })),
    "personId",
  ),
  teams: unique(
    fc.record({ teamId: fc.constantFrom(...ids) }).map((each) => ({ ...terms, ...each })),
    "teamId",
  ),
});
const documents = fc
  .record({
    format: fc.constant("ringdown-routing/1" as const),
    skills: unique(
      fc.record({ id: fc.constantFrom(...ids), key: fc.constantFrom("billing", "language"), name }),
      "id",
    ),
    schedules: unique(
      fc.record({
        id: fc.constantFrom(...ids),
        name,
        timezone: fc.constantFrom("UTC", "Europe/Berlin"),
        weekly: fc.constant([]),
      }),
      "id",
    ),
    teams: unique(fc.record({ id: fc.constantFrom(...ids), name, personIds: fc.uniqueArray(person) }), "id"),
    queues: unique(queue, "id"),
    agents: unique(
      fc.record({
        personId: person,
        skills: fc.dictionary(fc.constantFrom("billing", "language=zh"), fc.integer({ min: 1, max: 10 })),
        capacity: fc.constantFrom(null, { total: 100, weights: { chat: 20 }, limits: { chat: 2 } }),
      }),
      "personId",
    ),
  })
  .map((raw) => inOrder(RoutingDocument.parse(raw)));

/** By id, as two things may share a name. */
const sorted = (document: RoutingDocument) =>
  [...thingsOf(document).values()]
    .map(({ what, id, fields }) => `${what} ${id} ${JSON.stringify([...fields].toSorted())}`)
    .toSorted();

describe("routing documents", () => {
  it("can be taken apart into fields and put together again", () => {
    fc.assert(
      fc.property(documents, (document) => {
        const again = documentOf(thingsOf(document).values());
        expect(sorted(again)).toEqual(sorted(document));
        expect(diffRouting(document, again)).toEqual([]);
      }),
    );
  });

  it("merge: who changed nothing gets what the other has", () => {
    fc.assert(
      fc.property(documents, documents, (base, other) => {
        for (const merged of [
          mergeRouting(base, base, other),
          mergeRouting(base, other, base),
          mergeRouting(base, other, other),
        ]) {
          expect(merged.collisions).toEqual([]);
          expect(sorted(merged.document)).toEqual(sorted(other));
        }
      }),
    );
  });

  it("merge: without collisions nothing of either side is lost, and mine stands where there are some", () => {
    fc.assert(
      fc.property(documents, documents, documents, (base, mine, theirs) => {
        const { document, collisions } = mergeRouting(base, mine, theirs);
        const [was, now] = [thingsOf(base), thingsOf(document)];
        for (const [key, { fields }] of thingsOf(mine))
          for (const [field, value] of fields)
            if (JSON.stringify(was.get(key)?.fields.get(field)) !== JSON.stringify(value))
              expect(now.get(key)?.fields.get(field)).toEqual(value);
        const sentences = describeCollisions(collisions, mine, theirs, new Map());
        for (const { message } of sentences) expect(message.length).toBeGreaterThan(20);
      }),
    );
  });

  it("merge: one side removed what the other changed", () => {
    const queues = [
      { id: uuid(1), name: "Sales", settings: QueueSettings.parse({}), members: [], teams: [] },
    ];
    const base = { ...emptyRouting, queues };
    const renamed = { ...emptyRouting, queues: queues.map((each) => ({ ...each, name: "Orders" })) };
    const merged = mergeRouting(base, emptyRouting, renamed);
    expect(merged.document.queues).toEqual([]);
    expect(
      describeCollisions(merged.collisions, emptyRouting, renamed, new Map()).map(({ message }) => message),
    ).toEqual(["Queue Orders was changed meanwhile, and the draft has it removed"]);
    expect(mergeRouting(base, renamed, emptyRouting).document.queues).toHaveLength(1);
  });

  it("differ in readable values: names for ids, and one line for each member and skill", () => {
    const [ann, sales, support, office] = [uuid(11), uuid(1), uuid(2), uuid(3)];
    const make = (raw: object) => RoutingDocument.parse({ ...emptyRouting, ...raw });
    const plain = (id: string, called: string) => ({ id, name: called, settings: {}, members: [] });
    const before = make({ queues: [plain(sales, "Sales"), plain(support, "Support")] });
    const after = make({
      schedules: [{ id: office, name: "Office", timezone: "UTC", weekly: [] }],
      queues: [
        {
          ...plain(sales, "Orders"),
          settings: { scheduleId: office, overflow: { full: { kind: "queue", queueId: support } } },
          members: [{ personId: ann, level: 2 }],
        },
        plain(support, "Support"),
      ],
      agents: [{ personId: ann, skills: { billing: 4 } }],
    });
    const differences = diffRouting(before, after, new Map([[ann, "Ann Lee"]]));
    expect(differences.map((each) => [each.name, each.field, each.before, each.after])).toEqual([
      ["Office", null, null, expect.objectContaining({ name: "Office" })],
      ["Orders", "name", "Sales", "Orders"],
      ["Orders", "settings.scheduleId", null, "Office"],
      ["Orders", "settings.overflow.full", null, { kind: "queue", queueId: "Support" }],
      ["Orders", "members.Ann Lee", null, { priority: 0, level: 2, delayMs: 0, order: 0, weight: 1 }],
      ["Ann Lee", "skills.billing", null, 4],
    ]);
  });
});
