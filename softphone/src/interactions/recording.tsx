import { Button } from "@mantine/core";
import { interactions as contract } from "@ringdown/contract";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { formatDuration } from "../shared/core/duration.ts";
import { useFormats } from "../shared/format.ts";
import classes from "./interactions.module.css";
import { Player } from "./player.tsx";

/** A recording: loaded only when someone wants to hear it, because every access is written down. */
export function Recording(props: { recording: contract.Interaction["recordings"][number] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { recording } = props;
  const [isOpen, setOpen] = useState(false);
  const isThere = recording.state === "stored" || recording.state === "mismatch";
  return (
    <div className={classes["stack"]} data-testid="recording-player" data-state={recording.state}>
      {recording.state === "recording" && <div className={classes["warning"]}>{t("recording.goesOn")}</div>}
      {recording.state === "failed" && (
        <div className={classes["warning"]} data-bad>
          {t("recording.failed")}
        </div>
      )}
      {recording.state === "mismatch" && <div className={classes["warning"]}>{t("recording.mismatch")}</div>}
      {isThere && !isOpen && (
        <div className={classes["controls"]}>
          <Button
            leftSection={<IconPlayerPlay size={17} />}
            onClick={() => setOpen(true)}
            data-testid="recording-open"
          >
            {t("recording.listen")}
          </Button>
          <span className="rd-num">
            {t(`recording.kind.${recording.kind}`)} · {formats.moment(recording.startedAt)}
            {recording.durationMs !== null && ` · ${formatDuration(recording.durationMs)}`}
          </span>
          <span className={`${classes["grow"]} rd-muted`} title={recording.sha256 ?? ""}>
            {recording.sha256 !== null && t("recording.checksum", { sum: recording.sha256.slice(0, 8) })}
          </span>
        </div>
      )}
      {isThere && isOpen && <Player recording={recording} />}
    </div>
  );
}
