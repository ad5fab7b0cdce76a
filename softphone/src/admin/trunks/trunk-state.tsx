import type { trunks } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { useFormats } from "../../shared/format.ts";
import classes from "./trunks.module.css";

type Tone = "good" | "warn" | "bad" | "plain";

/** How the trunk stands with the carrier: whether we are registered there, and whether it answers. */
export function TrunkState(props: { trunk: trunks.Trunk }) {
  const { t } = useTranslation();
  const { trunk } = props;
  const { registration, health } = trunk.state;
  const hasCarrier = trunk.outbound !== null || trunk.registration !== null;
  return (
    <div className={classes["cell"]}>
      {registration !== null && <RegistrationLine registration={registration} />}
      {hasCarrier ? (
        <HealthLine health={health} isChecked={trunk.check.everySeconds > 0} />
      ) : (
        <Line tone="plain" words={t("trunks.onlyIn")} />
      )}
    </div>
  );
}

const toneOfRegistration: Record<trunks.RegistrationState["state"], Tone> = {
  registering: "warn",
  registered: "good",
  failed: "bad",
  stopped: "plain",
  elsewhere: "plain",
};

function RegistrationLine({ registration }: { registration: trunks.RegistrationState }) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const { state, until, status, sentence, nextTryAt } = registration;
  const words =
    state === "registered" && until !== null
      ? t("trunks.registeredUntil", { time: moment(Date.parse(until)) })
      : state === "failed" && status !== null
        ? t("trunks.registrationRefused", { status })
        : t(`trunks.registrationState.${state}`);
  const next =
    state === "failed" && nextTryAt !== null
      ? t("trunks.nextTry", { time: moment(Date.parse(nextTryAt)) })
      : null;
  return (
    <Line
      tone={toneOfRegistration[state]}
      words={words}
      detail={[state === "registered" ? null : sentence, next].filter((one) => one !== null).join(" · ")}
    />
  );
}

function HealthLine({ health, isChecked }: { health: trunks.TrunkHealth; isChecked: boolean }) {
  const { t } = useTranslation();
  const { moment, number } = useFormats();
  const { state, since, roundTripMs, sentence } = health;
  const time = since === null ? "–" : moment(Date.parse(since));
  if (state === "unknown")
    return <Line tone="plain" words={isChecked ? t("trunks.notYetChecked") : t("trunks.notChecked")} />;
  if (state === "down")
    return <Line tone="bad" words={t("trunks.downSince", { time })} detail={sentence ?? ""} />;
  return (
    <Line
      tone="good"
      words={t("trunks.upSince", { time })}
      detail={roundTripMs === null ? "" : t("trunks.answersIn", { ms: number(roundTripMs) })}
    />
  );
}

/** A dot, words that say the same, and why. */
export function Line(props: { tone: Tone; words: string; detail?: string }) {
  return (
    <div className={classes["state"]}>
      <span className={classes["dot"]} data-tone={props.tone} aria-hidden />
      <span>
        <span className={props.tone === "bad" ? classes["bad"] : undefined}>{props.words}</span>
        {props.detail !== undefined && props.detail !== "" && (
          <span className={classes["quiet"]}> · {props.detail}</span>
        )}
      </span>
    </div>
  );
}
