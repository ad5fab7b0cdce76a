import { describe, expect, it } from "vitest";
import { explainAgent } from "./explain-agent.ts";
import { explainWaiting } from "./explain-waiting.ts";
import { figuresOf } from "./figures.ts";
import { Office } from "./office.case.ts";
import type { Membership } from "./settings.ts";

const billing = { skills: { billing: 8 } };
const in_ = (queueId: string, more: Partial<Membership> = {}): Membership => ({
  queueId,
  priority: 0,
  ...more,
});

const missing = (): never => {
  throw new Error("There is no such queue");
};

describe("a requirement", () => {
  it("leaves out agents who don't meet it, however long they have been idle, and says so", () => {
    const office = new Office().queue("sales").agent("ann", ["sales"]).sleep(60);
    office.agent("bob", ["sales"], { skills: { "language=zh": 4, billing: 6 } }).sleep(60);
    office.caller("i1", "sales", { requirement: "language=zh and billing>=5" });
    expect(office.ringing()).toEqual(["i1@bob"]);
    expect(office.last("offer").reason).toMatchObject({
      requirement: "language=zh and billing>=5",
      skills: { "language=zh": 4, billing: 6 },
      unsuited: { skills: 1, notYet: 0, named: [{ agentId: "ann", because: "skills" }] },
    });
  });

  it("lets those pass who ask for less, and keeps its own place", () => {
    const office = new Office().queue("sales", { wrapUpMs: 0 }).agent("ann", ["sales"]);
    office.caller("i1", "sales", { requirement: "billing" }).sleep(5).caller("i2", "sales");
    expect(office.ringing()).toEqual(["i2@ann"]);
    office.caller("i3", "sales", { requirement: "billing" });
    office.agent("bob", ["sales"], billing);
    expect(office.ringing()).toEqual(["i2@ann", "i1@bob"]);
  });

  it("of the queue holds for everybody, those who wait included, as soon as it changes", () => {
    const office = new Office().queue("sales", { requirement: "vip" }).agent("ann", ["sales"], billing);
    office.caller("i1", "sales").caller("i2", "sales", { requirement: "billing>=5" });
    expect(office.ringing()).toEqual([]);
    office.queue("sales", { requirement: "billing" });
    expect(office.ringing()).toEqual(["i1@ann"]);
    expect(office.last("offer").reason).toMatchObject({
      trigger: "settings-changed",
      requirement: "billing",
      requirementOnEntry: "billing",
    });
    office.agent("bob", ["sales"], billing);
    expect(office.last("offer").reason.requirement).toBe("billing and billing>=5");
  });

  it("is met at once when the agent learns the skill", () => {
    const office = new Office().queue("sales").agent("ann", ["sales"]);
    office.caller("i1", "sales", { requirement: "billing>=5" });
    office.agent("ann", ["sales"], { skills: { billing: 4 } });
    expect(office.ringing()).toEqual([]);
    office.agent("ann", ["sales"], { skills: { billing: 5 } });
    expect(office.ringing()).toEqual(["i1@ann"]);
    expect(office.last("offer").reason.trigger).toBe("agent-changed");
  });
});

