import { Button, Progress } from "@mantine/core";
import type { agentDesk } from "@ringdown/contract";
import { IconPhoneIncoming, IconPhoneX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNow } from "../live/live.tsx";
import { useLegState, usePhone } from "../phone/phone.tsx";
import { useLabels } from "../shared/labels.ts";
import { KeyHint } from "../shared/shortcuts.tsx";
import { Elapsed } from "../shared/timers.tsx";
import { CallerFacts, EarlierCalls } from "./caller-facts.tsx";
import { CallbackCalling } from "./callback-calling.tsx";
import { CardWhy } from "./card-why.tsx";
import { useDeskActions } from "./desk-actions.ts";
import classes from "./desk.module.css";
import { MicrophoneAlert } from "./microphone-alert.tsx";
import { QualityAlert } from "./quality.tsx";

/** A caller rings: who, from which queue, how long they waited, what they pressed, whether we know them. */
export function OfferCard(props: { offer: NonNullable<agentDesk.Desk["offer"]>; isOnDeskPhone: boolean }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const { card, callingSince } = props.offer;
  const queue = labels.queue(card.queueId);
  return (
    <section
      className={`${classes["hero"]} ${classes["offer"]}`}
      data-testid="offer-card"
      aria-label={t("offer.from", { from: labels.caller(card.from) })}
    >
      <div className={classes["headline"]}>
        <div>
          <div className={classes["caption"]}>
            {card.callback ? t("offer.callback", { queue }) : t("offer.incoming", { queue })}
          </div>
          <h2 className={`${classes["who"]} rd-num`}>{labels.caller(card.from)}</h2>
          <CardWhy card={card} />
        </div>
        <div className={classes["right"]}>
          <div className={classes["big"]}>
            <Elapsed since={card.enqueuedAt} label={t("offer.waited")} />
          </div>
          <div className={classes["caption"]}>{t("offer.waited")}</div>
        </div>
      </div>
      <RingTime offeredAt={props.offer.offeredAt} expiresAt={props.offer.expiresAt} />
      {callingSince == null ? (
        <OfferButtons isOnDeskPhone={props.isOnDeskPhone} />
      ) : (
        <CallbackCalling since={callingSince} />
      )}
      <div className={classes["columns"]}>
        <CallerFacts card={card} />
        <EarlierCalls card={card} />
      </div>
    </section>
  );
}

function RingTime(props: { offeredAt: number; expiresAt: number }) {
  const { t } = useTranslation();
  const now = useNow();
  const left = (props.expiresAt - now) / Math.max(1, props.expiresAt - props.offeredAt);
  return <Progress value={Math.max(0, Math.min(1, left)) * 100} size={4} aria-label={t("offer.timeLeft")} />;
}

/** Answer and decline; also for an offer whose caller isn't known yet. */
export function OfferButtons(props: { isOnDeskPhone: boolean }) {
  const { t } = useTranslation();
  const actions = useDeskActions();
  const { leg } = usePhone();
  const state = useLegState(leg);
  const isAnswering = state?.phase === "answering" || state?.phase === "talking";
  const mustAnswerThere = props.isOnDeskPhone && leg === null;
  return (
    <>
      {state?.microphoneProblem != null && <MicrophoneAlert problem={state.microphoneProblem} />}
      {/* FreeSWITCH begins a call only when sound has a way: without one the offer ends before there is a call. */}
      {leg !== null && state?.phase === "talking" && <QualityAlert leg={leg} />}
      {mustAnswerThere && (
        <div className={classes["alert"]} data-kind="warn">
          {t("offer.onDeskPhone")}
        </div>
      )}
      <div className={classes["actions"]}>
        {!mustAnswerThere && (
          <Button
            size="md"
            color="green"
            loading={isAnswering}
            leftSection={<IconPhoneIncoming size={19} />}
            rightSection={<KeyHint of="A" />}
            onClick={actions.answer}
            data-testid="offer-answer"
          >
            {t("offer.answer")}
          </Button>
        )}
        <Button
          size="md"
          variant="default"
          leftSection={<IconPhoneX size={19} />}
          rightSection={<KeyHint of="D" />}
          onClick={actions.decline}
          data-testid="offer-decline"
        >
          {t("offer.decline")}
        </Button>
      </div>
    </>
  );
}
