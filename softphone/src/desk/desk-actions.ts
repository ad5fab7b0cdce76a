import { agentDesk } from "@ringdown/contract";
import { useMemo } from "react";
import { call } from "../api/client.ts";
import { useLive, useRealtime } from "../live/live.tsx";
import { askForNotifications } from "../phone/attention.ts";
import { useLegState, usePhone, usePhoneParts } from "../phone/phone.tsx";
import { useShowRefusal } from "../shared/refusals.tsx";
import { activityOf, type Activity } from "./core/activity.ts";

/** What is going on at the desk, from the server's word and this tab's phone. Null before the first word. */
export function useActivity(): Activity | null {
  const desk = useLive((state) => state.desk);
  const { leg } = usePhone();
  const state = useLegState(leg);
  return useMemo(() => {
    if (desk === null) return null;
    return activityOf(desk, leg === null || state === null ? null : { phase: state.phase, from: leg.from });
  }, [desk, leg, state]);
}

export interface DeskActions {
  becomeReady(): void;
  becomeNotReady(reasonId: string): void;
  answer(): void;
  decline(): void;
  hangUp(): void;
  toggleMute(): void;
  toggleHold(): void;
  sendDigit(digit: string): void;
}

/** Everything an agent does with one key or one button; a refusal is shown. Nothing happens out of place. */
export function useDeskActions(): DeskActions {
  const realtime = useRealtime();
  const { softphone, ringer } = usePhoneParts();
  const show = useShowRefusal();
  return useMemo(() => {
    const run = (action: Promise<unknown>) => void action.catch(show);
    const desk = () => realtime.state.value.desk;
    const leg = () => softphone.state.value.leg;
    const setStatus = (status: agentDesk.AgentStatus, reasonId: string | null) => {
      ringer.unlock();
      run(call(agentDesk.setStatus, { body: { status, reasonId } }));
    };
    return {
      becomeReady: () => {
        void askForNotifications();
        setStatus("ready", null);
      },
      becomeNotReady: (reasonId) => setStatus("not-ready", reasonId),
      answer: () => run(softphone.answer(desk()?.offer?.offerId ?? null)),
      decline: () => {
        const offerId = desk()?.offer?.offerId;
        const ringing = leg();
        if (ringing !== null) run(ringing.decline());
        else if (offerId !== undefined) run(call(agentDesk.declineOffer, { params: { offerId } }));
      },
      hangUp: () => {
        const interactionId = desk()?.call?.card.interactionId;
        const talking = leg();
        if (talking !== null) run(talking.hangUp());
        else if (interactionId !== undefined) run(call(agentDesk.hangUpCall, { params: { interactionId } }));
      },
      toggleMute: () => {
        const talking = leg();
        talking?.setMuted(!talking.state.value.isMuted);
      },
      toggleHold: () => {
        const current = desk()?.call;
        if (current === undefined || current === null) return;
        const { interactionId } = current.card;
        run(call(agentDesk.setHold, { params: { interactionId }, body: { held: !current.held } }));
      },
      sendDigit: (digit) => void leg()?.media.sendDigit(digit),
    };
  }, [realtime, softphone, ringer, show]);
}
