import { Tooltip } from "@mantine/core";
import { IconPhone, IconPhoneCheck, IconPhoneOff, IconPhoneX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { usePhone } from "../phone/phone.tsx";
import classes from "./phone-chip.module.css";

const icons = {
  off: IconPhone,
  connecting: IconPhone,
  registered: IconPhoneCheck,
  offline: IconPhoneOff,
  superseded: IconPhoneX,
};

/** Whether this tab's phone can ring. */
export function PhoneChip() {
  const { t } = useTranslation();
  const { registration } = usePhone();
  const Icon = icons[registration];
  const state = registration === "off" ? "offline" : registration;
  return (
    <Tooltip label={t(`phone.hint.${registration}`)} multiline maw={260}>
      <span
        className={classes["chip"]}
        data-testid="phone-state"
        data-state={state}
        data-off={registration === "off" || undefined}
        tabIndex={0}
        role="status"
      >
        <Icon size={16} aria-hidden />
        <span className={classes["text"]}>{t(`phone.state.${registration}`)}</span>
      </span>
    </Tooltip>
  );
}
