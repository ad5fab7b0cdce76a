import { describe, expect, it } from "vitest";
import { Office } from "./office.case.ts";

describe("a caller", () => {
  it("leaves with its cause when it waited for as long as the queue allows, and counts from this stay", () => {
    const office = new Office().queue("sales", { maxWaitMs: 60_000 });
    office.caller("i1", "sales", { enqueuedAt: office.at(-300) }).wait(59);
    expect(office.all("exit")).toEqual([]);
    office.wait(1);
    expect(office.last("exit")).toMatchObject({ interactionId: "i1", cause: "max-wait", waitedMs: 360_000 });
  });

  it("raises one notice when it waits beyond the queue's alarm, and goes on waiting", () => {
    const office = new Office().queue("sales", { alarmWaitMs: 60_000 }).caller("i1", "sales").wait(600);
    expect(office.all("late")).toEqual([
      { type: "late", interactionId: "i1", queueId: "sales", waitedMs: 60_000 },
    ]);
    expect(office.board.callers.has("i1")).toBe(true);
  });

  it("leaves at once when the queue is full, and for the cause that the canceller gives", () => {
    const office = new Office().queue("sales", { maxWaiting: 1 }).caller("i1", "sales").caller("i2", "sales");
    expect(office.last("exit")).toMatchObject({ interactionId: "i2", cause: "queue-full" });
    office.does({ type: "cancelled", interactionId: "i1", cause: "voicemail-key" });
    expect(office.last("exit")).toMatchObject({ interactionId: "i1", cause: "voicemail-key" });
  });

  it("leaves when nobody has staffed the queue for long enough, and not while somebody talks there", () => {
    const office = new Office()
      .queue("sales", { noAgentsAfterMs: 30_000, wrapUpMs: 0 })
      .agent("ann", ["sales"]);
    office.caller("i1", "sales").answer("i1").caller("i2", "sales").wait(300);
    expect(office.all("exit")).toEqual([]);
    office.agent("ann", ["sales"], { routable: false, cause: "break" }).wait(60);
    expect(office.all("exit")).toEqual([]);
    office.hangUp("i1", "ann").wait(29);
    expect(office.all("exit")).toEqual([]);
    office.wait(1);
    expect(office.last("exit")).toMatchObject({ interactionId: "i2", cause: "no-agents" });
    office.caller("i3", "sales");
    expect(office.last("exit")).toMatchObject({ interactionId: "i3", cause: "no-agents", waitedMs: 0 });
  });

  it("stays when an agent comes back in time", () => {
    const office = new Office().queue("sales", { noAgentsAfterMs: 30_000 }).caller("i1", "sales").wait(20);
    office.agent("ann", ["sales"]);
    expect(office.ringing()).toEqual(["i1@ann"]);
    office.agent("ann", ["sales"], { routable: false, cause: "break" }).wait(20);
    expect(office.all("exit")).toEqual([]);
  });

  it("leaves with a cause when the queue is removed, and the agents go on to other queues", () => {
    const office = new Office().queue("sales").queue("support").agent("ann", ["sales", "support"]);
    office.caller("i1", "sales").caller("i2", "sales").caller("i3", "support");
    office.does({ type: "queue-removed", queueId: "sales" });
    expect(office.all("exit").map(({ interactionId, cause }) => [interactionId, cause])).toEqual([
      ["i1", "queue-removed"],
      ["i2", "queue-removed"],
    ]);
    expect(office.ringing()).toEqual(["i3@ann"]);
  });

  it("returns to the front with its original time when the agent's leg is lost, and not to that agent at once", () => {
    const office = new Office()
      .queue("sales", { wrapUpMs: 30_000 })
      .agent("ann", ["sales"])
      .agent("bob", ["sales"]);
    office.caller("i1", "sales").answer("i1").caller("i2", "sales").answer("i2");
    office.sleep(100).caller("vip", "sales", { priority: 10, enqueuedAt: office.at(-400) });
    const entry = { interactionId: "i1", queueId: "sales", channel: "voice" as const, priority: 0 };
    office.does({ type: "requeued", lostAgentId: "ann", enqueuedAt: office.at(100), ...entry });
    expect(office.board.callers.get("i1")).toMatchObject({ enqueuedAt: office.at(0), front: true });
    expect(office.ringing()).toEqual(["vip@ann"]);
    office.hangUp("i2", "bob").wait(30);
    expect(office.ringing()).toEqual(["i1@bob"]);
    expect(office.last("offer").reason).toMatchObject({ position: 1, waitedMs: 130_000 });
  });

  it("hears its position on entry, at intervals, and not while an agent rings", () => {
    const office = new Office().queue("sales", { announceEveryMs: 15_000, ringTimeoutMs: 20_000 });
    office.caller("i1", "sales").caller("i2", "sales").wait(15);
    expect(office.all("position").map(({ interactionId, position }) => [interactionId, position])).toEqual([
      ["i1", 1],
      ["i2", 2],
      ["i1", 1],
      ["i2", 2],
    ]);
    office.agent("ann", ["sales"]).wait(15);
    expect(office.all("position").slice(4)).toMatchObject([{ interactionId: "i2", position: 2, waiting: 2 }]);
  });
});

