/**
 * One caller from the INVITE to the end: what is known of them, and the only place that writes their ledger.
 * The ledger's last line is written exactly once.
 */
import type { CallCard } from "../contract/agent-desk.ts";
import type { LedgerEvent, Outcome, Party } from "../contract/ledger.ts";
import { Language } from "../contract/people.ts";
import type { FlowNote } from "../ivr/ivr.ts";
import type { CallerLeg, InboundCall } from "../telephony/telephony.ts";
import { inTime } from "./in-time.ts";
import type { InteractionStarted } from "./ledger.ts";
import type { EarlierCalls, World } from "./world.ts";

export interface Conversation {
  readonly interactionId: string;
  readonly call: Pick<InboundCall, "from" | "to" | "source">;
  readonly leg: CallerLeg;
  append(event: LedgerEvent): void;
  /** What the flow tells: written to the ledger, and what the agent should know is kept. */
  note(note: FlowNote): void;
  readonly language: Language;
  /** What is known of the caller as a customer; empty when it can't be known soon. Never rejects. */
  attributes(): Promise<Readonly<Record<string, string>>>;
  /** Callers from the web see where they are. */
  tell(state: "flow" | "waiting" | "talking"): void;
  /** What the agent sees of the caller, as of now. */
  card(queueId: string, enqueuedAt: number): CallCard;
  /** The best that has happened so far: a talk beats a message beats a wait. Decides the outcome at the end. */
  reached(outcome: Outcome): void;
  /** Writes the last line; later calls do nothing. */
  end(by: Party, cause: string): void;
}

/** Later ones win: who talked with an agent was answered, whatever came before. */
export const ranking: readonly Outcome[] = [
  "left-in-flow",
  "completed-in-flow",
  "failed",
  "not-served",
  "abandoned",
  "callback",
  "not-reached",
  "transferred-out",
  "voicemail",
  "answered",
];

/** Opens the interaction in the ledger. */
export function openConversation(call: InboundCall, leg: CallerLeg, world: World): Conversation {
  const { ledger, clock, log } = world;
  const started: InteractionStarted = {
    type: "interaction.started",
    channel: "voice",
    direction: "inbound",
    from: call.from,
    to: call.to,
    source: call.source,
    trunkId: call.trunkId,
    sipCallId: call.sipCallId,
  };
  const { interactionId, number } = ledger.begin(started, call.id);
  const pressed: CallCard["pressed"] = [];
  let language: Language = "en";
  let readableNumber = 0;
  let earlier: EarlierCalls = [];
  let customer: NonNullable<CallCard["customer"]> | null = null;
  let best: Outcome = "left-in-flow";
  let ended = false;

  number.then((value) => (readableNumber = value)).catch(() => undefined); // only rejects when the ledger closes
  const attributes = inTime(world.customers.attributesOf(call.from), {}, clock, (problem) => {
    log.warn({ problem }, "The caller's attributes are not known in this call");
  });
  world.customers.find(call.from).then(
    (found) => (customer = found && { id: found.id, name: found.name, attributes: found.attributes }),
    (error: unknown) => {
      log.warn({ error }, "Who calls could not be looked up");
    },
  );
  world.earlierCalls(call.from, interactionId).then(
    (found) => (earlier = found),
    (error: unknown) => {
      log.warn({ error }, "The caller's earlier calls could not be read");
    },
  );

  return {
    interactionId,
    call,
    leg,
    append: (event) => {
      ledger.append(interactionId, event);
    },
    note(note) {
      if (note.type === "flow.language") language = Language.catch("en").parse(note.language);
      if (note.type === "flow.pressed")
        pressed.push({ node: note.node, digits: note.digits, at: clock.now() });
      ledger.append(interactionId, note);
    },
    get language() {
      return language;
    },
    attributes: () => attributes,
    tell(state) {
      if (call.source === "web") leg.tell(state);
    },
    card: (queueId, enqueuedAt) => ({
      interactionId,
      number: readableNumber,
      from: call.from,
      customer,
      to: call.to,
      source: call.source,
      queueId,
      language,
      enqueuedAt,
      pressed: [...pressed],
      earlier,
    }),
    reached(outcome) {
      if (ranking.indexOf(outcome) > ranking.indexOf(best)) best = outcome;
    },
    end(by, cause) {
      if (ended) return;
      ended = true;
      const durationMs = clock.now() - call.receivedAt;
      ledger.append(interactionId, { type: "interaction.ended", by, cause, outcome: best, durationMs });
    },
  };
}
