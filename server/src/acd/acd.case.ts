import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../base/clock.ts";
import { openLog } from "../base/log.ts";
import { waitFor } from "../tests/rig/wait-for.ts";
import {
  type Acd,
  type AcdNotice,
  defaultQueueSettings,
  type EnqueueRequest,
  oneCall,
  startAcd,
  type Waiting,
  type WaitingStep,
} from "./acd.ts";
import type { LogWorld } from "./event-log.case.ts";
import type { EventLog } from "./event-log.ts";
import { GatedLog } from "./gated-log.case.ts";

const journal = openLog("silent");

export function callerOf(interactionId: string, more: Partial<EnqueueRequest> = {}): EnqueueRequest {
  return {
    interactionId,
    queueId: "sales",
    channel: "voice",
    priority: 0,
    enqueuedAt: systemClock.now(),
    ...more,
  };
}

export function agentOf(agentId: string, routable = true) {
  const queues = [{ queueId: "sales", priority: 0 }];
  return { agentId, routable, cause: routable ? "ready" : "break", queues, capacity: oneCall };
}

/** The next step, which must be of this type. */
export async function expectStep<T extends WaitingStep["type"]>(
  waiting: Waiting,
  type: T,
): Promise<Extract<WaitingStep, { type: T }>> {
  const step = await waiting.next(AbortSignal.timeout(10_000));
  expect(step.type).toBe(type);
  return step as Extract<WaitingStep, { type: T }>;
}

