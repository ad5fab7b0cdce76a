import type { LedgerEvent } from "../contract/ledger.ts";

export type CallState = "in a flow" | "waiting" | "talking";

/** Where a call stands after an event; null: the event says nothing of it; "over": it has ended. */
function stateAfter(type: LedgerEvent["type"]): CallState | "over" | null {
  switch (type) {
    case "interaction.started":
    case "queue.left":
    case "talk.ended":
      return "in a flow";
    case "queue.entered":
    case "queue.returned":
    case "agent.lost":
      return "waiting";
    case "talk.started":
      return "talking";
    case "interaction.ended":
      return "over";
    default:
      return null;
  }
}

/** The calls of this process by where they stand, told by their ledgers. */
export class CallStates {
  readonly #states = new Map<string, CallState>();

  note(interactionId: string, { type }: Pick<LedgerEvent, "type">): void {
    const state = stateAfter(type);
    if (state === "over") this.#states.delete(interactionId);
    else if (state !== null) this.#states.set(interactionId, state);
  }

  count(): Record<CallState, number> {
    const counts = { "in a flow": 0, waiting: 0, talking: 0 };
    for (const state of this.#states.values()) counts[state] += 1;
    return counts;
  }
}

/** "3 calls (1 waiting, 2 talking)" */
export function sayCalls(counts: Record<CallState, number>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  const total = parts.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return "no call";
  const detail = parts.map(([state, count]) => `${count} ${state}`).join(", ");
  return `${total === 1 ? "1 call" : `${total} calls`} (${detail})`;
}