describe("an agent", () => {
  it("who declines is left out for that caller for a moment, and gets others meanwhile", () => {
    const office = new Office().queue("sales", { leaveOutMs: 10_000 }).agent("ann", ["sales"]);
    office.caller("i1", "sales").decline("i1").caller("i2", "sales");
    expect(office.ringing()).toEqual(["i2@ann"]);
    office.does({ type: "cancelled", interactionId: "i2", cause: "hung-up" });
    office.wait(9);
    expect(office.ringing()).toEqual([]);
    office.wait(1);
    expect(office.ringing()).toEqual(["i1@ann"]);
    expect(office.last("offer").reason).toMatchObject({ trigger: "left-out-ended", waitedMs: 10_000 });
  });

  it("who becomes unroutable loses a live offer at once, and the caller goes to the next at once", () => {
    const office = new Office().queue("sales").agent("ann", ["sales"]).sleep(1).agent("bob", ["sales"]);
    office.caller("i1", "sales");
    const lost = office.offerOf("i1");
    office.agent("ann", ["sales"], { routable: false, cause: "unregistered" });
    expect(office.last("withdrawn")).toMatchObject({ agentId: "ann", cause: "agent-not-routable" });
    expect(office.ringing()).toEqual(["i1@bob"]);
    expect(office.does({ type: "accepted", offerId: lost })).toBe("withdrawn");
  });

  it("who leaves a queue loses the offer from it, and keeps one from another queue", () => {
    const office = new Office().queue("sales").queue("support").agent("ann", ["sales", "support"]);
    office.caller("i1", "sales").agent("ann", ["sales"]);
    expect(office.ringing()).toEqual(["i1@ann"]);
    office.agent("ann", ["support"]);
    expect(office.last("withdrawn")).toMatchObject({ cause: "agent-left-queue" });
    expect(office.ringing()).toEqual([]);
  });

  it("in a talk is not offered anything; after it comes wrap-up, which can be ended and extended", () => {
    const office = new Office().queue("sales", { wrapUpMs: 30_000 }).agent("ann", ["sales"]);
    office.caller("i1", "sales").answer("i1").caller("i2", "sales").wait(300);
    expect(office.ringing()).toEqual([]);
    office.hangUp("i1", "ann");
    expect(office.last("engagement")).toMatchObject({ engagement: "wrap-up", untilMs: office.at(330) });
    office.does({ type: "wrap-up-extended", agentId: "ann", byMs: 60_000 });
    expect(office.last("engagement")).toMatchObject({ engagement: "wrap-up", untilMs: office.at(390) });
    office.wait(89);
    expect(office.ringing()).toEqual([]);
    office.does({ type: "wrap-up-finished", agentId: "ann" });
    expect(office.ringing()).toEqual(["i2@ann"]);
    expect(office.does({ type: "wrap-up-finished", agentId: "ann" })).toBe("ignored");
  });

  it("who takes a break during a talk stays in wrap-up and gets nothing after it", () => {
    const office = new Office().queue("sales", { wrapUpMs: 10_000 }).agent("ann", ["sales"]);
    office.caller("i1", "sales").answer("i1").agent("ann", ["sales"], { routable: false, cause: "break" });
    office.hangUp("i1", "ann").caller("i2", "sales").wait(60);
    expect(office.last("engagement")).toMatchObject({ engagement: "idle" });
    expect(office.ringing()).toEqual([]);
  });

  it("who dials out is not offered anything, and what rings is taken back", () => {
    const office = new Office().queue("sales", { wrapUpMs: 0 }).agent("ann", ["sales"]).caller("i1", "sales");
    office.does({ type: "engaged", agentId: "ann", interactionId: "out", channel: "voice" });
    expect(office.last("withdrawn")).toMatchObject({ cause: "agent-took-other" });
    expect(office.ringing()).toEqual([]);
    office.hangUp("out", "ann");
    expect(office.ringing()).toEqual(["i1@ann"]);
  });

  it("keeps the place in the order of idleness when a caller hangs up while ringing", () => {
    const office = new Office()
      .queue("sales")
      .agent("ann", ["sales"])
      .sleep(1)
      .agent("bob", ["sales"])
      .sleep(1);
    office.caller("i1", "sales");
    office.does({ type: "cancelled", interactionId: "i1", cause: "hung-up" });
    office.caller("i2", "sales");
    expect(office.ringing()).toEqual(["i2@ann"]);
  });

  it("in several queues takes the caller who is due first, counting the agent's priority for the queue", () => {
    const office = new Office().queue("sales", { ageingMs: 30_000 }).queue("support", { ageingMs: 30_000 });
    office.caller("i1", "support").sleep(50).caller("i2", "sales");
    office.agent("ann", [{ queueId: "sales", priority: 2 }, "support"]);
    expect(office.ringing()).toEqual(["i2@ann"]);
    office.agent("bob", [{ queueId: "sales", priority: 1 }, "support"]);
    expect(office.ringing()).toEqual(["i2@ann", "i1@bob"]);
  });

  it("who is removed loses what rings; one who talks goes when the talk ends", () => {
    const office = new Office().queue("sales").agent("ann", ["sales"]).caller("i1", "sales").answer("i1");
    office.does({ type: "agent-removed", agentId: "ann" });
    expect(office.board.agents.has("ann")).toBe(true);
    office.hangUp("i1", "ann");
    expect(office.board.agents.has("ann")).toBe(false);
  });

  it("can be a member before the queue exists", () => {
    const office = new Office().agent("ann", ["sales"]);
    office.queue("sales").caller("i1", "sales");
    expect(office.ringing()).toEqual(["i1@ann"]);
  });

  it("with room for three chats gets them one after another, and a call only when they are done", () => {
    const office = new Office().queue("sales", { wrapUpMs: 0 });
    const capacity = { total: 100, weights: { voice: 100, chat: 30 }, limits: { voice: 1, chat: 3 } };
    const queues = [{ queueId: "sales", priority: 0 }];
    office.does({ type: "agent-set", agentId: "ann", routable: true, cause: "ready", queues, capacity });
    for (const chat of ["c1", "c2", "c3", "c4"]) office.caller(chat, "sales", { channel: "chat" });
    office.answer("c1").answer("c2").answer("c3").caller("call", "sales");
    expect(office.ringing()).toEqual([]);
    office.hangUp("c1", "ann");
    expect(office.ringing()).toEqual(["c4@ann"]);
    office.answer("c4").hangUp("c2", "ann").hangUp("c3", "ann").hangUp("c4", "ann");
    expect(office.ringing()).toEqual(["call@ann"]);
  });
});

