import { describe, expect, it } from "vitest";
import { Office } from "./office.case.ts";

/** Each row of "Defects in their designs" in the field notes that concerns routing, as a test of ours. */
describe("defects of others that this router does not have", () => {
  it("mod_callcenter, Kazoo: a slow agent or a stuck queue holds up nobody else", () => {
    const office = new Office().queue("slow").queue("quick").agent("ann", ["slow"]).agent("bob", ["quick"]);
    office.caller("i1", "slow").caller("i2", "slow").caller("i3", "quick");
    expect(office.ringing()).toEqual(["i1@ann", "i3@bob"]);
  });

  it("mod_callcenter #2540, #1973; OpenSIPS #3123: nobody is stuck after a ring that nothing ended", () => {
    const office = new Office().queue("sales", { ringTimeoutMs: 20_000 }).agent("ann", ["sales"]);
    office.caller("i1", "sales").wait(20);
    expect(office.last("withdrawn")).toMatchObject({ agentId: "ann", cause: "ring-timeout" });
    expect(office.last("engagement")).toMatchObject({ agentId: "ann", engagement: "idle" });
    office.does({ type: "agent-ready", agentId: "ann" });
    office.wait(20);
    expect(office.ringing()).toEqual(["i1@ann"]);
  });

  it("mod_callcenter #2540: an agent whose node dies in a call is free again", () => {
    const office = new Office().queue("sales", { wrapUpMs: 0 }).agent("ann", ["sales"]).caller("i1", "sales");
    office.answer("i1");
    office.does({ type: "node-lost", session: "n1/1" });
    expect(office.last("engagement")).toMatchObject({ agentId: "ann", engagement: "idle" });
    office.agent("ann", ["sales"]).caller("i2", "sales");
    expect(office.ringing()).toEqual(["i2@ann"]);
  });

  it("mod_callcenter #2511: the first caller is answered first, and the eighth eighth", () => {
    const office = new Office().queue("sales", { wrapUpMs: 0 });
    const callers = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => `i${number}`);
    for (const caller of callers) office.caller(caller, "sales").sleep(0.001);
    office.agent("ann", ["sales"]);
    for (const caller of callers) {
      expect(office.ringing()).toEqual([`${caller}@ann`]);
      office.answer(caller).hangUp(caller, "ann");
    }
  });

  it("callers who come in the same millisecond are served in the order in which they came", () => {
    const office = new Office().queue("sales", { wrapUpMs: 0 });
    const callers = Array.from({ length: 20 }, (_, index) => `i${(index * 7) % 20}`);
    for (const caller of callers) office.caller(caller, "sales");
    office.agent("ann", ["sales"]);
    for (const caller of callers) office.answer(caller).hangUp(caller, "ann");
    expect(office.all("accepted").map(({ interactionId }) => interactionId)).toEqual(callers);
  });

  it("app_queue: two queues that share an agent do not both ring them", () => {
    const office = new Office().queue("sales").queue("support").agent("ann", ["sales", "support"]);
    office.caller("i1", "sales").caller("i2", "support");
    expect(office.ringing()).toEqual(["i1@ann"]);
    office.does({ type: "cancelled", interactionId: "i1", cause: "hung-up" });
    expect(office.ringing()).toEqual(["i2@ann"]);
  });

  it("app_queue #1006: wrap-up of one queue is not ended by another", () => {
    const office = new Office()
      .queue("sales", { wrapUpMs: 30_000 })
      .queue("support", { wrapUpMs: 0 })
      .agent("ann", ["sales", "support"])
      .caller("i1", "sales");
    office.answer("i1").hangUp("i1", "ann").caller("i2", "support").wait(29);
    expect(office.ringing()).toEqual([]);
    office.wait(1);
    expect(office.ringing()).toEqual(["i2@ann"]);
  });

  it("Kazoo #6609: not answering takes the agent out only until they are ready again", () => {
    const office = new Office().queue("sales").agent("ann", ["sales"]).caller("i1", "sales");
    office.decline("i1", "no-answer");
    expect(office.last("held")).toMatchObject({
      agentId: "ann",
      cause: "not-responding",
      interactionId: "i1",
    });
    office.wait(60);
    expect(office.ringing()).toEqual([]);
    office.does({ type: "agent-ready", agentId: "ann" });
    expect(office.ringing()).toEqual(["i1@ann"]);
  });

  it("FusionPBX #2831: a device that is not registered is not rung without end", () => {
    const office = new Office()
      .queue("sales", { leaveOutMs: 0 })
      .agent("ann", ["sales"])
      .caller("i1", "sales");
    office.decline("i1", "unreachable").wait(600);
    expect(office.all("offer")).toHaveLength(1);
    expect(office.last("held")).toMatchObject({ cause: "unreachable" });
  });

  it("FusionPBX #2831: nor is one whose calls fail by our own fault", () => {
    const office = new Office()
      .queue("sales", { leaveOutMs: 0 })
      .agent("ann", ["sales"])
      .caller("i1", "sales");
    for (let failure = 0; failure < 3; failure += 1) office.decline("i1", "failed");
    expect(office.ringing()).toEqual([]);
    expect(office.last("held")).toMatchObject({ cause: "failing" });
    expect(office.all("offer")).toHaveLength(3);
  });

  it("TaskRouter: strict priority would starve the low; here a low caller's wait is bounded", () => {
    const office = new Office().queue("sales", { ageingMs: 30_000, wrapUpMs: 0 });
    office.caller("low", "sales", { priority: 0 });
    office.sleep(299).caller("high", "sales", { priority: 10 }).agent("ann", ["sales"]);
    expect(office.ringing()).toEqual(["high@ann"]);
    office.sleep(2).caller("later", "sales", { priority: 10 }).answer("high").hangUp("high", "ann");
    expect(office.ringing()).toEqual(["low@ann"]);
  });

  it("TaskRouter: nor does an agent's preference for one queue starve the other", () => {
    const office = new Office().queue("sales", { ageingMs: 30_000 }).queue("support", { ageingMs: 30_000 });
    office.caller("old", "support").sleep(301).caller("new", "sales");
    office.agent("ann", [{ queueId: "sales", priority: 10 }, "support"]);
    expect(office.ringing()).toEqual(["old@ann"]);
    expect(office.last("offer").reason.competing.map(({ queueId }) => queueId)).toEqual(["support", "sales"]);
  });

  it("FusionPBX #2712, #2736: changing a queue's settings loses nobody; names are not known here at all", () => {
    const office = new Office().queue("sales").agent("ann", ["sales"]);
    office.caller("i1", "sales").caller("i2", "sales", { priority: 3 });
    office.queue("sales", { ringTimeoutMs: 5_000, wrapUpMs: 0, ageingMs: 1_000, strategy: "round-robin" });
    expect(office.ringing()).toEqual(["i1@ann"]);
    office.answer("i1").hangUp("i1", "ann");
    expect(office.ringing()).toEqual(["i2@ann"]);
  });

  it("app_queue: a position never grows while nobody with a better claim comes", () => {
    const office = new Office().queue("sales", { announceEveryMs: 10_000 });
    for (const caller of ["i1", "i2", "i3", "i4"]) office.caller(caller, "sales");
    office.wait(10);
    office.does({ type: "cancelled", interactionId: "i2", cause: "hung-up" });
    office.caller("i5", "sales").wait(20);
    const positions = office
      .all("position")
      .filter(({ interactionId }) => interactionId === "i4")
      .map(({ position }) => position);
    expect(positions).toEqual([4, 4, 3, 3]);
  });

  it("mod_callcenter: the longest idle agent is chosen, however many there are", () => {
    const office = new Office().queue("sales", { wrapUpMs: 0 });
    const agents = Array.from({ length: 50 }, (_, index) => `agent-${(index * 13) % 50}`);
    for (const agent of agents) office.agent(agent, ["sales"]).sleep(1);
    for (const [index, agent] of agents.entries()) {
      office.caller(`i${index}`, "sales");
      expect(office.last("offer").agentId).toBe(agent);
      office.answer(`i${index}`);
    }
    expect(office.board.queues.get("sales")?.lanes.get("voice")?.available.values()).toEqual([]);
  });
});
