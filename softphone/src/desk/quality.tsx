import { Tooltip } from "@mantine/core";
import {
  IconAntennaBars2,
  IconAntennaBars3,
  IconAntennaBars5,
  IconAntennaBarsOff,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { IncomingLeg } from "../phone/incoming-leg.ts";
import { usePhoneParts, useQuality } from "../phone/phone.tsx";
import { useFormats } from "../shared/format.ts";
import { useStore } from "../shared/store.ts";
import { listRelays } from "./connection-check.tsx";
import classes from "./desk.module.css";

const icons = {
  measuring: IconAntennaBarsOff,
  good: IconAntennaBars5,
  fair: IconAntennaBars3,
  poor: IconAntennaBars2,
};

/** How the line is and which way the sound goes, in a word each; the figures on hover. */
export function QualityBadge(props: { leg: IncomingLeg }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const quality = useQuality(props.leg);
  const Icon = icons[quality.grade];
  const figures = t("quality.figures", {
    loss: formats.percent(quality.lossShare),
    jitter: quality.jitterMs ?? "–",
    roundTrip: quality.roundTripMs ?? "–",
  });
  return (
    <Tooltip label={figures}>
      <span
        className={`${classes["caption"]} ${classes["quality"]}`}
        tabIndex={0}
        data-testid="call-quality"
        data-grade={quality.grade}
        data-path={quality.path}
      >
        <Icon size={15} aria-hidden />
        {t(`quality.grade.${quality.grade}`)}
        {quality.path !== null && ` · ${t(`quality.path.${quality.path}`)}`}
      </span>
    </Tooltip>
  );
}

/** No way for the sound, one-way audio and a dead microphone, within seconds and in words. */
export function QualityAlert(props: { leg: IncomingLeg }) {
  const { t } = useTranslation();
  const { problem } = useQuality(props.leg);
  const relays = useStore(usePhoneParts().softphone.iceServers, (servers) => servers);
  if (problem === null) return null;
  return (
    <div className={classes["alert"]} role="alert" data-testid="call-problem" data-problem={problem}>
      {t(`quality.problem.${problem}`, { relays: listRelays(relays) })}
    </div>
  );
}