describe("an offer", () => {
  it("is accepted once; the same accept again is the same, another's is too late", () => {
    const office = new Office()
      .queue("sales", { ringAtOnce: 2 })
      .agent("ann", ["sales"])
      .agent("bob", ["sales"]);
    office.caller("i1", "sales");
    const [first = "", second = ""] = [...office.board.offers.keys()];
    expect(office.does({ type: "accepted", offerId: second })).toBe("accepted");
    expect(office.does({ type: "accepted", offerId: second })).toBe("accepted");
    expect(office.does({ type: "accepted", offerId: first })).toBe("withdrawn");
    expect(office.all("withdrawn")).toMatchObject([{ offerId: first, cause: "answered-elsewhere" }]);
    expect(office.all("accepted")).toHaveLength(1);
  });

  it("that is over cannot be declined into anything", () => {
    const office = new Office().queue("sales").agent("ann", ["sales"]).caller("i1", "sales");
    const offerId = office.offerOf("i1");
    office.answer("i1");
    expect(office.does({ type: "declined", offerId, cause: "no-answer" })).toBe("ignored");
    expect(office.all("held")).toEqual([]);
  });

  it("carries its reason: who was considered, who was left out and why, how the queue stands", () => {
    const office = new Office().queue("sales");
    for (const agent of ["ann", "bob", "cat", "dan", "eve", "fay"]) office.agent(agent, ["sales"]).sleep(1);
    office.agent("gus", ["sales"], { routable: false, cause: "break" });
    office.caller("i1", "sales").decline("i1");
    expect(office.last("offer")).toMatchObject({ agentId: "bob", triggeredAt: office.at(6) });
    expect(office.last("offer").reason).toEqual({
      trigger: "caller-returned",
      strategy: "longest-idle",
      score: office.at(1),
      idleMs: 5_000,
      waitedMs: 0,
      priority: 0,
      position: 1,
      waiting: 1,
      staffing: { members: 7, available: 6, offered: 0, busy: 0, wrapUp: 0, notRoutable: 1 },
      nextBest: ["cat", "dan", "eve", "fay"].map((agentId, index) => ({
        agentId,
        score: office.at(index + 2),
      })),
      leftOut: { count: 1, named: [{ agentId: "ann", untilMs: office.at(16) }] },
      passedOver: 1,
      competing: [],
      requirement: null,
      requirementOnEntry: null,
      skills: {},
      ring: 0,
      level: 1,
      delayMs: 0,
      borrowedFrom: null,
      sticky: null,
      ageMs: 0,
      unsuited: { skills: 0, notYet: 0, named: [] },
    });
  });

  it("has a reason of bounded size, however many agents there are", () => {
    const office = new Office().queue("sales");
    for (let agent = 0; agent < 500; agent += 1) office.agent(`agent-${agent}`, ["sales"]);
    office.caller("i1", "sales");
    for (let count = 0; count < 50; count += 1) office.decline("i1");
    const { reason } = office.last("offer");
    expect(reason.leftOut).toMatchObject({ count: 50 });
    expect(JSON.stringify(reason).length).toBeLessThan(2_000);
  });
});

