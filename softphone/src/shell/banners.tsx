import { Button } from "@mantine/core";
import { IconCloudOff, IconDeviceDesktopOff, IconPhoneOff } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { EmergencyBanner } from "../emergency/emergency-banner.tsx";
import { useLinkStatus, useLive } from "../live/live.tsx";
import { usePhone, usePhoneParts } from "../phone/phone.tsx";
import classes from "./banners.module.css";

/** What keeps calls away, in one line each, with what to do. */
export function Banners() {
  return (
    <>
      <EmergencyBanner />
      <div aria-live="polite">
        <LinkBanner />
        <PhoneBanner />
      </div>
    </>
  );
}

function Banner(props: { kind: "bad" | "warn"; icon: ReactNode; children: ReactNode; action?: ReactNode }) {
  return (
    <div className={classes["banner"]} data-kind={props.kind}>
      {props.icon}
      <span className={classes["text"]}>{props.children}</span>
      {props.action}
    </div>
  );
}

function LinkBanner() {
  const { t } = useTranslation();
  const status = useLinkStatus();
  const hasStarted = useLive((state) => state.desk !== null);
  if (status === "going-away") {
    return (
      <Banner kind="warn" icon={<IconCloudOff size={17} />}>
        {t("link.goingAway")}
      </Banner>
    );
  }
  if (status !== "offline") return null;
  return (
    <Banner kind="bad" icon={<IconCloudOff size={17} />}>
      {hasStarted ? t("link.offline") : t("link.unreachable")}
    </Banner>
  );
}

function PhoneBanner() {
  const { t } = useTranslation();
  const { registration } = usePhone();
  const { softphone } = usePhoneParts();
  const hasDeskPhone = useLive((state) => state.desk?.phone.kind === "desk-phone");
  const link = useLinkStatus();
  if (registration === "superseded") {
    const takeBack = (
      <Button size="xs" variant="default" onClick={() => void softphone.takeBack()}>
        {t("phone.takeBack")}
      </Button>
    );
    return (
      <Banner kind="warn" icon={<IconDeviceDesktopOff size={17} />} action={takeBack}>
        {t("phone.superseded")}
      </Banner>
    );
  }
  if (registration !== "offline" || hasDeskPhone || link !== "online") return null;
  return (
    <Banner kind="bad" icon={<IconPhoneOff size={17} />}>
      {t("phone.offline")}
    </Banner>
  );
}
