/** What the ledger's entries of one interaction come to: the only projection, for rows, screens and reports. */
import type { Interaction } from "../../contract/interactions.ts";
import type { LedgerEntry, LedgerEvent } from "../../contract/ledger.ts";

/** One entry into a queue. A caller who comes back because the agent's phone was lost is in the same visit. */
export interface QueueVisit {
  queueId: string;
  enteredAt: number;
  leftAt: number | null;
  /** The first way out counts: answered stays answered when the caller has to come back. */
  cause: string | null;
  waitMs: number | null;
  agentId: string | null;
  /** Of a call back: the caller was counted as offered when they called. */
  callback: boolean;
}

/** One agent's part: from the bridge to the end of wrap-up. */
export interface Handling {
  agentId: string;
  queueId: string | null;
  queueEnteredAt: number | null;
  startedAt: number;
  endedAt: number | null;
  talkMs: number;
  holdMs: number;
  heldSince: number | null;
  wrapUpStartedAt: number | null;
  wrapUpEndedAt: number | null;
  wrapUpMs: number;
}

export interface OfferRecord {
  offerId: string;
  agentId: string;
  queueId: string;
  madeAt: number;
  endedAt: number | null;
  cause: string | null;
  ringMs: number | null;
  timeToOfferMs: number | null;
}

export interface Story {
  interaction: Interaction;
  visits: QueueVisit[];
  handlings: Handling[];
  offers: OfferRecord[];
  /** Where the caller waits now. */
  waitingIn: { queueId: string; enqueuedAt: number } | null;
  lastSeq: number;
  lastAt: number;
}

type EventOf<T extends LedgerEvent["type"]> = Extract<LedgerEvent, { type: T }>;

/** The first entry opens the story. `number` is 0 while the readable number is not known yet. */
export function beginStory(entry: LedgerEntry, number: number): Story {
  const { event, at } = entry;
  if (event.type !== "interaction.started") throw new Error(`A story cannot begin with ${event.type}`);
  return {
    interaction: {
      id: entry.interactionId,
      number,
      channel: event.channel,
      direction: event.direction,
      source: event.source,
      from: event.from,
      to: event.to,
      language: null,
      queueId: null,
      agentId: null,
      startedAt: at,
      enqueuedAt: null,
      answeredAt: null,
      endedAt: null,
      waitMs: null,
      talkMs: null,
      holdMs: null,
      outcome: null,
      endedBy: null,
      endCause: null,
      dispositionId: null,
      note: "",
      callback: event.callback ?? null,
      askedCallbackId: null,
      recordings: [],
    },
    visits: [],
    handlings: [],
    offers: [],
    waitingIn: null,
    lastSeq: entry.seq,
    lastAt: at,
  };
}

/** Ended, with no offer, wait, talk or wrap-up left open: nothing more is expected, though a note may still change. */
export function isSettled(story: Story): boolean {
  const isOver = (each: Handling) => each.endedAt !== null && !isWrappingUp(each);
  return (
    story.interaction.endedAt !== null &&
    story.waitingIn === null &&
    story.offers.every((offer) => offer.endedAt !== null) &&
    story.handlings.every(isOver)
  );
}

/** The story with one more entry; the given one is not changed. An entry that it has already changes nothing. */
export function continueStory(story: Story, entry: LedgerEntry): Story {
  if (entry.seq <= story.lastSeq) return story;
  const next: Story = { ...story, lastSeq: entry.seq, lastAt: Math.max(story.lastAt, entry.at) };
  return tell(next, entry.event, entry.at);
}