describe("the strategies", () => {
  const agents = ["ann", "bob", "cat"];

  function chosen(office: Office, calls: number): string[] {
    for (let call = 0; call < calls; call += 1) {
      const id = `i${office.effects.length}`;
      office.caller(id, "sales").answer(id).hangUp(id, office.last("accepted").agentId).sleep(1);
    }
    return office.all("accepted").map(({ agentId }) => agentId);
  }

  it("longest idle: who has been free for the longest", () => {
    const office = new Office().queue("sales", { wrapUpMs: 0 });
    for (const agent of agents) office.agent(agent, ["sales"]).sleep(1);
    expect(chosen(office, 6)).toEqual([...agents, ...agents]);
  });

  it("round robin: whose last offer from this queue is the longest ago, busy elsewhere or not", () => {
    const office = new Office().queue("sales", { wrapUpMs: 0, strategy: "round-robin" });
    for (const agent of agents) office.agent(agent, ["sales"]);
    chosen(office, 2);
    office.agent("cat", ["sales"], { routable: false, cause: "break" }).agent("cat", ["sales"]);
    expect(chosen(office, 2)).toEqual(["ann", "bob", "cat", "ann"]);
  });

  it("linear: always the first in the list who is free", () => {
    const office = new Office().queue("sales", { wrapUpMs: 0, strategy: "linear" });
    const order = { ann: 3, bob: 1, cat: 2 };
    for (const [agent, place] of Object.entries(order)) {
      office.agent(agent, [{ queueId: "sales", priority: 0, order: place }]);
    }
    expect(chosen(office, 2)).toEqual(["bob", "bob"]);
    office.caller("long", "sales").answer("long");
    expect(chosen(office, 1).at(-1)).toBe("cat");
  });

  it("weighted random: by the shares over many calls, never who has no share while others are free", () => {
    const office = new Office().queue("sales", { wrapUpMs: 0, strategy: "weighted-random" });
    for (const [agent, weight] of [
      ["ann", 3],
      ["bob", 1],
      ["cat", 0],
    ] as const) {
      office.agent(agent, [{ queueId: "sales", priority: 0, weight }]);
    }
    const calls = chosen(office, 2_000);
    const share = calls.filter((agent) => agent === "ann").length / calls.length;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);
    expect(calls).not.toContain("cat");
  });
});