describe("rings", () => {
  const rings = [
    { afterMs: 10_000, lowerBy: 3, drop: [], level: 1, borrowFrom: [] },
    { afterMs: 20_000, lowerBy: 3, drop: ["language"], level: 2, borrowFrom: [] },
    { afterMs: 30_000, lowerBy: 0, drop: ["*"], level: 2, borrowFrom: ["support"] },
  ];
  const open = () => new Office().queue("sales", { rings, ringTimeoutMs: 300_000 }).queue("support");

  it("lower the minimum, drop skills, let further levels in and borrow, each at its time", () => {
    const office = open().agent("ann", ["sales"], { skills: { billing: 2, "language=zh": 1 } });
    office.caller("i1", "sales", { requirement: "language=zh and billing>=5" }).wait(9);
    expect(office.ringing()).toEqual([]);
    office.wait(1);
    expect(office.ringing()).toEqual(["i1@ann"]);
    expect(office.last("offer").reason).toMatchObject({
      trigger: "widened",
      ring: 1,
      requirement: "language=zh and billing>=2",
      requirementOnEntry: "language=zh and billing>=5",
    });

    office.agent("bob", [in_("sales", { level: 2 })], { skills: { billing: 2 } });
    office.caller("i2", "sales", { requirement: "language=zh and billing>=5" }).wait(19);
    expect(office.ringing()).toEqual(["i1@ann"]);
    office.wait(1);
    expect(office.ringing()).toContain("i2@bob");
    expect(office.last("offer").reason).toMatchObject({ ring: 2, level: 2, requirement: "billing>=2" });

    office.agent("cat", ["support"]);
    office.caller("i3", "sales", { requirement: "language=zh" }).wait(29);
    expect(office.ringing()).not.toContain("i3@cat");
    office.wait(1);
    expect(office.ringing()).toContain("i3@cat");
    expect(office.last("offer").reason).toMatchObject({ requirement: null, borrowedFrom: "support" });
  });

  it("that several reach at once are passed in the order of the queue", () => {
    const office = open().agent("ann", [in_("sales", { level: 2 })]);
    for (const name of ["c", "a", "b"]) office.caller(name, "sales");
    office.caller("vip", "sales", { priority: 5 }).wait(20);
    expect(office.ringing()).toEqual(["vip@ann"]);
    office.answer("vip").hangUp("vip", "ann").does({ type: "wrap-up-finished", agentId: "ann" });
    expect(office.ringing()).toEqual(["c@ann"]);
  });

  it("count on from the original entry for who comes back after the agent was lost", () => {
    const office = open()
      .agent("ann", ["sales"])
      .agent("bob", [in_("sales", { level: 2 })]);
    office.caller("i1", "sales").sleep(1).answer("i1").sleep(25);
    const entry = { interactionId: "i1", queueId: "sales", channel: "voice" as const, priority: 0 };
    office.does({ type: "requeued", lostAgentId: "ann", enqueuedAt: office.at(26), ...entry });
    expect(office.ringing()).toEqual(["i1@bob"]);
  });

  it("borrowed agents take their own queues' callers by age, too, and are no staff of the borrower", () => {
    const office = open().agent("ann", ["support"], { routable: false });
    office.caller("i1", "sales").wait(31).caller("i2", "support");
    office.agent("ann", ["support"]);
    expect(office.ringing()).toEqual(["i1@ann"]);
    expect(office.board.queues.get("sales")?.staffing.members).toBe(0);
  });

  it("that come, change or go take effect for those who wait, and nobody is dropped", () => {
    const office = new Office().queue("sales").agent("ann", [in_("sales", { level: 2 })]);
    office.caller("i1", "sales").wait(15);
    expect(office.ringing()).toEqual([]);
    office.queue("sales", { rings: [{ afterMs: 20_000, lowerBy: 0, drop: [], level: 2, borrowFrom: [] }] });
    office.wait(4);
    expect(office.ringing()).toEqual([]);
    office.wait(1);
    expect(office.ringing()).toEqual(["i1@ann"]);
    office.caller("i2", "sales").queue("sales", { rings: [] });
    expect(office.board.callers.size).toBe(2);
  });
});

describe("a delay", () => {
  it("gives the agent a queue's callers only when they have waited so long", () => {
    const office = new Office().queue("sales").agent("ann", [in_("sales", { delayMs: 8_000 })]);
    office.caller("i1", "sales").wait(7);
    expect(office.ringing()).toEqual([]);
    office.wait(1);
    expect(office.ringing()).toEqual(["i1@ann"]);
  });

  it("that an agent brings counts for those who wait already", () => {
    const office = new Office().queue("sales").caller("i1", "sales").wait(5);
    office.agent("ann", [in_("sales", { delayMs: 8_000 })]).wait(3);
    expect(office.ringing()).toEqual(["i1@ann"]);
  });
});

