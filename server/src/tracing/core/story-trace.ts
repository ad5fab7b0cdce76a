import type { LedgerEntry, LedgerEvent, LedgerEventType } from "../../contract/ledger.ts";
import { attributesOf, spanIdOf, type StorySpan, traceIdOf } from "./span.ts";
import { toldFields } from "./told.ts";

/** What begins a span: its name, whose end it waits for, and which open span it lies in (the first that is open). */
interface Beginning {
  name: string;
  part: string;
  within: string[];
  kind?: StorySpan["kind"];
}

const offer = (offerId: string) => `offer ${offerId}`;
const recording = (recordingId: string) => `recording ${recordingId}`;

/** Parts that may end after the interaction. */
const outlives = /^(recording|wrap-up)/;
/** A line like these says that the span has failed. */
const failures: ReadonlySet<string> = new Set(["failed", "fault"]);

/**
 * The story of one interaction as spans, from the ledger's lines as they come:
 *
 *   interaction ─┬─ flow ─┬─ ivr node*
 *                │        └─ queue ── offer*
 *                ├─ talk ── hold*      ├─ recording      └─ wrap-up
 *                └─ transfer, customer call (of a call back)
 *
 * Each span is given out when it ends. A line about something whose beginning was never seen (an earlier life of the
 * program) makes no span, except for the interaction itself.
 */
export class StoryTrace {
  readonly #interactionId: string;
  readonly #open = new Map<string, StorySpan>();
  /** Flows can lead into one another, by the overflow of queues. */
  #flows = 0;
  /** When the flow last went on. */
  #stepAt = 0;

  constructor(interactionId: string) {
    this.#interactionId = interactionId;
  }

  /** Nothing more is waited for; a later line may open it again. */
  get isOver(): boolean {
    return this.#open.size === 0;
  }

  /** The spans that end with this line. */
  take(entry: LedgerEntry): StorySpan[] {
    const { at, event } = entry;
    const beginning = this.#beginningOf(event);
    const ended: StorySpan[] = [];
    if (beginning !== null) {
      const former = this.#end(beginning.part, entry); // begins again although it has not ended
      if (former !== null) ended.push(former);
      this.#begin(beginning, entry);
    }
    if (event.type === "flow.entered") this.#stepAt = at;
    ended.push(...this.#endsOf(entry));
    if (beginning === null && ended.length === 0) this.#note(entry);
    return ended;
  }

  #beginningOf(event: LedgerEvent): Beginning | null {
    const flow = `flow ${this.#flows}`;
    switch (event.type) {
      case "interaction.started": {
        const kind = event.direction === "inbound" ? "server" : "client";
        return { name: "interaction", part: "interaction", within: [], kind };
      }
      case "flow.entered":
        this.#flows += 1;
        return { name: "flow", part: `flow ${this.#flows}`, within: [flow, "interaction"] };
      case "queue.entered":
      case "queue.returned":
        return { name: "queue", part: "queue", within: [flow, "interaction"] };
      case "offer.made":
        return { name: "offer", part: offer(event.offerId), within: ["queue", "interaction"] };
      case "talk.started":
        return { name: "talk", part: "talk", within: ["interaction"] };
      case "hold.started":
        return { name: "hold", part: "hold", within: ["talk", "interaction"] };
      case "recording.started":
        return { name: "recording", part: recording(event.recordingId), within: ["interaction"] };
      case "wrap-up.started":
        return { name: "wrap-up", part: `wrap-up ${event.agentId}`, within: ["interaction"] };
      case "transfer.started":
        return { name: "transfer", part: "transfer", within: [flow, "interaction"], kind: "client" };
      case "callback.calling":
        return { name: "customer call", part: "calling", within: ["queue", "interaction"], kind: "client" };
      default:
        return null;
    }
  }

