import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { Button } from "@mantine/core";
import type { Activity } from "../desk/core/activity.ts";
import { useActivity, useDeskActions } from "../desk/desk-actions.ts";
import { useLinkStatus } from "../live/live.tsx";
import { Attention } from "../phone/attention.ts";
import { usePhone, usePhoneParts } from "../phone/phone.tsx";
import { useLabels } from "../shared/labels.ts";
import { KeyHint, useShortcuts } from "../shared/shortcuts.tsx";
import { Elapsed } from "../shared/timers.tsx";
import classes from "./call-attendant.module.css";

/** On every screen: rings, watches the keys of a call, warns before leaving, and shows the call away from the desk. */
export function CallAttendant() {
  const activity = useActivity();
  const { pathname } = useLocation();
  usePhoneStart(pathname);
  useReconnectTogether();
  useLeaveWarning(activity);
  useCallShortcuts(activity);
  const caller = useRinging(activity);
  return (
    <>
      <div className="rd-visually-hidden" role="status" aria-live="assertive">
        {caller}
      </div>
      {activity !== null && activity.kind !== "none" && !pathname.startsWith("/desk") && (
        <CallStrip activity={activity} />
      )}
    </>
  );
}

const phoneKey = "ringdown.phone";

/** The phone starts with the first visit to the desk in this tab, and again after a reload anywhere. */
function usePhoneStart(pathname: string): void {
  const { softphone, ringer } = usePhoneParts();
  useEffect(() => {
    if (pathname.startsWith("/desk")) sessionStorage.setItem(phoneKey, "on");
    if (sessionStorage.getItem(phoneKey) === "on") void softphone.start();
  }, [pathname, softphone]);
  useEffect(() => {
    window.addEventListener("pointerdown", ringer.unlock);
    window.addEventListener("keydown", ringer.unlock);
    return () => {
      window.removeEventListener("pointerdown", ringer.unlock);
      window.removeEventListener("keydown", ringer.unlock);
    };
  }, [ringer]);
}

function useReconnectTogether(): void {
  const { softphone } = usePhoneParts();
  const link = useLinkStatus();
  useEffect(() => {
    if (link === "online") softphone.reconnect();
  }, [link, softphone]);
}

function useLeaveWarning(activity: Activity | null): void {
  const isBusy = (activity?.kind === "work" && activity.call !== null) || activity?.kind === "bare-call";
  useEffect(() => {
    if (!isBusy) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isBusy]);
}

function useCallShortcuts(activity: Activity | null): void {
  const actions = useDeskActions();
  const kind = activity?.kind;
  const isOffer = kind === "offer" || kind === "bare-offer";
  const isCall = kind === "bare-call" || (activity?.kind === "work" && activity.call !== null);
  const keys = useMemo((): Record<string, () => void> => {
    if (isOffer) return { a: actions.answer, d: actions.decline };
    if (isCall) return { m: actions.toggleMute, h: actions.toggleHold, e: actions.hangUp };
    return {};
  }, [isOffer, isCall, actions]);
  useShortcuts(keys);
}

/** Rings while an offer is there; returns what a screen reader says. */
function useRinging(activity: Activity | null): string {
  const { t } = useTranslation();
  const { ringer } = usePhoneParts();
  const labels = useLabels();
  const { leg } = usePhone();
  const attention = useMemo(() => new Attention(), []);
  const from = activity?.kind === "offer" ? activity.offer.card.from : null;
  const bareFrom = activity?.kind === "bare-offer" ? activity.from : null;
  const queue = activity?.kind === "offer" ? labels.queue(activity.offer.card.queueId) : null;
  const caller = from === null ? bareFrom : labels.caller(from);
  const isRinging = caller !== null;
  const title = isRinging ? t("offer.from", { from: caller }) : "";
  const body = queue === null ? "" : t("offer.inQueue", { queue });
  useEffect(() => {
    if (!isRinging) return;
    ringer.start();
    attention.start({ title, body });
    return () => {
      ringer.stop();
      attention.stop();
    };
  }, [isRinging, title, body, ringer, attention]);
  useEffect(() => {
    if (leg !== null) ringer.unlock();
  }, [leg, ringer]);
  return isRinging ? `${title}. ${body}` : "";
}

/** The call in one line, away from the desk. */
function CallStrip(props: { activity: Exclude<Activity, { kind: "none" }> }) {
  const { t } = useTranslation();
  const actions = useDeskActions();
  const { activity } = props;
  const isOffer = activity.kind === "offer" || activity.kind === "bare-offer";
  return (
    <div className={classes["strip"]} data-offer={isOffer || undefined}>
      <StripText activity={activity} />
      {isOffer && (
        <Button size="xs" color="green" onClick={actions.answer} rightSection={<KeyHint of="A" />}>
          {t("offer.answer")}
        </Button>
      )}
      <Button size="xs" variant="default" component={Link} to="/desk">
        {t("desk.open")}
      </Button>
    </div>
  );
}

function StripText(props: { activity: Exclude<Activity, { kind: "none" }> }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const { activity } = props;
  switch (activity.kind) {
    case "offer":
      return (
        <span className={classes["text"]}>
          {t("offer.from", { from: labels.caller(activity.offer.card.from) })}
        </span>
      );
    case "bare-offer":
      return (
        <span className={classes["text"]}>{t("offer.from", { from: labels.caller(activity.from) })}</span>
      );
    case "bare-call":
      return (
        <span className={classes["text"]}>{t("call.with", { from: labels.caller(activity.from) })}</span>
      );
    case "work":
      return (
        <span className={classes["text"]}>
          {activity.call === null
            ? t("wrapUp.of", { from: labels.caller(activity.card.from) })
            : t("call.with", { from: labels.caller(activity.card.from) })}{" "}
          <Elapsed since={activity.call?.answeredAt ?? activity.wrapUp?.startedAt ?? 0} />
        </span>
      );
  }
}