describe("a sticky agent", () => {
  const toAnn = { sticky: { agentId: "ann", because: "last-agent" as const, patienceMs: 20_000 } };

  it("is waited for alone, and the caller's turn among others stays by age", () => {
    const office = new Office().queue("sales", { wrapUpMs: 0 }).agent("ann", ["sales"]);
    office.caller("i1", "sales").answer("i1").agent("bob", ["sales"]);
    office.caller("i2", "sales", toAnn);
    expect(office.ringing()).toEqual([]);
    office.hangUp("i1", "ann");
    expect(office.ringing()).toEqual(["i2@ann"]);
    expect(office.last("offer").reason.sticky).toBe("last-agent");
  });

  it("loses to patience, to going away, and to declining", () => {
    const office = new Office().queue("sales").agent("ann", ["sales"]).caller("i1", "sales").answer("i1");
    office.agent("bob", ["sales"]).caller("i2", "sales", toAnn).wait(19);
    expect(office.ringing()).toEqual([]);
    office.wait(1);
    expect(office.ringing()).toEqual(["i2@bob"]);
    expect(office.last("offer").reason).toMatchObject({ trigger: "sticky-ended", sticky: null });

    office.agent("cat", ["sales"]).caller("i3", "sales", toAnn);
    expect(office.ringing()).toEqual(["i2@bob"]);
    office.agent("ann", ["sales"], { routable: false });
    expect(office.ringing()).toEqual(["i2@bob", "i3@cat"]);

    const other = new Office().queue("sales").agent("ann", ["sales"]).agent("bob", ["sales"]);
    other.caller("i1", "sales", toAnn).decline("i1");
    expect(other.ringing()).toEqual(["i1@bob"]);
  });

  it("who is not there, or lacks the skill, is not waited for at all", () => {
    const office = new Office().queue("sales").agent("bob", ["sales"], billing);
    office.caller("i1", "sales", toAnn);
    expect(office.ringing()).toEqual(["i1@bob"]);
    office.agent("ann", ["sales"]).agent("cat", ["sales"], billing);
    office.caller("i2", "sales", { ...toAnn, requirement: "billing" });
    expect(office.ringing()).toEqual(["i1@bob", "i2@cat"]);
  });
});

describe("strategies", () => {
  it("fewest interactions: today's count, then the longest idle; a new day begins at 0", () => {
    const office = new Office().queue("sales", { wrapUpMs: 0, strategy: "fewest-interactions" });
    office.does({ type: "day-began", day: "2026-11-29" });
    office.agent("ann", ["sales"]).sleep(1).agent("bob", ["sales"]);
    office.caller("i1", "sales").answer("i1").hangUp("i1", "ann");
    office.caller("i2", "sales").answer("i2").hangUp("i2", "bob");
    office.caller("i3", "sales").answer("i3").hangUp("i3", "ann").sleep(1);
    office.caller("i4", "sales");
    expect(office.ringing()).toEqual(["i4@bob"]);
    office.answer("i4").hangUp("i4", "bob").sleep(1);
    office.does({ type: "day-began", day: "2026-11-29" });
    office.caller("i5", "sales").answer("i5").hangUp("i5", "ann").sleep(1);
    office.does({ type: "day-began", day: "2026-11-30" });
    office.caller("i6", "sales");
    expect(office.ringing()).toEqual(["i6@bob"]);
  });

  it("fewest interactions: a router that starts anew believes the counts of the day", () => {
    const office = new Office().queue("sales", { strategy: "fewest-interactions" });
    office.agent("ann", ["sales"], { handledToday: 7 }).sleep(1).agent("bob", ["sales"], { handledToday: 3 });
    office.does({ type: "day-began", day: "2026-11-29" });
    office.caller("i1", "sales");
    expect(office.ringing()).toEqual(["i1@bob"]);
  });

  it("most and least proficient in what is asked for, of those who suffice", () => {
    const levels: Record<string, number> = { ann: 5, bob: 9, cat: 7, dan: 3 };
    for (const [strategy, first] of [
      ["most-proficient", "bob"],
      ["least-proficient", "ann"],
    ] as const) {
      const office = new Office().queue("sales", { strategy });
      for (const [name, level] of Object.entries(levels)) {
        office.agent(name, ["sales"], { skills: { billing: level, vip: 11 - level } });
      }
      office.caller("i1", "sales", { requirement: "billing>=4" });
      expect(office.ringing()).toEqual([`i1@${first}`]);
    }
  });
});