  #endsOf(entry: LedgerEntry): StorySpan[] {
    const { at, event } = entry;
    switch (event.type) {
      case "interaction.ended":
        return this.#endInteraction(entry, event.durationMs);
      case "flow.pressed":
      case "flow.invalid":
      case "flow.timeout":
        return [this.#node(entry)];
      case "flow.left": {
        const ended = this.#end(`flow ${this.#flows}`, entry);
        this.#flows = Math.max(0, this.#flows - 1);
        this.#stepAt = at;
        return ended === null ? [] : [ended];
      }
      case "recording.failed":
        return [this.#end(recording(event.recordingId), entry) ?? this.#failure("recording", entry)];
      case "recording.mismatch":
        return [this.#failure("recording mismatch", entry)];
      default: {
        const ended = this.#end(this.#partEndedBy(event), entry);
        return ended === null ? [] : [ended];
      }
    }
  }

  #partEndedBy(event: LedgerEvent): string {
    if (event.type === "offer.ended") return offer(event.offerId);
    if (event.type === "recording.stopped") return recording(event.recordingId);
    if (event.type === "wrap-up.ended") return `wrap-up ${event.agentId}`;
    return endedBy[event.type] ?? "";
  }

  #begin(beginning: Beginning, entry: LedgerEntry): void {
    this.#open.set(beginning.part, this.#make(beginning, entry));
  }

  #make({ name, part, within, kind = "internal" }: Beginning, { at, seq, event }: LedgerEntry): StorySpan {
    const isRoot = part === "interaction";
    const attributes = attributesOf(toldFields(event));
    if (isRoot) attributes["ringdown.call_id"] = this.#interactionId;
    return {
      traceId: traceIdOf(this.#interactionId),
      spanId: spanIdOf(this.#interactionId, isRoot ? part : `${part} ${seq}`),
      parentId: isRoot ? null : this.#parentIn(within),
      ...{ name, kind, attributes, events: [], isFailed: false },
      ...{ startAt: at, endAt: at },
    };
  }

  #parentIn(within: string[]): string {
    const found = within.map((part) => this.#open.get(part)).find((span) => span !== undefined);
    return found?.spanId ?? spanIdOf(this.#interactionId, "interaction");
  }

  #end(part: string, { at, event }: LedgerEntry): StorySpan | null {
    const span = this.#open.get(part);
    if (span === undefined) return null;
    this.#open.delete(part);
    const fields = toldFields(event);
    span.endAt = Math.max(at, span.startAt);
    Object.assign(span.attributes, attributesOf(fields));
    span.isFailed =
      failures.has(String(fields["outcome"] ?? fields["cause"])) || event.type === "recording.failed";
    return span;
  }

  /** Whatever is open ends with it, except for what outlives it. */
  #endInteraction(entry: LedgerEntry, durationMs: number): StorySpan[] {
    const ended: StorySpan[] = [];
    for (const [part, span] of this.#open) {
      if (part === "interaction" || outlives.test(part)) continue;
      this.#open.delete(part);
      ended.push({ ...span, endAt: Math.max(entry.at, span.startAt) });
    }
    if (!this.#open.has("interaction")) {
      const startedAt = entry.at - durationMs;
      this.#begin({ name: "interaction", part: "interaction", within: [] }, { ...entry, at: startedAt });
    }
    const root = this.#end("interaction", entry);
    return root === null ? ended : [...ended, root];
  }

  /** From the flow's last step to the caller's key, or to its absence. */
  #node(entry: LedgerEntry): StorySpan {
    const within = [`flow ${this.#flows}`, "interaction"];
    const span = this.#make({ name: "ivr node", part: "ivr node", within }, entry);
    span.attributes["ringdown.ended_by"] = entry.event.type.slice("flow.".length);
    if (this.#stepAt > 0) span.startAt = Math.min(this.#stepAt, span.endAt);
    this.#stepAt = entry.at;
    return span;
  }

  /** Something that went wrong at once. */
  #failure(name: string, entry: LedgerEntry): StorySpan {
    return { ...this.#make({ name, part: name, within: ["interaction"] }, entry), isFailed: true };
  }

  /** What has no length is told on the offer that it is about, or on the interaction. */
  #note({ at, event }: LedgerEntry): void {
    const part = event.type === "offer.ringing" ? offer(event.offerId) : "interaction";
    const span = this.#open.get(part);
    span?.events.push({ name: event.type, at, attributes: attributesOf(toldFields(event)) });
  }
}

const endedBy: Partial<Record<LedgerEventType, string>> = {
  "queue.left": "queue",
  "talk.ended": "talk",
  "hold.ended": "hold",
  "transfer.ended": "transfer",
  "callback.called": "calling",
};
