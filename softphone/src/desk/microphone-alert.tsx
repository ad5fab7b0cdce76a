import { useTranslation } from "react-i18next";
import type { MediaProblem } from "../phone/core/media-problem.ts";
import classes from "./desk.module.css";

/** Why there is no microphone and what to do about it. */
export function MicrophoneAlert(props: { problem: MediaProblem }) {
  const { t } = useTranslation();
  return (
    <div className={classes["alert"]} role="alert" data-problem={props.problem}>
      <strong>{t(`microphone.${props.problem}.title`)}</strong> {t(`microphone.${props.problem}.advice`)}
    </div>
  );
}
