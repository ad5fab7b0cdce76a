import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { agentDesk } from "@ringdown/contract";
import {
  IconDialpad,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhoneOff,
  IconPlayerPause,
  IconPlayerPlay,
} from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useLegState, usePhone } from "../phone/phone.tsx";
import { useLabels } from "../shared/labels.ts";
import { KeyHint, useShortcuts } from "../shared/shortcuts.tsx";
import { StateDot } from "../shared/state-dot.tsx";
import { Elapsed } from "../shared/timers.tsx";
import { CardWhy } from "./card-why.tsx";
import { useDeskActions } from "./desk-actions.ts";
import classes from "./desk.module.css";
import { Keypad } from "./keypad.tsx";
import { QualityAlert, QualityBadge } from "./quality.tsx";

/** The call: with whom, how long, how it sounds, and what can be done with it. */
export function CallHead(props: { call: NonNullable<agentDesk.Desk["call"]> }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const { call } = props;
  const { leg } = usePhone();
  const [isPadOpen, pad] = useDisclosure(false);
  useShortcuts({ k: pad.toggle });
  useEffect(() => {
    if (leg !== null) leg.media.isHeld = call.held;
  }, [leg, call.held]);
  return (
    <>
      <div className={classes["headline"]}>
        <div>
          <div className={classes["sub"]}>
            <StateDot state={call.held ? "holding" : "talking"} />
            <strong>{call.held ? t("state.holding") : t("state.talking")}</strong>
            <span>{labels.queue(call.card.queueId)}</span>
            {call.card.callback && <span>{t("source.callback")}</span>}
            {call.recording && <span>{t("call.recording")}</span>}
          </div>
          <h2 className={`${classes["who"]} rd-num`}>{labels.caller(call.card.from)}</h2>
          <CardWhy card={call.card} />
        </div>
        <div className={classes["right"]}>
          <div className={classes["big"]}>
            <Elapsed since={call.answeredAt} label={t("call.duration")} />
          </div>
          {call.held && call.heldSince !== null ? (
            <div className={classes["caption"]}>
              {t("call.heldFor")} <Elapsed since={call.heldSince} />
            </div>
          ) : (
            leg !== null && <QualityBadge leg={leg} />
          )}
        </div>
      </div>
      {leg !== null && <QualityAlert leg={leg} />}
      <CallButtons isHeld={call.held} isPadOpen={isPadOpen} togglePad={pad.toggle} />
      {isPadOpen && <Keypad />}
    </>
  );
}

function CallButtons(props: { isHeld: boolean; isPadOpen: boolean; togglePad: () => void }) {
  const { t } = useTranslation();
  const actions = useDeskActions();
  const { leg } = usePhone();
  const isMuted = useLegState(leg)?.isMuted ?? false;
  return (
    <div className={classes["actions"]}>
      <Button
        variant={isMuted ? "filled" : "default"}
        color="orange.9"
        aria-pressed={isMuted}
        disabled={leg === null}
        leftSection={isMuted ? <IconMicrophoneOff size={18} /> : <IconMicrophone size={18} />}
        rightSection={<KeyHint of="M" />}
        onClick={actions.toggleMute}
        data-testid="call-mute"
      >
        {isMuted ? t("call.unmute") : t("call.mute")}
      </Button>
      <Button
        variant={props.isHeld ? "filled" : "default"}
        aria-pressed={props.isHeld}
        leftSection={props.isHeld ? <IconPlayerPlay size={18} /> : <IconPlayerPause size={18} />}
        rightSection={<KeyHint of="H" />}
        onClick={actions.toggleHold}
        data-testid="call-hold"
      >
        {props.isHeld ? t("call.resume") : t("call.hold")}
      </Button>
      <Button
        variant="default"
        aria-expanded={props.isPadOpen}
        disabled={leg === null}
        leftSection={<IconDialpad size={18} />}
        rightSection={<KeyHint of="K" />}
        onClick={props.togglePad}
      >
        {t("call.keypad")}
      </Button>
      <Button
        color="red"
        leftSection={<IconPhoneOff size={18} />}
        rightSection={<KeyHint of="E" />}
        onClick={actions.hangUp}
        data-testid="call-hangup"
      >
        {t("call.hangUp")}
      </Button>
    </div>
  );
}
