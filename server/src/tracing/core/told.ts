/** What the log and the traces tell of a line of the ledger: everything but what is personal. */
import type { LedgerEvent, LedgerEventType } from "../../contract/ledger.ts";

type EventOf<T extends LedgerEventType> = Extract<LedgerEvent, { type: T }>;
type Told = { [T in LedgerEventType]: { level: "info" | "debug"; fields: readonly (keyof EventOf<T>)[] } };

const info = <F extends string>(...fields: F[]) => ({ level: "info" as const, fields });
const debug = <F extends string>(...fields: F[]) => ({ level: "debug" as const, fields });

/**
 * For each kind of line, at which level it is logged and with which fields. Left out are numbers, keys that callers
 * typed, notes, and texts that people wrote. A kind that is new must be decided about here.
 */
const told: Told = {
  "interaction.started": info("channel", "direction", "source", "trunkId", "sipCallId"),
  "emergency.met": info("mode", "where", "queueId", "ending"),
  "flow.entered": info("flowId", "version"),
  "flow.language": debug("language"),
  "flow.pressed": debug("node"),
  "flow.invalid": debug("node"),
  "flow.timeout": debug("node"),
  "flow.left": info("node", "cause"),
  "queue.entered": info("queueId", "priority", "callback"),
  "queue.announced": debug("position", "waiting", "estimatedWaitMs"),
  "queue.overflowed": info("queueId", "cause"),
  "queue.returned": info("queueId", "cause"),
  "queue.left": info("queueId", "cause", "waitMs"),
  "offer.made": info("offerId", "agentId", "queueId", "timeToOfferMs"),
  "offer.ringing": debug("offerId", "agentId"),
  "offer.ended": info("offerId", "agentId", "queueId", "cause", "ringMs"),
  "talk.started": info("agentId", "queueId", "answerToBridgeMs"),
  "hold.started": debug("agentId"),
  "hold.ended": debug("agentId", "holdMs"),
  "talk.ended": info("agentId", "by", "cause", "talkMs", "holdMs"),
  "agent.lost": info("agentId", "cause"),
  "recording.started": info("recordingId", "kind"),
  "recording.stopped": info("recordingId", "kind", "durationMs", "bytes"),
  "recording.mismatch": info("recordingId", "durationMs", "expectedMs"),
  "recording.failed": info("recordingId", "sentence"),
  "voicemail.left": info("recordingId", "queueId", "durationMs"),
  "wrap-up.started": info("agentId", "queueId", "limitMs"),
  "wrap-up.saved": debug("agentId", "dispositionId"),
  "wrap-up.ended": info("agentId", "wrapUpMs", "cause"),
  "transfer.started": info(),
  "transfer.ended": info("connected", "cause"),
  "callback.asked": info("callbackId", "queueId"),
  "callback.not-asked": info("queueId", "cause"),
  "callback.calling": info("try", "first"),
  "callback.called": info("try", "cause", "ringMs"),
  "callback.postponed": info("until", "cause"),
  fault: info("where", "sentence"),
  "interaction.ended": info("by", "cause", "outcome", "durationMs"),
};

type Plain = string | number | boolean;

/** The fields that may be told; those that are null or absent are left out. */
export function toldFields(event: LedgerEvent): Record<string, Plain> {
  const all = event as unknown as Record<string, Plain | null | undefined>;
  const fields: Record<string, Plain> = {};
  for (const name of told[event.type].fields) {
    const value = all[name];
    // `node` is this process in every line of the log.
    if (value !== null && value !== undefined) fields[name === "node" ? "flowNode" : name] = value;
  }
  if (event.type === "queue.overflowed") fields["destination"] = event.to;
  return fields;
}

export function toldLevel(event: LedgerEvent): "info" | "debug" {
  return told[event.type].level;
}
