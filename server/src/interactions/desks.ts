/**
 * What each agent's own screen shows: offer, call and wrap-up, put together with the agent's standing and the
 * day's figures, and published whole at each change. Also the place where a screen's button finds its call.
 */
import type { Agents } from "../agents/agents.ts";
import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import type { CallCard, Desk } from "../contract/agent-desk.ts";

/** What a call lets its agent do; the story of the call provides it. */
export interface CallControl {
  setHold(held: boolean): Promise<void>;
  hangUp(): Promise<void>;
}
interface LiveOffer {
  offerId: string;
  card: CallCard;
  offeredAt: number;
  expiresAt: number;
  /** Since when a call back's customer is being called. */
  callingSince?: number | null;
  decline(): Promise<void>;
}
interface LiveCall {
  card: CallCard;
  answeredAt: number;
  heldSince: number | null;
  recording: boolean;
  control: CallControl;
}
interface WrapUp {
  card: CallCard;
  startedAt: number;
  endsAt: number | null;
}
interface Notes {
  dispositionId: string | null;
  note: string;
}
interface DeskState {
  offer: LiveOffer | null;
  call: LiveCall | null;
  /** The card of the last offer or call: what wrap-up is about. */
  lastCard: CallCard | null;
  wrapUp: WrapUp | null;
  /** Disposition and note of the call or wrap-up at hand. */
  notes: Notes;
}

/** What desks are put together from; told by app.ts. */
export interface DeskSources {
  clock: Clock;
  agents: Agents;
  queueIdsOf(personId: string): string[];
  phoneOf(personId: string): Desk["phone"];
  today(personId: string): Desk["today"];
  publish(desk: Desk): void;
}

export interface Desks {
  offered(personId: string, offer: LiveOffer): void;
  /** Does nothing once the offer has ended. */
  offerChanged(
    personId: string,
    offerId: string,
    change: { callingSince: number | null; expiresAt: number },
  ): void;
  offerEnded(personId: string, offerId: string): void;
  callStarted(personId: string, call: Omit<LiveCall, "heldSince">): void;
  /** Does nothing once the agent is in another call, or in none. */
  callChanged(personId: string, interactionId: string, change: { held?: boolean; recording?: boolean }): void;
  callEnded(personId: string, interactionId: string): void;
  wrapUpStarted(personId: string, interactionId: string, endsAt: number | null): void;
  wrapUpEnded(personId: string): { interactionId: string; startedAt: number; queueId: string } | null;
  saveNotes(personId: string, interactionId: string, notes: Notes): void;
  /** The agent's call with this interaction; Failure "not-found". */
  control(personId: string, interactionId: string): CallControl;
  /** Declines the offer that rings; Failure "gone" when it does not ring any more. */
  decline(personId: string, offerId: string): Promise<void>;
  /** The interaction in wrap-up; Failure "conflict" when there is none or it is another one. */
  inWrapUp(personId: string, interactionId: string): WrapUp;
  /** Whether the agent has this interaction in a call or in wrap-up. */
  holds(personId: string, interactionId: string): boolean;
  desk(personId: string): Desk;
  /** Something outside changed (standing, figures, queues): publish anew. */
  refresh(personId: string): void;
  forget(personId: string): void;
}

const noNotes: Notes = { dispositionId: null, note: "" };

