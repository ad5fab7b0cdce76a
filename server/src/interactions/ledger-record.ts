import type { AgentState } from "../contract/agent-desk.ts";
import type { LedgerEntry } from "../contract/ledger.ts";

/** An agent's new state. `at` is epoch milliseconds; `reason` is a not-ready reason's id or a system word. */
export interface AgentStateChange {
  agentId: string;
  state: AgentState;
  reason: string | null;
  at: number;
}

/** What waits to be written. `number` comes with an interaction's first entry: 0 if none was in reserve. */
export type LedgerRecord =
  { kind: "entry"; entry: LedgerEntry; number?: number } | { kind: "agent-state"; change: AgentStateChange };

/** PostgreSQL's jsonb takes neither NUL nor half a surrogate pair, and SIP headers may hold anything. */
const unstorable = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/gi;

/** The same value with what cannot be stored replaced by U+FFFD. */
export function makeStorable<T>(value: T): T {
  const text = JSON.stringify(value);
  if (!text.includes("\\u0000") && !text.includes("\\ud")) return value;
  return JSON.parse(text.replace(unstorable, "$1\\ufffd")) as T;
}
