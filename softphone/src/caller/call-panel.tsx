import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatDuration } from "../shared/core/duration.ts";
import { useStore } from "../shared/store.ts";
import classes from "./caller.module.css";
import { HangUpIcon, MicrophoneIcon, PhoneIcon } from "./icons.tsx";
import type { WebCall, WebCallState } from "./web-call.ts";

const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const letters: Record<string, string> = {
  "2": "ABC",
  "3": "DEF",
  "4": "GHI",
  "5": "JKL",
  "6": "MNO",
  "7": "PQRS",
  "8": "TUV",
  "9": "WXYZ",
};

/** The call before, while and after it runs. */
export function CallPanel(props: { label: string; number: string; webCall: WebCall }) {
  const { webCall } = props;
  const state = useStore(webCall.state, (value) => value);
  const isOn = state.phase !== "idle" && state.phase !== "ended";
  const isAnswered = ["in-menu", "waiting", "connected"].includes(state.phase);
  useLeaveWarning(isAnswered);
  return (
    <>
      <h1 className={classes["title"]}>{props.label === "" ? props.number : props.label}</h1>
      {props.label !== "" && <p className={classes["number"]}>{props.number}</p>}
      <StateWords state={state} />
      {isAnswered && <Pad press={(digit) => webCall.sendDigit(digit)} />}
      {isOn ? (
        <CallButtons webCall={webCall} isMuted={state.isMuted} canMute={isAnswered} />
      ) : (
        <Start webCall={webCall} again={state.phase === "ended"} />
      )}
    </>
  );
}

function StateWords(props: { state: WebCallState }) {
  const { t } = useTranslation();
  const { state } = props;
  const problem = state.microphoneProblem;
  return (
    <div
      className={classes["state"]}
      data-testid="caller-state"
      data-state={state.phase}
      role="status"
      aria-live="polite"
    >
      {problem !== null ? (
        <span className={classes["problem"]}>
          <strong>{t(`microphone.${problem}.title`)}</strong> {t(`microphone.${problem}.advice`)}
        </span>
      ) : (
        <>
          <span className={classes["phase"]}>
            {(state.phase === "connecting" || state.phase === "ringing") && (
              <span className={classes["pulse"]} aria-hidden />
            )}
            {t(`webCall.phase.${state.phase}`)}
          </span>
          {state.hasNoWay && state.phase !== "ended" && (
            <span className={classes["problem"]}>{t("webCall.noWay")}</span>
          )}
          {state.end !== null && <span className={classes["why"]}>{t(`webCall.end.${state.end}`)}</span>}
          {state.answeredAt !== null && state.phase !== "ended" && <CallTimer since={state.answeredAt} />}
          {state.phase === "idle" && <span className={classes["why"]}>{t("webCall.hint")}</span>}
        </>
      )}
    </div>
  );
}

function CallTimer(props: { since: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className={`${classes["timer"]} rd-num`} role="timer" aria-live="off">
      {formatDuration(now - props.since)}
    </span>
  );
}

function Start(props: { webCall: WebCall; again: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={classes["buttons"]}>
      <button
        type="button"
        className={classes["call"]}
        onClick={() => void props.webCall.start()}
        data-testid="caller-start"
      >
        <PhoneIcon />
        {props.again ? t("webCall.again") : t("webCall.start")}
      </button>
    </div>
  );
}

function CallButtons(props: { webCall: WebCall; isMuted: boolean; canMute: boolean }) {
  const { t } = useTranslation();
  const { webCall, isMuted } = props;
  return (
    <div className={classes["buttons"]}>
      {props.canMute && (
        <button
          type="button"
          className={classes["plain"]}
          aria-pressed={isMuted}
          onClick={() => webCall.setMuted(!isMuted)}
          data-testid="caller-mute"
        >
          <MicrophoneIcon off={isMuted} />
          {isMuted ? t("call.unmute") : t("call.mute")}
        </button>
      )}
      <button
        type="button"
        className={classes["hangUp"]}
        onClick={() => void webCall.hangUp()}
        data-testid="caller-hangup"
      >
        <HangUpIcon />
        {t("call.hangUp")}
      </button>
    </div>
  );
}

/** The keys of a telephone; those of the keyboard do the same. */
function Pad(props: { press: (digit: string) => void }) {
  const { t } = useTranslation();
  const { press } = props;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (digits.includes(event.key)) press(event.key);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [press]);
  return (
    <div className={classes["pad"]} role="group" aria-label={t("call.keypad")}>
      {digits.map((digit) => (
        <button
          key={digit}
          type="button"
          className={classes["key"]}
          onClick={() => press(digit)}
          data-testid={`caller-digit-${digit}`}
        >
          {digit}
          <small aria-hidden>{letters[digit] ?? ""}</small>
        </button>
      ))}
    </div>
  );
}

function useLeaveWarning(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isOn]);
}
