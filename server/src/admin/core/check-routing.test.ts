import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Flow } from "../../contract/flow.ts";
import { plainMembership, type QueueSettings } from "../../contract/queues.ts";
import { RoutingDocument } from "../../contract/routing.ts";
import { checkRouting, type RoutingSurroundings } from "./check-routing.ts";
import { emptyRouting } from "./routing-fields.ts";

const uuid = (last: number) => `00000000-0000-4000-8000-${String(last).padStart(12, "0")}`;
const [sales, support, night] = [uuid(1), uuid(2), uuid(3)];
const [ann, ben, gone, eli] = [uuid(11), uuid(12), uuid(13), uuid(14)];
const [language, billing] = [uuid(21), uuid(22)];
const [office, north, flowId, draftFlowId] = [uuid(31), uuid(41), uuid(51), uuid(52)];

interface Parts {
  skills?: unknown[];
  schedules?: unknown[];
  teams?: unknown[];
  agents?: unknown[];
  sales?: Partial<Record<keyof QueueSettings, unknown>>;
  support?: Partial<Record<keyof QueueSettings, unknown>>;
  members?: unknown[];
  queueTeams?: unknown[];
  more?: unknown[];
}

const skills = [
  { id: language, key: "language", name: "Language", values: [{ value: "zh", name: "Chinese" }] },
  { id: billing, key: "billing", name: "Billing" },
];
const agents = [
  { personId: ann, skills: { "language=zh": 8, billing: 3 } },
  { personId: ben, skills: { billing: 9 } },
];
const annAndBen = [{ personId: ann }, { personId: ben }];

function make(parts: Parts = {}): RoutingDocument {
  const document = {
    format: "ringdown-routing/1",
    skills: parts.skills ?? skills,
    schedules: parts.schedules ?? [],
    teams: parts.teams ?? [],
    agents: parts.agents ?? agents,
    queues: [
      {
        ...{ id: sales, name: "Sales", settings: parts.sales ?? {} },
        ...{ members: parts.members ?? annAndBen, teams: parts.queueTeams ?? [] },
      },
      { id: support, name: "Support", settings: parts.support ?? {}, members: annAndBen },
      ...(parts.more ?? []),
    ],
  };
  return RoutingDocument.parse(document);
}

const flow = (node: object) =>
  Flow.parse({
    version: 1,
    start: "queue",
    nodes: {
      queue: { kind: "queue", queueId: sales, next: "bye", ...node },
      bye: { kind: "hangup" },
    },
  });

const around: RoutingSurroundings = {
  people: new Map([
    [ann, { name: "Ann Lee", active: true }],
    [ben, { name: "Ben Okafor", active: true }],
    [eli, { name: "Eli Romero", active: false }],
  ]),
  flows: [
    { id: flowId, name: "Main", flow: flow({}) },
    { id: draftFlowId, name: "Unready", flow: null },
  ],
  promptIds: new Set(),
  published: make(),
};

function say(parts: Parts, surroundings: Partial<RoutingSurroundings> = {}): string[] {
  return checkRouting(make(parts), { ...around, ...surroundings }).map(
    ({ severity, path, message }) => `${severity} ${path} | ${message}`,
  );
}

const ring = (afterMs: number, rest: object = {}) => ({ afterMs, ...rest });