describe("a caller", () => {
  it("with artificial age is served as if they had come earlier, and waits as long as they wait", () => {
    const office = new Office().queue("sales").caller("i1", "sales").sleep(10);
    office.caller("i2", "sales", { ageMs: 20_000 }).sleep(5).agent("ann", ["sales"]);
    expect(office.ringing()).toEqual(["i2@ann"]);
    expect(office.last("offer").reason).toMatchObject({ waitedMs: 5_000, ageMs: 20_000, position: 1 });
  });

  it("who would wait too long by the estimate leaves on entry", () => {
    const office = new Office().queue("sales", { wrapUpMs: 0, maxEstimatedWaitMs: 60_000 });
    office.agent("ann", ["sales"]);
    for (let number = 0; number <= 12; number += 1) office.caller(`c${number}`, "sales");
    for (let number = 0; number < 12; number += 1) {
      office.answer(`c${number}`).wait(19).hangUp(`c${number}`, "ann");
    }
    office.answer("c12").caller("i1", "sales").caller("i2", "sales").caller("i3", "sales");
    expect(office.all("exit")).toEqual([]);
    office.caller("i4", "sales");
    expect(office.last("exit")).toMatchObject({ interactionId: "i4", cause: "estimated-wait", waitedMs: 0 });
  });

  it("beside free agents who lack what is asked for is no reason to promise others no wait", () => {
    const office = new Office().queue("sales").agent("ann", ["sales"]);
    const estimate = () => figuresOf(office.board.queues.get("sales") ?? missing()).estimatedWaitMs;
    expect(estimate()).toBe(0);
    office.caller("i1", "sales", { requirement: "billing" });
    expect(estimate()).toBeNull();
  });

  it("to be called back waits without announcements, alarm, maximum wait or staff, and in its place", () => {
    const settings = {
      announceEveryMs: 10_000,
      alarmWaitMs: 20_000,
      maxWaitMs: 30_000,
      noAgentsAfterMs: 5_000,
    };
    const office = new Office().queue("sales", settings).agent("ann", ["sales"], { routable: false });
    office.agent("ann", ["sales"]).caller("i0", "sales").answer("i0");
    office.caller("i1", "sales", { callback: true, enqueuedAt: office.at(-60) });
    office.wait(1).caller("i2", "sales").wait(20).agent("ann", ["sales"], { routable: false });
    office.hangUp("i0", "ann").wait(600);
    expect(office.all("exit").map(({ interactionId }) => interactionId)).toEqual(["i2"]);
    expect(office.all("position").filter(({ interactionId }) => interactionId === "i1")).toEqual([]);
    expect(office.all("late").filter(({ interactionId }) => interactionId === "i1")).toEqual([]);
    office.caller("i3", "sales");
    expect(office.last("exit")).toMatchObject({ interactionId: "i3", cause: "no-agents" });
    office.agent("ann", ["sales"]).does({ type: "wrap-up-finished", agentId: "ann" });
    expect(office.ringing()).toEqual(["i1@ann"]);
  });
});

