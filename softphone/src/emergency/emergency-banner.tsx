import { IconUrgent } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useFormats } from "../shared/format.ts";
import classes from "./emergency.module.css";
import { useEmergency, type ShownEmergency } from "./use-emergency.ts";

/** On every screen while the emergency switch is on: what it is, what callers hear, who did it and since when. */
export function EmergencyBanner() {
  const shown = useEmergency();
  return <div role="status">{shown !== null && <Shown {...shown} />}</div>;
}

function Shown({ emergency, heard }: ShownEmergency) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { name, mode, by, since, until, note } = emergency;
  return (
    <div className={classes["banner"]} data-testid="emergency-banner">
      <IconUrgent size={20} aria-hidden />
      <div>
        <div className={classes["title"]}>{t(`emergency.banner.${mode}`, { name })}</div>
        <div className={classes["heard"]}>{t("emergency.callersHear", { text: heard })}</div>
        <div className={classes["what"]}>
          {t("emergency.by", { name: by.name, since: formats.dateTime(since) })}
          {until !== null && ` · ${t("emergency.endsAt", { time: formats.dateTime(until) })}`}
          {note !== "" && ` · ${note}`}
        </div>
      </div>
    </div>
  );
}
