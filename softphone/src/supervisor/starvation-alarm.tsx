import { Button } from "@mantine/core";
import { IconBell, IconBellOff } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useLive } from "../live/live.tsx";
import { Ringer } from "../phone/ringer.ts";
import { Store, useStore } from "../shared/store.ts";
import { lateOf, someoneNew } from "./core/late.ts";

const storageKey = "ringdown.alarm-sound";
const soundIsOn = new Store(localStorage.getItem(storageKey) !== "off");

/**
 * The starvation alarm of the page: while somebody waits beyond a queue's alarm the title of the tab says so, and
 * whoever becomes late sounds once. Returns how many are late. For the component that holds the page: the page
 * itself sets the plain title, and a component's effects come after those of what it holds.
 */
export function useStarvationAlarm(title: string): number {
  const waiting = useLive((state) => state.waiting);
  const isOn = useStore(soundIsOn, (on) => on);
  const known = useRef<ReadonlySet<string>>(new Set());
  const ringer = useRef<Ringer | null>(null);
  const late = lateOf(waiting.values());
  useEffect(() => {
    const alarm = new Ringer();
    ringer.current = alarm;
    window.addEventListener("pointerdown", alarm.unlock, { once: true });
    return () => {
      window.removeEventListener("pointerdown", alarm.unlock);
      alarm.close();
      ringer.current = null;
    };
  }, []);
  useEffect(() => {
    const now = lateOf(waiting.values());
    if (isOn && someoneNew(known.current, now)) ringer.current?.playTest();
    known.current = now;
  }, [waiting, isOn]);
  useEffect(() => {
    document.title = `${late.size > 0 ? `(${late.size}!) ` : ""}${title} · Ringdown`;
  }, [late.size, title]);
  return late.size;
}

/** Says how many are late to who does not see the page, and lets people switch the sound off in this browser. */
export function StarvationAlarm(props: { late: number }) {
  const { t } = useTranslation();
  const { late } = props;
  const isOn = useStore(soundIsOn, (on) => on);
  const toggle = () => {
    soundIsOn.set(!isOn);
    localStorage.setItem(storageKey, isOn ? "off" : "on");
  };
  return (
    <>
      <span className="rd-visually-hidden" role="alert">
        {late > 0 && t("live.lateCallersPlain", { count: late })}
      </span>
      <Button
        size="sm"
        variant="default"
        aria-pressed={isOn}
        leftSection={isOn ? <IconBell size={15} /> : <IconBellOff size={15} />}
        onClick={toggle}
        data-testid="alarm-sound"
      >
        {isOn ? t("live.alarmOn") : t("live.alarmOff")}
      </Button>
    </>
  );
}