export function openDesks(sources: DeskSources): Desks {
  const desks = new Map<string, DeskState>();

  function stateOf(personId: string): DeskState {
    let state = desks.get(personId);
    if (state === undefined) {
      state = { offer: null, call: null, lastCard: null, wrapUp: null, notes: noNotes };
      desks.set(personId, state);
    }
    return state;
  }
  function change(personId: string, changes: Partial<DeskState>): void {
    Object.assign(stateOf(personId), changes);
    sources.publish(assemble(personId, stateOf(personId), sources));
  }
  function inWrapUp(personId: string, interactionId: string): WrapUp {
    const { wrapUp } = stateOf(personId);
    if (wrapUp?.card.interactionId === interactionId) return wrapUp;
    throw new Failure("conflict", "This call is not in wrap-up any more");
  }

  return {
    // The card stays for the wrap-up, also when the caller leaves before the bridge and no call ever shows.
    offered: (personId, offer) => {
      change(personId, { offer, lastCard: offer.card, notes: noNotes });
    },
    offerChanged(personId, offerId, changes) {
      const { offer } = stateOf(personId);
      if (offer?.offerId === offerId) change(personId, { offer: { ...offer, ...changes } });
    },
    offerEnded(personId, offerId) {
      if (stateOf(personId).offer?.offerId === offerId) change(personId, { offer: null });
    },
    callStarted(personId, call) {
      const card = withWhy(call.card, stateOf(personId).lastCard);
      change(personId, {
        offer: null,
        call: { ...call, card, heldSince: null },
        lastCard: card,
        wrapUp: null,
        notes: noNotes,
      });
    },
    callChanged(personId, interactionId, { held, recording }) {
      const { call } = stateOf(personId);
      if (call?.card.interactionId !== interactionId) return;
      if (held !== undefined) call.heldSince = held ? sources.clock.now() : null;
      if (recording !== undefined) call.recording = recording;
      change(personId, { call });
    },
    callEnded(personId, interactionId) {
      if (stateOf(personId).call?.card.interactionId === interactionId) change(personId, { call: null });
    },
    wrapUpStarted(personId, interactionId, endsAt) {
      const { lastCard, wrapUp } = stateOf(personId);
      if (lastCard?.interactionId !== interactionId) return;
      const startedAt = wrapUp?.startedAt ?? sources.clock.now();
      change(personId, { call: null, wrapUp: { card: lastCard, startedAt, endsAt } });
    },
    wrapUpEnded(personId) {
      const { wrapUp } = stateOf(personId);
      if (wrapUp === null) return null;
      change(personId, { wrapUp: null });
      const { interactionId, queueId } = wrapUp.card;
      return { interactionId, queueId, startedAt: wrapUp.startedAt };
    },
    saveNotes(personId, interactionId, notes) {
      if (stateOf(personId).lastCard?.interactionId === interactionId) change(personId, { notes });
    },
    control(personId, interactionId) {
      const { call } = stateOf(personId);
      if (call?.card.interactionId === interactionId) return call.control;
      throw new Failure("not-found", "You are not in this call");
    },
    async decline(personId, offerId) {
      const { offer } = stateOf(personId);
      if (offer?.offerId !== offerId) throw new Failure("gone", "This offer has ended");
      await offer.decline();
    },
    inWrapUp,
    holds(personId, interactionId) {
      const { call, wrapUp } = stateOf(personId);
      return call?.card.interactionId === interactionId || wrapUp?.card.interactionId === interactionId;
    },
    desk: (personId) => assemble(personId, stateOf(personId), sources),
    refresh: (personId) => {
      change(personId, {});
    },
    forget: (personId) => {
      desks.delete(personId);
    },
  };
}

/** Why the agent was chosen is told with the offer; it stays on the card for the call. */
function withWhy(card: CallCard, offered: CallCard | null): CallCard {
  return offered?.interactionId === card.interactionId ? { ...card, why: card.why ?? offered.why } : card;
}

function assemble(personId: string, state: DeskState, sources: DeskSources): Desk {
  const standing = sources.agents.standing(personId);
  const { offer, call, wrapUp, notes } = state;
  return {
    personId,
    status: standing?.status ?? "not-ready",
    notReadyReason: standing?.reason ?? null,
    state: standing?.state ?? "offline",
    stateSince: standing?.stateSince ?? sources.clock.now(),
    phone: sources.phoneOf(personId),
    queueIds: sources.queueIdsOf(personId),
    offer: offer && {
      offerId: offer.offerId,
      card: offer.card,
      offeredAt: offer.offeredAt,
      expiresAt: offer.expiresAt,
      callingSince: offer.callingSince,
    },
    call: call && {
      card: call.card,
      answeredAt: call.answeredAt,
      held: call.heldSince !== null,
      heldSince: call.heldSince,
      recording: call.recording,
    },
    wrapUp: wrapUp && { ...wrapUp, ...notes },
    today: sources.today(personId),
  };
}
