import type { Log } from "../base/log.ts";
import type { LedgerEntry } from "../contract/ledger.ts";
import { toldFields, toldLevel } from "./core/told.ts";

interface LedgerSource {
  on(listener: (entry: LedgerEntry) => void): () => void;
}

/** Each call's story in the log, from the ledger, so that log and screens can't disagree. Returns what stops it. */
export function logCalls(ledger: LedgerSource, log: Log): () => void {
  return ledger.on(({ interactionId, seq, event }) => {
    const fields = { callId: interactionId, event: event.type, seq, ...toldFields(event) };
    log[toldLevel(event)](fields, event.type.replace(/[.-]/g, " "));
  });
}
