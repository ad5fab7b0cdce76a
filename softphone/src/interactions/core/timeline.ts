import type { ledger } from "@ringdown/contract";

/** How ids and times are put into words; the screen passes its labels and formats, a test its own. */
export interface Wording {
  caller(from: string): string;
  person(id: string | null): string;
  queue(id: string | null): string;
  flow(id: string | null): string;
  disposition(id: string | null): string;
  duration(ms: number): string;
  node(id: string): string;
  /** Words for a value of a closed list: `cause.no-answer`, `party.customer`, `source.web`, … */
  word(list: WordList, value: string): string;
}

export type WordList =
  "emergencyMode" | "cause" | "party" | "source" | "outcome" | "language" | "recording" | "onward";
export type Words = Record<string, string | number>;

/** What the sentence `ledger.<type>` of an event has to be filled with. */
export function wordsOf(event: ledger.LedgerEvent, w: Wording): Words {
  switch (event.type) {
    case "interaction.started":
      return { from: w.caller(event.from), to: event.to, source: w.word("source", event.source) };
    case "emergency.met":
      return { name: event.name, mode: w.word("emergencyMode", event.mode) };
    case "flow.entered":
      return { flow: w.flow(event.flowId), version: event.version };
    case "flow.language":
      return { language: w.word("language", event.language) };
    case "flow.pressed":
    case "flow.invalid":
      return { digits: event.digits, node: w.node(event.node) };
    case "flow.timeout":
      return { node: w.node(event.node) };
    case "flow.left":
      return { node: w.node(event.node), cause: w.word("cause", event.cause) };
    case "queue.announced":
      return { position: event.position, waiting: event.waiting };
    case "fault":
      return { where: event.where, sentence: event.sentence };
    case "interaction.ended":
      return {
        by: w.word("party", event.by),
        outcome: w.word("outcome", event.outcome),
        duration: w.duration(event.durationMs),
      };
    default:
      return (
        queueWords(event, w) ??
        talkWords(event, w) ??
        recordingWords(event, w) ??
        callbackWords(event, w) ??
        {}
      );
  }
}

function queueWords(event: ledger.LedgerEvent, w: Wording): Words | null {
  switch (event.type) {
    case "queue.entered":
      return { queue: w.queue(event.queueId), priority: event.priority };
    case "queue.overflowed":
      return { cause: w.word("cause", event.cause), to: onwardTo(event, w) };
    case "queue.returned":
      return { queue: w.queue(event.queueId), cause: w.word("cause", event.cause) };
    case "queue.left":
      return {
        queue: w.queue(event.queueId),
        cause: w.word("cause", event.cause),
        wait: w.duration(event.waitMs),
      };
    case "offer.made":
      return { agent: w.person(event.agentId), queue: w.queue(event.queueId) };
    case "offer.ringing":
      return { agent: w.person(event.agentId) };
    case "offer.ended":
      return {
        agent: w.person(event.agentId),
        cause: w.word("cause", event.cause),
        ring: w.duration(event.ringMs),
      };
    default:
      return null;
  }
}

function onwardTo(
  { to, target }: Extract<ledger.LedgerEvent, { type: "queue.overflowed" }>,
  w: Wording,
): string {
  switch (to) {
    case "queue":
      return w.queue(target);
    case "flow":
      return w.flow(target);
    case "number":
      return target ?? "";
    default:
      return w.word("onward", to);
  }
}

export type DetailKey = "requirement" | "age" | "sticky" | "owner" | "estimate";

/** What is worth a line of its own below the sentence: `ledgerDetail.<key>`, filled with the words. */
export function detailsOf(event: ledger.LedgerEvent, w: Wording): { key: DetailKey; words: Words }[] {
  if (event.type === "queue.entered") return entryDetails(event, w);
  if (event.type !== "queue.announced") return [];
  const { estimatedWaitMs } = event;
  if (estimatedWaitMs === null || estimatedWaitMs === undefined) return [];
  return [{ key: "estimate", words: { minutes: Math.max(1, Math.ceil(estimatedWaitMs / 60_000)) } }];
}

