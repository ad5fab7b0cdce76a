import { describe, expect, it } from "vitest";
import { Office } from "./office.case.ts";

/** `agents` who talk for so long each, without a break, while others wait. */
function busyOffice(agents: number, waiting: number): Office {
  const office = new Office().queue("sales", { wrapUpMs: 0, announceEveryMs: 3_600_000 });
  for (let agent = 0; agent < agents; agent += 1) office.agent(`agent-${agent}`, ["sales"]);
  for (let caller = 0; caller < waiting; caller += 1) office.caller(`i${caller}`, "sales");
  return office;
}

/** Every so many seconds a talk ends and the next caller is answered. */
function serve(office: Office, answers: number, everySeconds: number): Office {
  for (let count = 0; count < answers; count += 1) {
    for (const { interactionId } of office.board.offers.values()) office.answer(interactionId);
    office.sleep(everySeconds);
    const [longest] = office
      .all("accepted")
      .filter(({ agentId, interactionId }) =>
        office.board.agents.get(agentId)?.talks.some((talk) => talk.interactionId === interactionId),
      );
    if (longest) office.hangUp(longest.interactionId, longest.agentId);
  }
  for (const { interactionId } of office.board.offers.values()) office.answer(interactionId);
  return office;
}

describe("the estimated wait", () => {
  it("is unknown until enough callers were answered", () => {
    const office = serve(busyOffice(2, 30), 5, 60).caller("new", "sales");
    expect(office.last("position").estimatedWaitMs).toBeNull();
  });

  it("is the position times the time between answers", () => {
    const office = serve(busyOffice(4, 60), 40, 30).caller("new", "sales");
    const { position, estimatedWaitMs } = office.last("position");
    expect(position).toBeGreaterThan(10);
    expect(estimatedWaitMs).toBeGreaterThan(position * 30_000 * 0.95);
    expect(estimatedWaitMs).toBeLessThan(position * 30_000 * 1.05);
  });

  it("follows a change of staffing at once, and is unknown when nobody works", () => {
    const office = serve(busyOffice(4, 60), 40, 30).caller("one", "sales");
    const before = office.last("position");
    for (const agent of ["agent-4", "agent-5", "agent-6", "agent-7"]) {
      office.agent(agent, ["sales"]);
      for (const { interactionId } of office.board.offers.values()) office.answer(interactionId);
    }
    office.caller("two", "sales");
    const after = office.last("position");
    const perPlace = (step: typeof before): number => (step.estimatedWaitMs ?? NaN) / step.position;
    expect(perPlace(after) / perPlace(before)).toBeCloseTo(0.5, 1);
    for (let agent = 0; agent < 8; agent += 1) {
      for (const { interactionId } of office.board.agents.get(`agent-${agent}`)?.talks ?? []) {
        office.hangUp(interactionId, `agent-${agent}`);
      }
      office.agent(`agent-${agent}`, ["sales"], { routable: false, cause: "break" });
    }
    office.caller("three", "sales");
    expect(office.last("position").estimatedWaitMs).toBeNull();
  });

  it("is not fooled by quiet times, when answers come as slowly as callers do", () => {
    const office = serve(busyOffice(2, 60), 40, 30);
    const rate = office.board.queues.get("sales")?.lanes.get("voice")?.pace.roundMs;
    for (const id of [...office.board.callers.keys()]) {
      office.does({ type: "cancelled", interactionId: id, cause: "hung-up" });
    }
    for (let count = 0; count < 20; count += 1) {
      for (const agent of ["agent-0", "agent-1"]) {
        for (const { interactionId } of office.board.agents.get(agent)?.talks ?? []) {
          office.hangUp(interactionId, agent);
        }
      }
      office.sleep(900).caller(`quiet-${count}`, "sales").answer(`quiet-${count}`);
    }
    expect(office.board.queues.get("sales")?.lanes.get("voice")?.pace.roundMs).toBe(rate);
  });

  it("is never told higher than before to one who kept the place, but is to one who was overtaken", () => {
    const office = serve(busyOffice(4, 60), 40, 30).caller("one", "sales");
    const caller = office.board.callers.get("one");
    const told = (): { position: number; estimatedWaitMs: number | null }[] =>
      office.all("position").filter(({ interactionId }) => interactionId === "one");
    for (let agent = 1; agent < 4; agent += 1) {
      for (const { interactionId } of office.board.agents.get(`agent-${agent}`)?.talks ?? []) {
        office.agent(`agent-${agent}`, ["sales"], { routable: false, cause: "break" });
        office.hangUp(interactionId, `agent-${agent}`);
      }
    }
    if (caller) caller.announceAt = office.at(0);
    office.queue("sales", { wrapUpMs: 0, announceEveryMs: 60_000 }).wait(60);
    const [first, second] = told();
    expect(second?.position).toBe(first?.position);
    expect(second?.estimatedWaitMs).toBe(first?.estimatedWaitMs);
    office.caller("vip", "sales", { priority: 10 }).wait(60);
    const third = told()[2];
    expect(third?.position).toBe((first?.position ?? 0) + 1);
    expect(third?.estimatedWaitMs).toBeGreaterThan(first?.estimatedWaitMs ?? Infinity);
  });

  it("knows its own error", () => {
    const office = serve(busyOffice(2, 40), 20, 30);
    office.caller("one", "sales");
    const { estimatedWaitMs } = office.last("position");
    const answersBefore = office.all("accepted").length;
    while (office.board.callers.has("one")) serve(office, 1, 30);
    expect(office.all("accepted").length).toBeGreaterThan(answersBefore);
    const pace = office.board.queues.get("sales")?.lanes.get("voice")?.pace;
    expect(pace?.judged).toBeGreaterThan(0);
    expect(pace?.meanErrorMs).toBeLessThan((estimatedWaitMs ?? 0) * 0.2);
  });
});
