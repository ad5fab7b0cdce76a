/** Rows of those who wait, out of the ledger's lines: what was said on entry holds for whoever comes back, too. */
import type { Interaction } from "../contract/interactions.ts";
import type { LedgerEntry, LedgerEvent } from "../contract/ledger.ts";
import type { LiveWaiting } from "../contract/live.ts";

type Entered = Extract<LedgerEvent, { type: "queue.entered" }>;

export class WaitingRows {
  readonly #entered = new Map<string, Entered>();

  /** The row of who enters a queue or comes back to it; null for every other line. */
  tell({ interactionId, event }: LedgerEntry, { from }: Interaction): Omit<LiveWaiting, "late"> | null {
    if (event.type === "queue.entered") this.#entered.set(interactionId, event);
    if (event.type === "interaction.ended") this.#entered.delete(interactionId);
    if (event.type !== "queue.entered" && event.type !== "queue.returned") return null;
    const { queueId, enqueuedAt } = event;
    const entered = this.#entered.get(interactionId);
    return {
      interactionId,
      queueId,
      from,
      enqueuedAt,
      priority: entered?.priority ?? 0,
      requirement: entered?.requirement ?? null,
      callback: entered?.callback ?? false,
    };
  }
}