function tell(story: Story, event: LedgerEvent, at: number): Story {
  switch (event.type) {
    case "flow.language":
      return withInteraction(story, { language: event.language });
    case "callback.asked":
      return withInteraction(story, { askedCallbackId: event.callbackId });
    case "queue.entered":
      return enterQueue(story, event);
    case "queue.returned":
      return returnToQueue(story, event, at);
    case "queue.left":
      return leaveQueue(story, event.cause, event.waitMs, at);
    case "offer.made":
      return makeOffer(story, event, at);
    case "offer.ended":
      return endOffer(story, event, at);
    case "talk.started":
      return startTalk(story, event, at);
    case "hold.started":
      return withOpenTalk(story, (talk) => ({ ...talk, heldSince: talk.heldSince ?? at }));
    case "hold.ended":
      return withOpenTalk(story, (talk) => ({
        ...talk,
        heldSince: null,
        holdMs: talk.holdMs + (talk.heldSince === null ? 0 : event.holdMs),
      }));
    case "talk.ended":
      return sumTalk(
        withOpenTalk(story, (talk) => ({
          ...talk,
          heldSince: null,
          endedAt: at,
          talkMs: event.talkMs,
          holdMs: event.holdMs,
        })),
      );
    case "wrap-up.started":
      return withLastHandling(story, event.agentId, (mine) => ({ ...mine, wrapUpStartedAt: at }));
    case "wrap-up.saved":
      return withInteraction(story, { dispositionId: event.dispositionId, note: event.note });
    case "wrap-up.ended":
      return endWrapUp(story, event, at);
    case "interaction.ended":
      return end(story, event, at);
    default:
      return event.type.startsWith("recording.") ? record(story, event, at) : story;
  }
}

function withInteraction(story: Story, change: Partial<Interaction>): Story {
  return { ...story, interaction: { ...story.interaction, ...change } };
}

function enterQueue(story: Story, event: EventOf<"queue.entered">): Story {
  const { queueId, enqueuedAt } = event;
  const visit: QueueVisit = {
    queueId,
    enteredAt: enqueuedAt,
    leftAt: null,
    cause: null,
    waitMs: null,
    agentId: null,
    callback: event.callback ?? false,
  };
  const next = { ...story, visits: [...story.visits, visit], waitingIn: { queueId, enqueuedAt } };
  return withInteraction(next, { queueId, enqueuedAt, waitMs: null });
}

function returnToQueue(story: Story, event: EventOf<"queue.returned">, at: number): Story {
  const { queueId, enqueuedAt } = event;
  return { ...closeTalk(story, at), waitingIn: { queueId, enqueuedAt } };
}

function leaveQueue(story: Story, cause: string, waitMs: number, at: number): Story {
  const last = story.visits.at(-1);
  const gone = { ...story, waitingIn: null };
  if (last === undefined || last.leftAt !== null) return gone;
  const visits = [...story.visits.slice(0, -1), { ...last, leftAt: at, cause, waitMs }];
  return withInteraction({ ...gone, visits }, { waitMs });
}

function makeOffer(story: Story, event: EventOf<"offer.made">, at: number): Story {
  const { offerId, agentId, queueId, timeToOfferMs } = event;
  const offer = {
    offerId,
    agentId,
    queueId,
    madeAt: at,
    endedAt: null,
    cause: null,
    ringMs: null,
    timeToOfferMs,
  };
  return { ...story, offers: [...story.offers, offer] };
}

function endOffer(story: Story, event: EventOf<"offer.ended">, at: number): Story {
  const offers = story.offers.map((offer) =>
    offer.offerId === event.offerId && offer.endedAt === null
      ? { ...offer, endedAt: at, cause: event.cause, ringMs: event.ringMs }
      : offer,
  );
  return { ...story, offers };
}

function startTalk(story: Story, event: EventOf<"talk.started">, at: number): Story {
  const closed = closeTalk(story, at);
  const visit = closed.visits.at(-1);
  const handling: Handling = {
    agentId: event.agentId,
    queueId: event.queueId,
    queueEnteredAt: visit?.enteredAt ?? null,
    startedAt: at,
    endedAt: null,
    talkMs: 0,
    holdMs: 0,
    heldSince: null,
    wrapUpStartedAt: null,
    wrapUpEndedAt: null,
    wrapUpMs: 0,
  };
  const visits =
    visit === undefined
      ? closed.visits
      : [...closed.visits.slice(0, -1), { ...visit, agentId: visit.agentId ?? event.agentId }];
  return withInteraction(
    { ...closed, visits, handlings: [...closed.handlings, handling] },
    {
      agentId: event.agentId,
      queueId: event.queueId,
      answeredAt: closed.interaction.answeredAt ?? at,
    },
  );
}