/** What the door promises, whatever its log is made of. */
export function describeAcd(name: string, open: () => Promise<LogWorld>): void {
  describe(name, () => {
    let world: LogWorld;
    const nodes: Acd[] = [];

    async function startNode(nodeId: string, log?: EventLog, snapshotEvery = 10_000): Promise<Acd> {
      const options = {
        nodeId,
        log: log ?? (await world.connect()),
        clock: systemClock,
        journal,
        snapshotEvery,
      };
      const acd = await startAcd(options);
      nodes.push(acd);
      return acd;
    }

    beforeEach(async () => {
      world = await open();
    });
    afterEach(async () => {
      for (const acd of nodes.splice(0)) await acd.close();
      await world.close();
    });

    it("tells the one who waits what happens, in order, however late they ask", async () => {
      const acd = await startNode("a");
      await acd.setQueue({ queueId: "sales", ...defaultQueueSettings, announceEveryMs: 60_000 });
      const waiting = await acd.enqueue(callerOf("i1"));
      await acd.setAgent(agentOf("ann"));
      const offerId = acd.board().queues[0]?.waiting[0]?.offeredTo[0];
      expect(offerId).toBe("ann");
      expect(await expectStep(waiting, "position")).toMatchObject({ position: 1, waiting: 1 });
      const offer = await expectStep(waiting, "offer");
      expect(offer).toMatchObject({ agentId: "ann", queueId: "sales", reason: { trigger: "agent-freed" } });
      expect(await acd.accept(offer.offerId)).toBe("accepted");
      expect(await acd.accept(offer.offerId)).toBe("accepted");
      await expectStep(waiting, "accepted");
      expect(acd.agent("ann")).toMatchObject({ engagement: "busy", interactionIds: ["i1"] });
      await acd.release("i1", "ann");
      expect(acd.agent("ann")).toMatchObject({ engagement: "wrap-up" });
      expect(await acd.accept(offer.offerId)).toBe("withdrawn");
      await acd.finishWrapUp("ann");
      expect(acd.agent("ann")).toMatchObject({ engagement: "idle" });
    });

    it("has one winner when several agents answer at once", async () => {
      const acd = await startNode("a");
      await acd.setQueue({ queueId: "sales", ...defaultQueueSettings, ringAtOnce: 3 });
      for (const agent of ["ann", "bob", "cat"]) await acd.setAgent(agentOf(agent));
      const waiting = await acd.enqueue(callerOf("i1"));
      const offers = [];
      for (let count = 0; count < 3; count += 1) offers.push(await expectStep(waiting, "offer"));
      const results = await Promise.all(offers.map(({ offerId }) => acd.accept(offerId)));
      expect(results.filter((result) => result === "accepted")).toHaveLength(1);
      expect(await expectStep(waiting, "withdrawn")).toMatchObject({ cause: "answered-elsewhere" });
    });

    it("refuses the unknown, the impossible and the double by name, and goes on", async () => {
      const acd = await startNode("a");
      await expect(acd.enqueue(callerOf("i1"))).rejects.toMatchObject({
        code: "not-found",
        message: "There is no queue sales",
      });
      await acd.setQueue({ queueId: "sales", ...defaultQueueSettings });
      const waiting = await acd.enqueue(callerOf("i1"));
      await expect(acd.enqueue(callerOf("i1"))).rejects.toMatchObject({ code: "conflict" });
      await expect(acd.enqueue(callerOf("i2", { priority: NaN }))).rejects.toMatchObject({
        code: "bad-request",
      });
      await expect(acd.finishWrapUp("nobody")).rejects.toMatchObject({ code: "not-found" });
      await acd.setAgent(agentOf("ann", false));
      await expect(acd.extendWrapUp("ann", 1_000)).rejects.toMatchObject({ code: "conflict" });
      await expect(
        acd.setQueue({ queueId: "sales", ...defaultQueueSettings, ringTimeoutMs: -1 }),
      ).rejects.toMatchObject({ code: "bad-request", fields: [{ path: "ringTimeoutMs" }] });
      expect(await acd.cancel("never-seen", "hung-up")).toBe("not-waiting");
      expect(await acd.cancel("i1", "hung-up")).toBe("cancelled");
      expect(await expectStep(waiting, "exit")).toMatchObject({ cause: "hung-up" });
    });

    it("rings out, holds the agent, and offers the caller to the next", async () => {
      const acd = await startNode("a");
      await acd.setQueue({ queueId: "sales", ...defaultQueueSettings, ringTimeoutMs: 1_000 });
      await acd.setAgent(agentOf("ann"));
      const waiting = await acd.enqueue(callerOf("i1"));
      await acd.setAgent(agentOf("bob"));
      expect(await expectStep(waiting, "offer")).toMatchObject({ agentId: "ann" });
      expect(await expectStep(waiting, "withdrawn")).toMatchObject({ agentId: "ann", cause: "ring-timeout" });
      expect(await expectStep(waiting, "offer")).toMatchObject({ agentId: "bob" });
      expect(acd.agent("ann")).toMatchObject({ routable: false, held: "not-responding" });
      await acd.ready("ann");
      expect(acd.agent("ann")).toMatchObject({ routable: true, held: null });
    });

    it("stops waiting when the signal aborts, and keeps the place and the steps", async () => {
      const acd = await startNode("a");
      await acd.setQueue({ queueId: "sales", ...defaultQueueSettings });
      const waiting = await acd.enqueue(callerOf("i1"));
      const abort = new AbortController();
      const next = waiting.next(abort.signal);
      abort.abort(new Error("the caller pressed a key"));
      await expect(next).rejects.toThrow("the caller pressed a key");
      await acd.setAgent(agentOf("ann"));
      await expectStep(waiting, "offer");
    });

    it("rejects what waits when it closes", async () => {
      const acd = await startNode("a");
      await acd.setQueue({ queueId: "sales", ...defaultQueueSettings });
      const waiting = await acd.enqueue(callerOf("i1"));
      await acd.close();
      await acd.close();
      await expectStep(waiting, "exit");
      await expect(acd.setAgent(agentOf("ann"))).rejects.toMatchObject({ code: "unavailable" });
    });

    it("serves the callers of every node with the agents of every node, and every node hears all", async () => {
      const a = await startNode("a");
      const b = await startNode("b");
      const heard: AcdNotice[] = [];
      a.on((notice) => heard.push(notice));
      await a.setQueue({ queueId: "sales", ...defaultQueueSettings });
      await a.setAgent(agentOf("ann"));
      const waiting = await b.enqueue(callerOf("i1"));
      const offer = await expectStep(waiting, "offer");
      expect(await b.accept(offer.offerId)).toBe("accepted");
      await waitFor("the other node to hear", () => heard.some(({ type }) => type === "accepted"));
      await waitFor("both boards", () => b.agent("ann")?.engagement === a.agent("ann")?.engagement);
    });

    it("goes on when the router closes: the other node takes over with everybody in place", async () => {
      const a = await startNode("a");
      const b = await startNode("b");
      await a.setQueue({ queueId: "sales", ...defaultQueueSettings });
      const first = await b.enqueue(callerOf("i1", { enqueuedAt: systemClock.now() - 5_000 }));
      const second = await b.enqueue(callerOf("i2"));
      const lost = await a.enqueue(callerOf("i3"));
      await a.close();
      expect(await expectStep(lost, "exit")).toMatchObject({ cause: "node-lost" });
      await b.setAgent(agentOf("ann"));
      expect(await expectStep(first, "offer")).toMatchObject({ agentId: "ann", reason: { position: 1 } });
      expect(b.explainWaiting("i2")).toMatchObject({ position: 2, waiting: 2 });
      await b.cancel("i1", "hung-up");
      await expectStep(second, "offer");
    });

    it("goes on when the router freezes beyond its lease; thawed, its actions are rejected", async () => {
      const frozen = new GatedLog(await world.connect());
      const a = await startNode("a", frozen);
      const b = await startNode("b");
      await a.setQueue({ queueId: "sales", ...defaultQueueSettings });
      const waiting = await b.enqueue(callerOf("i1"));
      frozen.freeze({ hears: true });
      await b.setAgent(agentOf("ann"));
      const offer = await expectStep(waiting, "offer");
      frozen.thaw();
      await waitFor("the first to hear of the offer", () => a.agent("ann")?.engagement === "offered");
      expect(await b.accept(offer.offerId)).toBe("accepted");
      await expectStep(waiting, "accepted");
      await waitFor("the boards to agree", () => a.agent("ann")?.engagement === "busy");
      await waitFor("the stale action to be rejected", () => frozen.staleCommits > 0);
    });

    it("goes on when the router hears nothing for a while either, and it catches up", async () => {
      const frozen = new GatedLog(await world.connect());
      const a = await startNode("a", frozen);
      const b = await startNode("b");
      await a.setQueue({ queueId: "sales", ...defaultQueueSettings });
      const waiting = await b.enqueue(callerOf("i1"));
      frozen.freeze();
      await b.setAgent(agentOf("ann"));
      await expectStep(waiting, "offer");
      expect(a.agent("ann")).toBeNull();
      frozen.thaw();
      await waitFor("the first to catch up", () => a.agent("ann")?.engagement === "offered");
      const next = await a.enqueue(callerOf("i2"));
      await b.setAgent(agentOf("bob"));
      await expectStep(next, "offer");
    });

    it("lets go of what a silent node held, and hears it again when it was only slow", async () => {
      const a = await startNode("a");
      const slow = new GatedLog(await world.connect());
      const b = await startNode("b", slow);
      await a.setQueue({ queueId: "sales", ...defaultQueueSettings, wrapUpMs: 0 });
      await b.setAgent(agentOf("ann"));
      const lost = await b.enqueue(callerOf("i1"));
      const offer = await expectStep(lost, "offer");
      await b.accept(offer.offerId);
      slow.freeze();
      await waitFor("the silence to be noticed", () => a.agent("ann")?.cause === "node-lost", {
        timeoutMs: 20_000,
      });
      slow.thaw();
      await waitFor("the agent to be back, in the talk", () => {
        const agent = a.agent("ann");
        return agent?.routable && agent.engagement === "busy" && agent.interactionIds[0] === "i1";
      });
    }, 40_000);

    it("starts again where the same node left off, and what it held before is lost", async () => {
      const log = new GatedLog(await world.connect());
      const before = await startNode("a", log);
      await before.setQueue({ queueId: "sales", ...defaultQueueSettings });
      await before.setAgent(agentOf("ann"));
      const waiting = await before.enqueue(callerOf("i1"));
      await expectStep(waiting, "offer");
      log.freeze();
      const after = await startNode("a");
      expect(after.queue("sales")?.waiting).toEqual([]);
      expect(after.agent("ann")).toMatchObject({ routable: false, cause: "node-lost", engagement: "idle" });
      const next = await after.enqueue(callerOf("i2"));
      await after.setAgent(agentOf("ann"));
      await expectStep(next, "offer");
      log.thaw();
    });

    it("keeps snapshots, and a late node builds the same board from one", async () => {
      const a = await startNode("a", undefined, 20);
      await a.setQueue({ queueId: "sales", ...defaultQueueSettings });
      for (let count = 0; count < 60; count += 1) await a.enqueue(callerOf(`i${count}`));
      await a.setAgent(agentOf("ann"));
      const b = await startNode("b");
      await waitFor("the same board", () => {
        const [one, other] = [a.board(), b.board()];
        return JSON.stringify(one.queues) === JSON.stringify(other.queues);
      });
      expect(b.queue("sales")?.waiting).toHaveLength(60);
      expect(b.agent("ann")).toMatchObject({ engagement: "offered" });
    });

    it("a listener that throws harms nobody", async () => {
      const acd = await startNode("a");
      acd.on(() => {
        throw new Error("a bad listener");
      });
      const heard: string[] = [];
      const stop = acd.on(({ type }) => heard.push(type));
      await acd.setQueue({ queueId: "sales", ...defaultQueueSettings });
      await acd.enqueue(callerOf("i1"));
      stop();
      await acd.enqueue(callerOf("i2"));
      expect(heard.filter((type) => type === "waiting")).toHaveLength(1);
    });
  });
}
