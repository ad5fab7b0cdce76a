import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { waitFor } from "../tests/rig/wait-for.ts";
import { agentOf, callerOf, expectStep } from "./acd.case.ts";
import { type Acd, defaultQueueSettings, startAcd } from "./acd.ts";
import { createMemoryStore, openMemoryLog } from "./event-log.memory.ts";
import { GatedLog } from "./gated-log.case.ts";

const nodes: Acd[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

const errors: string[] = [];
const ignore = (): void => undefined;
const journal: Log = {
  ...{ debug: ignore, info: ignore, warn: ignore, child: () => journal },
  error: (_fields, sentence) => errors.push(sentence),
};

async function start(nodeId: string, log: GatedLog): Promise<Acd> {
  const node = await startAcd({ nodeId, log, clock: systemClock, journal, snapshotEvery: 3 });
  nodes.push(node);
  return node;
}

describe("a snapshot that this version cannot read", () => {
  for (const [what, spoil] of [
    ["of a later version", (text: string) => text.replace(/"version":\d+/, '"version":99')],
    ["that is garbage", () => "garbage"],
  ] as const) {
    it(`${what} does not keep a node from starting and routing, and is told`, async () => {
      const store = createMemoryStore();
      store.snapshot = { position: 5, text: spoil('{"version":3,"nodes":[]}') };
      Object.assign(store, { appended: 5, committed: 5 });
      errors.length = 0;
      const node = await start("a", new GatedLog(openMemoryLog(systemClock, store)));
      await node.setQueue({ queueId: "sales", ...defaultQueueSettings });
      await node.setAgent(agentOf("ann"));
      await expectStep(await node.enqueue(callerOf("i1")), "offer");
      expect(errors.join()).toContain("cannot be read by this version");
    });
  }

  it("loses nobody who waits at a node that goes on: it brings its callers again, with their times", async () => {
    const store = createMemoryStore();
    const frozen = new GatedLog(openMemoryLog(systemClock, store));
    const before = await start("a", frozen);
    await before.setQueue({ queueId: "sales", ...defaultQueueSettings });
    const enqueuedAt = systemClock.now() - 60_000;
    const waiting = await before.enqueue(callerOf("i1", { enqueuedAt }));
    await waitFor("a snapshot", () => store.snapshot);
    const { position, text } = store.snapshot ?? { position: 0, text: "" };
    store.snapshot = { position, text: text.replace(/"version":\d+/, '"version":99') };
    frozen.freeze({ hears: true });
    const after = await start("b", new GatedLog(openMemoryLog(systemClock, store)));
    await after.setQueue({ queueId: "sales", ...defaultQueueSettings });
    frozen.thaw();
    await waitFor("the caller to be known", () => after.queue("sales")?.waiting.length === 1);
    expect(after.queue("sales")?.waiting[0]).toMatchObject({ interactionId: "i1", enqueuedAt });
    await after.setAgent(agentOf("ann"));
    await expectStep(waiting, "offer");
  });
});