describe("capacity", () => {
  const blended = {
    capacity: {
      total: 100,
      weights: { voice: 100, chat: 30, email: 50 },
      limits: { voice: 1, chat: 3, email: 2 },
      interrupts: { voice: ["email" as const] },
    },
  };
  const take = (office: Office, interactionId: string, channel: "voice" | "chat" | "email") => {
    office.caller(interactionId, "sales", { channel });
    return office.ringing().some((each) => each.startsWith(`${interactionId}@`));
  };

  it("one call, or three chats, or two mails; a call interrupts mail, which goes on afterwards", () => {
    const office = new Office().queue("sales", { wrapUpMs: 0 }).agent("ann", ["sales"], blended);
    expect(take(office, "m1", "email")).toBe(true);
    office.answer("m1");
    expect(take(office, "m2", "email")).toBe(true);
    office.answer("m2");
    expect(take(office, "m3", "email")).toBe(false);
    expect(take(office, "h1", "chat")).toBe(false);
    expect(take(office, "v1", "voice")).toBe(true);
    office.answer("v1");
    expect(office.all("interrupted").map(({ interactionId }) => interactionId)).toEqual(["m1", "m2"]);
    expect(take(office, "v2", "voice")).toBe(false);
    office.hangUp("m1", "ann");
    expect(office.ringing()).toEqual([]);
    office.does({ type: "cancelled", interactionId: "v2", cause: "hung-up" });
    office.hangUp("v1", "ann");
    expect(office.all("resumed").map(({ interactionId }) => interactionId)).toEqual(["m2"]);
    expect(office.ringing()).toEqual(["m3@ann"]);
  });
});

describe("why", () => {
  const why = (office: Office, interactionId: string) =>
    explainWaiting(office.board, interactionId, office.board.now);

  it("a caller waits is said by the first thing that keeps them waiting", () => {
    const rings = [{ afterMs: 60_000, lowerBy: 0, drop: [], level: 2, borrowFrom: [] }];
    const office = new Office().queue("sales", { rings, maxWaitMs: 300_000 });
    office.caller("i1", "sales", { requirement: "billing" });
    expect(why(office, "i1")).toMatchObject({ because: "no-members", timers: { widensAt: office.at(60) } });
    office.agent("ann", ["sales"]);
    expect(why(office, "i1")).toMatchObject({ because: "nobody-suits", suited: { members: 0, free: 0 } });
    office.agent("bob", [in_("sales", { level: 2 })], billing);
    expect(why(office, "i1")).toMatchObject({ because: "not-yet", notYet: 1, ring: 0, rings: 1 });
    office.wait(60);
    expect(why(office, "i1")).toMatchObject({ because: "ringing", offeredTo: ["bob"], ring: 1 });
    office.decline("i1");
    expect(why(office, "i1")).toMatchObject({ because: "left-out" });
    office.caller("i2", "sales").answer("i2").caller("i3", "sales");
    expect(why(office, "i3")).toMatchObject({ because: "all-busy", position: 2 });
    expect(why(office, "nobody")).toBeNull();
  });

  it("an agent is idle is said for each of their queues", () => {
    const office = new Office().queue("sales").queue("support").agent("ann", ["sales", "support"]);
    const idle = () => explainAgent(office.board, "ann", office.board.now);
    expect(idle()).toMatchObject({ because: "nobody-waits" });
    office.caller("i1", "sales", { requirement: "billing" });
    expect(idle()).toMatchObject({
      because: "lacks-skills",
      queues: [{ lacksSkillsFor: 1 }, { waiting: 0 }],
    });
    office.caller("i2", "support").decline("i2");
    expect(idle()).toMatchObject({ because: "left-out", queues: [{}, { leftOutOf: 1 }] });
    office.agent("ann", ["sales", "support"], { routable: false, cause: "lunch" });
    expect(idle()).toMatchObject({ because: "not-routable", cause: "lunch" });
  });
});
