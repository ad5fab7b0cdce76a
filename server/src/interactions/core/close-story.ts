import type { LedgerEvent, Outcome } from "../../contract/ledger.ts";
import { isSettled, type Handling, type Story } from "./story.ts";

/**
 * The entries that close a story whose process died at about `at`: the offer that rang, the place in the queue,
 * the talk, the recording, the interaction, the wrap-up, in this order and only what is open.
 */
export function closeStory(story: Story, at: number, cause: string): LedgerEvent[] {
  if (isSettled(story)) return [];
  return [
    ...closeOffers(story, at),
    ...closeWaiting(story, at),
    ...closeTalk(story, at, cause),
    ...closeInteraction(story, at, cause),
    ...closeWrapUps(story, at),
  ];
}

function closeOffers(story: Story, at: number): LedgerEvent[] {
  return story.offers
    .filter((offer) => offer.endedAt === null)
    .map(({ offerId, agentId, queueId, madeAt }) => ({
      type: "offer.ended",
      offerId,
      agentId,
      queueId,
      cause: "moved",
      ringMs: Math.max(0, at - madeAt),
    }));
}

function closeWaiting({ waitingIn }: Story, at: number): LedgerEvent[] {
  if (waitingIn === null) return [];
  const waitMs = Math.max(0, at - waitingIn.enqueuedAt);
  return [{ type: "queue.left", queueId: waitingIn.queueId, cause: "system", waitMs }];
}

function openTalk(story: Story): Handling | undefined {
  const last = story.handlings.at(-1);
  return last?.endedAt === null ? last : undefined;
}

function closeTalk(story: Story, at: number, cause: string): LedgerEvent[] {
  const talk = openTalk(story);
  if (talk === undefined) return [];
  const holdMs = talk.holdMs + (talk.heldSince === null ? 0 : Math.max(0, at - talk.heldSince));
  const talkMs = Math.max(0, at - talk.startedAt - holdMs);
  return [{ type: "talk.ended", agentId: talk.agentId, by: "system", cause, talkMs, holdMs }];
}

function closeInteraction(story: Story, at: number, cause: string): LedgerEvent[] {
  const { interaction } = story;
  if (interaction.endedAt !== null) return [];
  const outcome: Outcome = interaction.answeredAt === null ? "failed" : "answered";
  const durationMs = Math.max(0, at - interaction.startedAt);
  return [{ type: "interaction.ended", by: "system", cause, outcome, durationMs }];
}

function closeWrapUps(story: Story, at: number): LedgerEvent[] {
  return story.handlings
    .filter((each) => each.wrapUpStartedAt !== null && each.wrapUpEndedAt === null)
    .map((each) => ({
      type: "wrap-up.ended",
      agentId: each.agentId,
      wrapUpMs: Math.max(0, at - (each.wrapUpStartedAt ?? at)),
      cause: "system",
    }));
}
