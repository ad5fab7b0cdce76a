import { describe, expect, it } from "vitest";
import { createManualClock, type ManualClock } from "../base/clock.manual.ts";
import { openLog } from "../base/log.ts";
import { agentOf, callerOf, expectStep } from "./acd.case.ts";
import { type Acd, defaultQueueSettings, openMemoryLog, startAcd } from "./acd.ts";

const journal = openLog("silent");

async function start(clock: ManualClock): Promise<Acd> {
  const acd = await startAcd({ nodeId: "a", log: openMemoryLog(clock), clock, journal });
  await acd.setQueue({ queueId: "sales", ...defaultQueueSettings, maxWaitMs: 3_600_000 });
  await acd.setAgent(agentOf("ann"));
  return acd;
}

/** Lets what was caused by the clock come to its end. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("the router's clock", () => {
  it("wakes it exactly at its deadlines, and not before", async () => {
    const clock = createManualClock();
    const acd = await start(clock);
    const waiting = await acd.enqueue(callerOf("i1", { enqueuedAt: clock.now() }));
    await expectStep(waiting, "offer");
    clock.advance(19_999);
    await settle();
    expect(acd.agent("ann")).toMatchObject({ engagement: "offered" });
    clock.advance(1);
    expect(await expectStep(waiting, "withdrawn")).toMatchObject({ cause: "ring-timeout" });
  });

  it("set back by an hour changes nothing for those who wait", async () => {
    const clock = createManualClock();
    let behindMs = 0;
    const wall: ManualClock = {
      ...clock,
      now: () => clock.now() - behindMs,
      setTimer: (atMs, run) => clock.setTimer(atMs + behindMs, run),
    };
    const acd = await start(wall);
    behindMs = 3_600_000;
    const waiting = await acd.enqueue(callerOf("i1", { enqueuedAt: wall.now() }));
    await expectStep(waiting, "offer");
    clock.advance(20_000);
    expect(await expectStep(waiting, "withdrawn")).toMatchObject({ cause: "ring-timeout" });
  });
});
