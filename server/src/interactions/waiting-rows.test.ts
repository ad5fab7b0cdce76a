import { expect, it } from "vitest";
import type { Interaction } from "../contract/interactions.ts";
import type { LedgerEntry, LedgerEvent } from "../contract/ledger.ts";
import { WaitingRows } from "./waiting-rows.ts";

const interactionId = "00000000-0000-4000-8000-00000000000a";

it("who comes back to the queue has the priority and the requirement that they came with", () => {
  const rows = new WaitingRows();
  let seq = 0;
  const tell = (event: LedgerEvent) =>
    rows.tell({ interactionId, seq: (seq += 1), at: 0, event } satisfies LedgerEntry, {
      from: "+15550111",
    } as Interaction);
  const entered = {
    interactionId,
    queueId: "sales",
    from: "+15550111",
    enqueuedAt: 5,
    priority: 3,
    requirement: "language=zh",
    callback: false,
  };
  const { queueId, enqueuedAt, priority, requirement } = entered;
  expect(tell({ type: "queue.entered", queueId, enqueuedAt, priority, requirement })).toEqual(entered);
  expect(tell({ type: "queue.left", queueId, cause: "answered", waitMs: 1 })).toBeNull();
  expect(tell({ type: "queue.returned", queueId, cause: "agent-lost", enqueuedAt })).toEqual(entered);
  tell({ type: "interaction.ended", by: "customer", cause: "bye", outcome: "answered", durationMs: 1 });
  // Lines of an earlier version say nothing of a requirement.
  expect(tell({ type: "queue.entered", queueId, enqueuedAt, priority: 0 })).toMatchObject({
    priority: 0,
    requirement: null,
  });
});