describe("checkRouting", () => {
  it("finds nothing wrong with an ordinary document, nor with an empty one", () => {
    expect(say({})).toEqual([]);
    expect(checkRouting(emptyRouting, { ...around, flows: [], published: emptyRouting })).toEqual([]);
    const full: Parts = {
      schedules: [
        {
          ...{ id: office, name: "Office", timezone: "Europe/Berlin" },
          weekly: [
            { days: [1, 2, 3], from: "08:00", to: "12:00" },
            { days: [1], from: "12:00", to: "24:00" },
          ],
          holidays: [{ date: "2026-12-25", name: "Christmas" }],
        },
      ],
      sales: {
        scheduleId: office,
        requirement: "language=zh and billing>=5",
        rings: [ring(1_000, { lowerBy: 3 }), ring(20_000, { drop: ["language"], borrowFrom: [support] })],
        overflow: { "max-wait": { kind: "queue", queueId: support }, closed: { kind: "voicemail" } },
      },
    };
    expect(say(full).filter((line) => line.startsWith("error"))).toEqual([]);
  });

  it.each<[string, Parts, string]>([
    [
      "a requirement that can't be read",
      { sales: { requirement: "billing >= " } },
      'error queues.0.settings.requirement | What Sales requires can\'t be read at character 11 of "billing >=": After "billing>=" a level from 0 to 10 is expected',
    ],
    [
      "an unknown skill",
      { sales: { requirement: "patience" } },
      "error queues.0.settings.requirement | Sales requires patience, but there is no skill patience",
    ],
    [
      "an unknown value",
      { sales: { requirement: "language=fr or billing" } },
      "error queues.0.settings.requirement | Sales requires language=fr, but the skill language has no value fr (it has zh)",
    ],
    [
      "a kind that is not said",
      { sales: { requirement: "language or billing" } },
      "error queues.0.settings.requirement | Sales requires language, but the skill language comes in kinds: say which, such as language=zh",
    ],
    [
      "a contradiction",
      { sales: { requirement: "billing>=5 and billing<3" } },
      "error queues.0.settings.requirement | Nobody can ever meet what Sales requires, as it contradicts itself: billing>=5 and billing<3",
    ],
    [
      "rings out of order",
      { sales: { rings: [ring(9_000, { level: 2 }), ring(5_000, { level: 3 })] } },
      "error queues.0.settings.rings.1.afterMs | Ring 2 of Sales begins after 5 s, not later than ring 1 (9 s)",
    ],
    [
      "a ring that changes nothing",
      { sales: { rings: [ring(9_000)] } },
      "warning queues.0.settings.rings.0 | Ring 1 of Sales changes nothing: it is like what comes before it",
    ],
    [
      "a ring that narrows",
      { sales: { rings: [ring(9_000, { lowerBy: 2 }), ring(12_000, { lowerBy: 1 })] } },
      "warning queues.0.settings.rings.1 | Ring 2 of Sales asks for more than what comes before it: rings are there to widen",
    ],
    [
      "a level without members",
      { sales: { rings: [ring(9_000, { level: 3 })] } },
      "warning queues.0.settings.rings.0.level | Ring 1 of Sales reaches level 3, but nobody is on levels 2 to 3",
    ],
    [
      "members whom no ring reaches",
      { members: [{ personId: ann }, { personId: ben, level: 2 }] },
      "warning queues.0.members | 1 of the members of Sales are never asked: no ring reaches beyond level 1",
    ],
    [
      "a ring after the callers have left",
      { sales: { maximumWaitMs: 60_000, alarmWaitMs: 0, rings: [ring(60_000, { borrowFrom: [support] })] } },
      "warning queues.0.settings.rings.0.afterMs | Ring 1 of Sales begins after 60 s, but callers leave after 60 s: it never begins",
    ],
    [
      "nobody who can",
      { sales: { requirement: "language=zh>=9", rings: [ring(5_000, { borrowFrom: [support] })] } },
      "error queues.0.settings.requirement | Nobody in Sales meets what it requires (language=zh>=9), not even in the last ring: callers would wait for nobody",
    ],
    [
      "nobody who can at first",
      { sales: { requirement: "language=zh>=9", rings: [ring(5_000, { lowerBy: 1 })] } },
      "warning queues.0.settings.requirement | Nobody in Sales meets what it requires (language=zh>=9) before ring 1: every caller waits 5 s at least",
    ],
    [
      "an empty queue",
      { members: [] },
      "warning queues.0.members | Nobody works in Sales, and it sends callers nowhere else: add members, or say where callers go",
    ],
    [
      "a flow that leads back to its queue",
      { sales: { overflow: { "no-agents": { kind: "flow", flowId } }, leaveWhenNoAgents: true } },
      "warning queues.0.settings.overflow.no-agents | Sales goes to the flow Main when nobody is there, and that flow leads back to Sales: a caller goes round a few times at most, then on at the flow's own exit",
    ],
    [
      "one key for two things",
      { sales: { exitKey: "2", callback: { offered: true } } },
      "error queues.0.settings.callback.key | The key 2 leaves Sales and asks for a call back: choose another for one of them",
    ],
    [
      "a circle of overflow",
      {
        sales: { maximumWaiting: 5, overflow: { full: { kind: "queue", queueId: support } } },
        support: { maximumWaiting: 5, overflow: { full: { kind: "queue", queueId: sales } } },
      },
      "error queues.0.settings.overflow.full | Callers would go round in a circle: Sales goes to Support when full, and Support goes back to Sales when full",
    ],
    [
      "an overflow to itself",
      { sales: { overflow: { "max-wait": { kind: "queue", queueId: sales } } } },
      "error queues.0.settings.overflow.max-wait | Sales goes to itself after the maximum wait",
    ],
    [
      "an overflow to nowhere",
      { sales: { overflow: { "max-wait": { kind: "queue", queueId: night } } } },
      `error queues.0.settings.overflow.max-wait | Sales goes to a queue that does not exist (${night}) after the maximum wait`,
    ],
    [
      "an overflow to a flow that is not published",
      { sales: { overflow: { "max-wait": { kind: "flow", flowId: draftFlowId } } } },
      "error queues.0.settings.overflow.max-wait | Sales goes to the flow Unready, which is not published, after the maximum wait",
    ],
    [
      "an overflow for what can't happen",
      { sales: { overflow: { full: { kind: "voicemail" } } } },
      "warning queues.0.settings.overflow.full | Sales says where callers go when full, but has no maximum of callers",
    ],
    [
      "borrowing from itself",
      { sales: { rings: [ring(5_000, { borrowFrom: [sales] })] } },
      "error queues.0.settings.rings.0.borrowFrom.0 | Ring 1 of Sales borrows agents from Sales itself",
    ],
    [
      "borrowing from nowhere",
      { sales: { rings: [ring(5_000, { borrowFrom: [night] })] } },
      `error queues.0.settings.rings.0.borrowFrom.0 | Ring 1 of Sales borrows agents from a queue that does not exist (${night})`,
    ],
    [
      "two queues of one name",
      { more: [{ id: night, name: "sales", settings: {}, members: annAndBen }] },
      "error queues.2.name | There are two queues called sales",
    ],
    [
      "two skills with one key",
      { skills: [...skills, { id: uuid(23), key: "billing", name: "Invoices" }] },
      "error skills.2.key | Two skills have the key billing: Invoices is the second",
    ],
    [
      "a key that changes while it is used",
      { skills: [skills[0], { id: billing, key: "invoices", name: "Billing" }], agents: [] },
      "error skills.1.key | The key of the skill Billing stays billing, not invoices: it is used by Ann Lee and Ben Okafor",
    ],
    [
      "a skill that is removed while agents have it",
      { skills: [skills[0]] },
      "error agents.0.skills.billing | Ann Lee and Ben Okafor have the skill billing, which would be removed: take it from them first",
    ],
    [
      "a value that is removed while an agent has it",
      { skills: [{ ...skills[0], values: [{ value: "en", name: "English" }] }, skills[1]] },
      "error agents.0.skills.language=zh | Ann Lee has the skill language=zh, which would be removed: take it from them first",
    ],
    [
      "a time zone that does not exist",
      { schedules: [{ id: office, name: "Office", timezone: "Mars/Base", weekly: [] }] },
      "error schedules.0.timezone | The schedule Office is in Mars/Base, which is no time zone (Europe/Berlin is one)",
    ],
    [
      "hours that overlap",
      {
        schedules: [
          {
            ...{ id: office, name: "Office", timezone: "UTC" },
            weekly: [
              { days: [1, 2], from: "11:00", to: "15:00" },
              { days: [2, 3], from: "08:00", to: "12:00" },
            ],
          },
        ],
      },
      "error schedules.0.weekly.0 | The schedule Office has hours on Tuesday that overlap: 08:00 to 12:00 and 11:00 to 15:00",
    ],
    [
      "hours the wrong way round",
      {
        schedules: [
          {
            id: office,
            name: "Office",
            timezone: "UTC",
            weekly: [{ days: [5], from: "22:00", to: "06:00" }],
          },
        ],
      },
      "error schedules.0.weekly.0 | The schedule Office opens at 22:00 and closes at 06:00, not later: split it at midnight if it goes on into the next day",
    ],
    [
      "one holiday twice",
      {
        schedules: [
          {
            ...{ id: office, name: "Office", timezone: "UTC" },
            weekly: [{ days: [1], from: "08:00", to: "12:00" }],
            holidays: [{ date: "2026-12-25" }, { date: "2026-12-25" }],
          },
        ],
      },
      "error schedules.0.holidays.1.date | The schedule Office has two holidays on 2026-12-25",
    ],
    [
      "a limit that can't be used",
      {
        agents: [
          ...agents,
          { personId: eli, skills: {}, capacity: { total: 100, weights: { chat: 40 }, limits: { chat: 3 } } },
        ],
      },
      "error agents.2.capacity.limits.chat | Eli Romero may have 3 chats by the limit, but each weighs 40 of 100: 2 at most",
    ],
    [
      "a lottery without tickets",
      { sales: { strategy: "weighted-random" }, members: [{ personId: ann, weight: 0 }] },
      "error queues.0.settings.strategy | Sales chooses by weight, but every member weighs 0: give somebody a weight",
    ],
    [
      "proficiency in nothing",
      { sales: { strategy: "most-proficient" } },
      "warning queues.0.settings.strategy | Sales chooses by proficiency, but asks for no skill: the longest idle will be chosen",
    ],
    [
      "somebody who does not exist",
      { members: [...annAndBen, { personId: gone }] },
      `error queues.0.members | ${gone} in the queue Sales is nobody who works here`,
    ],
    [
      "somebody who was deactivated",
      { members: [...annAndBen, { personId: eli }] },
      "warning queues.0.members | Eli Romero in the queue Sales is deactivated and will get no calls",
    ],
    [
      "a team that does not exist",
      { queueTeams: [{ teamId: north }] },
      `error queues.0.teams.0.teamId | Sales has a team that does not exist (${north})`,
    ],
    [
      "an alarm that comes too late",
      { sales: { maximumWaitMs: 60_000, alarmWaitMs: 90_000 } },
      "warning queues.0.settings.alarmWaitMs | The alarm of Sales comes after 90 s, but nobody waits longer than 60 s there",
    ],
    [
      "a schedule that does not exist",
      { sales: { scheduleId: office } },
      `error queues.0.settings.scheduleId | Sales opens by a schedule that does not exist (${office})`,
    ],
  ])("tells of %s", (_what, parts, line) => {
    expect(say(parts)).toContain(line);
  });

  it("spells a circle of three, once", () => {
    const to = (queueId: string) => ({ "max-wait": { kind: "queue", queueId } });
    const lines = say({
      sales: { overflow: to(support) },
      support: { overflow: to(night) },
      more: [{ id: night, name: "Night", settings: { overflow: to(sales) }, members: annAndBen }],
    });
    expect(lines.filter((line) => line.includes("circle"))).toEqual([
      "error queues.0.settings.overflow.max-wait | Callers would go round in a circle: Sales goes to Support after the maximum wait, Support goes to Night after the maximum wait, and Night goes back to Sales after the maximum wait",
    ]);
  });

  it("keeps what published flows use", () => {
    const asking = [
      { id: flowId, name: "Main", flow: flow({ requirement: "billing and language={language}" }) },
    ];
    expect(say({}, { flows: asking })).toEqual([]);
    expect(say({ skills: [skills[0]], agents: [] }, { flows: asking })).toContain(
      "error skills | The flow Main asks at node queue for billing, but there is no skill billing",
    );
    const document = { ...make(), queues: make().queues.filter(({ id }) => id !== sales) };
    expect(checkRouting(document, around).map(({ message }) => message)).toEqual([
      "The queue Sales can't be removed: the flow Main uses it (node queue)",
    ]);
    const contrary = [{ id: flowId, name: "Main", flow: flow({ requirement: "billing<2" }) }];
    expect(say({ sales: { requirement: "billing>=5" } }, { flows: contrary })).toEqual([
      "warning queues | The flow Main asks at node queue for what nobody can meet together with what the queue Sales asks for: billing>=5",
    ]);
  });

  it("answers whatever the document says, and always in sentences", () => {
    const id = fc.constantFrom(sales, support, night, ann, ben, gone, north, office);
    const settings = fc.record(
      {
        requirement: fc.oneof(
          fc.constantFrom("billing", "not billing", "language=zh>=9"),
          fc.string({ minLength: 1 }),
        ),
        rings: fc.array(
          fc.record({
            afterMs: fc.integer({ min: 1_000, max: 9_000 }),
            borrowFrom: fc.array(id),
            drop: fc.array(fc.string()),
          }),
          { maxLength: 4 },
        ),
        overflow: fc.dictionary(
          fc.constantFrom("full", "closed"),
          fc.record({ kind: fc.constant("queue"), queueId: id }),
        ),
        maximumWaiting: fc.nat(9),
      },
      { requiredKeys: [] },
    );
    const queue = fc.record({
      ...{ id, name: fc.constantFrom("A", "b", "B"), settings },
      members: fc.array(fc.record({ personId: id, weight: fc.nat(1) })),
      teams: fc.array(fc.record({ teamId: id })),
    });
    const documents = fc.record({
      format: fc.constant("ringdown-routing/1"),
      skills: fc.constant(skills),
      schedules: fc.constant([]),
      teams: fc.array(fc.record({ id, name: fc.constantFrom("A", "B"), personIds: fc.array(id) })),
      queues: fc.array(queue),
      agents: fc.array(
        fc.record({
          personId: id,
          skills: fc.dictionary(fc.constantFrom("billing", "x"), fc.integer({ min: 1, max: 10 })),
        }),
      ),
    });
    fc.assert(
      fc.property(documents, (raw) => {
        const parsed = RoutingDocument.safeParse(raw);
        if (!parsed.success) return;
        for (const { message, subject, path } of checkRouting(parsed.data, around))
          expect([message.length > 10, subject.length > 4, path.length > 0]).toEqual([true, true, true]);
      }),
      { numRuns: 60 },
    );
  });

  it("uses the members' own terms before those of their team", () => {
    const teams = [{ id: north, name: "North", personIds: [ann, ben] }];
    const lines = say({
      teams,
      members: [{ personId: ann, ...plainMembership }],
      queueTeams: [{ teamId: north, level: 2 }],
      sales: { rings: [ring(5_000, { level: 2 })] },
    });
    expect(lines).toEqual([]);
  });
});
