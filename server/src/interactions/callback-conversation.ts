/** A call back from its place in the queue to the end: what a Conversation is for those who call in. */
import type { CallCard } from "../contract/agent-desk.ts";
import type { Outcome } from "../contract/ledger.ts";
import { Language } from "../contract/people.ts";
import type { CallerLeg } from "../telephony/telephony.ts";
import { ranking, type Conversation } from "./conversation.ts";
import { inTime } from "./in-time.ts";
import type { InteractionStarted } from "./ledger.ts";
import type { EarlierCalls, KeptCallback, World } from "./world.ts";

export interface CallbackConversation extends Conversation {
  /** The customer, once they have answered: `leg` throws before. */
  join(leg: CallerLeg): void;
  readonly hasCustomer: boolean;
}

/** Opens the call back's own interaction in the ledger, under the id that is given. */
export function openCallbackConversation(
  callback: KeptCallback,
  interactionId: string,
  first: "agent" | "customer",
  world: World,
): CallbackConversation {
  const { ledger, clock, log } = world;
  const { id, number: from, dialed: to, originalInteractionId } = callback;
  const startedAt = clock.now();
  const started: InteractionStarted = {
    type: "interaction.started",
    channel: "voice",
    direction: "outbound",
    from,
    to,
    source: "callback",
    trunkId: null,
    sipCallId: "",
    callback: { id, originalId: originalInteractionId },
  };
  const { number } = ledger.begin(started, interactionId);
  let language: Language = Language.catch("en").parse(callback.language);
  let readableNumber = 0;
  let earlier: EarlierCalls = [];
  let best: Outcome = "not-served";
  let ended = false;
  let customer: CallerLeg | null = null;
  let known: NonNullable<CallCard["customer"]> | null = null;

  number.then((value) => (readableNumber = value)).catch(() => undefined); // only rejects when the ledger closes
  ledger.append(interactionId, { type: "flow.language", language });
  const attributes = inTime(world.customers.attributesOf(from), {}, clock, (problem) => {
    log.warn({ problem }, "The customer's attributes are not known in this call back");
  });
  world.customers.find(from).then(
    (found) => (known = found && { id: found.id, name: found.name, attributes: found.attributes }),
    (error: unknown) => {
      log.warn({ error }, "Who is called back could not be looked up");
    },
  );
  world.earlierCalls(from, interactionId).then(
    (found) => (earlier = found),
    (error: unknown) => {
      log.warn({ error }, "The customer's earlier calls could not be read");
    },
  );

  return {
    interactionId,
    call: { from, to, source: "trunk" },
    get leg() {
      if (customer === null) throw new Error(`The customer of the call back ${id} is not on the line`);
      return customer;
    },
    get hasCustomer() {
      return customer !== null;
    },
    join: (leg) => {
      customer = leg;
    },
    append: (event) => {
      ledger.append(interactionId, event);
    },
    note(note) {
      if (note.type === "flow.language") language = Language.catch("en").parse(note.language);
      ledger.append(interactionId, note);
    },
    get language() {
      return language;
    },
    attributes: () => attributes,
    tell: () => undefined,
    card: (queueId, enqueuedAt): CallCard => ({
      interactionId,
      number: readableNumber,
      from,
      customer: known,
      to,
      source: "callback",
      callback: {
        callbackId: id,
        originalInteractionId,
        askedAt: callback.askedAt,
        tries: callback.tries,
        first,
      },
      queueId,
      language,
      enqueuedAt,
      pressed: callback.pressed,
      earlier,
    }),
    reached(outcome) {
      if (ranking.indexOf(outcome) > ranking.indexOf(best)) best = outcome;
    },
    end(by, cause) {
      if (ended) return;
      ended = true;
      const durationMs = clock.now() - startedAt;
      ledger.append(interactionId, { type: "interaction.ended", by, cause, outcome: best, durationMs });
    },
  };
}