function entryDetails(
  { requirement, ageMs = 0, sticky }: Extract<ledger.LedgerEvent, { type: "queue.entered" }>,
  w: Wording,
): { key: DetailKey; words: Words }[] {
  const details: { key: DetailKey; words: Words }[] = [];
  if (requirement) details.push({ key: "requirement", words: { requirement } });
  if (ageMs > 0) details.push({ key: "age", words: { age: w.duration(ageMs) } });
  if (sticky)
    details.push({
      key: sticky.because === "owner" ? "owner" : "sticky",
      words: { agent: w.person(sticky.agentId) },
    });
  return details;
}

function talkWords(event: ledger.LedgerEvent, w: Wording): Words | null {
  switch (event.type) {
    case "talk.started":
    case "hold.started":
    case "wrap-up.started":
      return { agent: w.person(event.agentId) };
    case "hold.ended":
      return { agent: w.person(event.agentId), hold: w.duration(event.holdMs) };
    case "talk.ended":
      return {
        by: w.word("party", event.by),
        talk: w.duration(event.talkMs),
        agent: w.person(event.agentId),
      };
    case "agent.lost":
      return { agent: w.person(event.agentId), cause: w.word("cause", event.cause) };
    case "wrap-up.saved":
      return { agent: w.person(event.agentId), disposition: w.disposition(event.dispositionId) };
    case "wrap-up.ended":
      return { agent: w.person(event.agentId), wrapUp: w.duration(event.wrapUpMs) };
    case "transfer.started":
      return { to: event.to };
    case "transfer.ended":
      return { to: event.to, cause: w.word("cause", event.cause) };
    default:
      return null;
  }
}

function recordingWords(event: ledger.LedgerEvent, w: Wording): Words | null {
  switch (event.type) {
    case "recording.started":
      return { kind: w.word("recording", event.kind) };
    case "recording.stopped":
      return { kind: w.word("recording", event.kind), duration: w.duration(event.durationMs) };
    case "recording.mismatch":
      return { duration: w.duration(event.durationMs), expected: w.duration(event.expectedMs) };
    case "recording.failed":
      return { sentence: event.sentence };
    case "voicemail.left":
      return { queue: w.queue(event.queueId), duration: w.duration(event.durationMs) };
    default:
      return null;
  }
}

function callbackWords(event: ledger.LedgerEvent, w: Wording): Words | null {
  switch (event.type) {
    case "callback.asked":
      return { number: event.number };
    case "callback.not-asked":
    case "callback.postponed":
      return { cause: w.word("cause", event.cause) };
    case "callback.calling":
      return { number: event.number, try: event.try };
    case "callback.called":
      return { number: event.number, cause: w.word("cause", event.cause), ring: w.duration(event.ringMs) };
    default:
      return null;
  }
}

export type Tone = "plain" | "good" | "warn" | "bad" | "quiet";

/** How an event is drawn: what went wrong stands out, small steps step back. */
export function toneOf(event: ledger.LedgerEvent): Tone {
  switch (event.type) {
    case "fault":
    case "recording.failed":
    case "agent.lost":
      return "bad";
    case "recording.mismatch":
    case "emergency.met":
    case "queue.overflowed":
    case "flow.invalid":
    case "flow.timeout":
      return "warn";
    case "offer.ended":
      return event.cause === "accepted" ? "quiet" : "warn";
    case "callback.called":
      return event.cause === "answered" ? "good" : "warn";
    case "queue.left":
      return event.cause === "abandoned" ? "bad" : "quiet";
    case "talk.started":
      return "good";
    case "queue.announced":
    case "offer.ringing":
    case "flow.language":
    case "recording.started":
    case "recording.stopped":
    case "wrap-up.started":
    case "wrap-up.ended":
      return "quiet";
    default:
      return "plain";
  }
}