function withOpenTalk(story: Story, change: (talk: Handling) => Handling): Story {
  const last = story.handlings.at(-1);
  if (last === undefined || last.endedAt !== null) return story;
  return { ...story, handlings: [...story.handlings.slice(0, -1), change(last)] };
}

function withLastHandling(story: Story, agentId: string, change: (mine: Handling) => Handling): Story {
  const index = story.handlings.findLastIndex((each) => each.agentId === agentId);
  return { ...story, handlings: story.handlings.map((each, at) => (at === index ? change(each) : each)) };
}

/** Of several talks with the same agent, the one whose wrap-up is open. */
function endWrapUp(story: Story, event: EventOf<"wrap-up.ended">, at: number): Story {
  const mine = story.handlings.filter((each) => each.agentId === event.agentId);
  const ending = mine.findLast(isWrappingUp) ?? mine.at(-1);
  const handlings = story.handlings.map((each) =>
    each === ending
      ? { ...each, wrapUpStartedAt: each.wrapUpStartedAt ?? at, wrapUpEndedAt: at, wrapUpMs: event.wrapUpMs }
      : each,
  );
  return { ...story, handlings };
}

function isWrappingUp({ wrapUpStartedAt, wrapUpEndedAt }: Handling): boolean {
  return wrapUpStartedAt !== null && wrapUpEndedAt === null;
}

/** Ends a talk for which no `talk.ended` came. */
function closeTalk(story: Story, at: number): Story {
  return sumTalk(
    withOpenTalk(story, (talk) => {
      const holdMs = talk.holdMs + (talk.heldSince === null ? 0 : at - talk.heldSince);
      const talkMs = Math.max(0, at - talk.startedAt - holdMs);
      return { ...talk, heldSince: null, endedAt: at, holdMs, talkMs };
    }),
  );
}

function sumTalk(story: Story): Story {
  if (story.handlings.length === 0) return story;
  return withInteraction(story, {
    talkMs: sum(story.handlings, (each) => each.talkMs),
    holdMs: sum(story.handlings, (each) => each.holdMs),
  });
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

function record(story: Story, event: LedgerEvent, at: number): Story {
  if (!("recordingId" in event)) return story;
  const { recordings } = story.interaction;
  const known = recordings.find((each) => each.id === event.recordingId) ?? {
    id: event.recordingId,
    kind: "kind" in event ? event.kind : ("talk" as const),
    startedAt: at,
    durationMs: null,
    bytes: null,
    sha256: null,
    state: "recording" as const,
  };
  const changed = { ...known, ...recordingChange(event, known.state) };
  const others = recordings.filter((each) => each.id !== event.recordingId);
  return withInteraction(story, { recordings: [...others, changed] });
}

type Recording = Interaction["recordings"][number];

function recordingChange(event: LedgerEvent, state: Recording["state"]): Partial<Recording> {
  switch (event.type) {
    case "recording.stopped": {
      const { durationMs, bytes, sha256 } = event;
      return { durationMs, bytes, sha256, state: state === "mismatch" ? "mismatch" : "stored" };
    }
    case "recording.mismatch":
      return { durationMs: event.durationMs, state: "mismatch" };
    case "recording.failed":
      return { state: "failed" };
    default:
      return {};
  }
}

function end(story: Story, event: EventOf<"interaction.ended">, at: number): Story {
  const waiting = story.waitingIn;
  const out =
    waiting === null ? story : leaveQueue(story, "system", Math.max(0, at - waiting.enqueuedAt), at);
  return withInteraction(closeTalk(out, at), {
    endedAt: at,
    endedBy: event.by,
    endCause: event.cause,
    outcome: event.outcome,
  });
}
