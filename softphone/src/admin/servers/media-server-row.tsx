import { Button } from "@mantine/core";
import type { operations } from "@ringdown/contract";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "../../shared/format.ts";
import { Tag } from "../../shared/tag.tsx";
import { standingOf, type Standing } from "./core/drain.ts";
import { DrainDialog, UndrainDialog } from "./drain-dialogs.tsx";
import { Figure, Figures } from "./figures.tsx";
import classes from "./servers.module.css";

const toneOf: Record<Standing, "good" | "warn" | "bad" | "accent"> = {
  up: "good",
  full: "warn",
  paused: "warn",
  draining: "warn",
  empty: "accent",
  down: "bad",
  "drained-down": "bad",
};

export function MediaServerRow(props: {
  server: operations.MediaServer;
  all: readonly operations.MediaServer[];
}) {
  const { t } = useTranslation();
  const { moment } = useFormats();
  const { server } = props;
  const standing = standingOf(server);
  const time = moment(server.since);
  return (
    <li className={classes["row"]} data-testid="media-server">
      <div className={classes["head"]}>
        <strong className="rd-num">{server.name}</strong>
        <Tag tone={toneOf[standing]}>{t(`servers.state.${standing}`)}</Tag>
        <span className={classes["quiet"]}>
          {server.state === "down" ? t("servers.downSince", { time }) : t("servers.connectedSince", { time })}
        </span>
        <DrainSwitch {...props} />
      </div>
      <MediaFigures server={server} />
      <p className={server.state === "down" ? classes["bad"] : classes["sentence"]}>
        {t(`servers.means.${standing}`)}
        {(standing === "down" || standing === "drained-down") && (
          <span className={classes["detail"]}> {server.sentence}</span>
        )}
      </p>
      <Failures failures={server.failures} />
    </li>
  );
}

function MediaFigures({ server }: { server: operations.MediaServer }) {
  const { t } = useTranslation();
  const { percent, number } = useFormats();
  const { sessions, maxSessions } = server;
  return (
    <Figures>
      <Figure name={t("servers.sessions")}>
        {sessions === null
          ? "–"
          : maxSessions === null || maxSessions === 0
            ? number(sessions)
            : t("servers.ofMaximum", { now: number(sessions), maximum: number(maxSessions) })}
      </Figure>
      <Figure name={t("servers.ourChannels")}>{number(server.channels)}</Figure>
      <Figure
        name={t("servers.idleCpu")}
        {...(server.idleCpu !== null && server.idleCpu < 0.1 && { tone: "bad" })}
      >
        {percent(server.idleCpu)}
      </Figure>
      <Figure name={t("servers.reconnects")}>{number(server.reconnects)}</Figure>
    </Figures>
  );
}

/** Channels that it did not give, by cause. */
function Failures({ failures }: { failures: Record<string, number> }) {
  const { t } = useTranslation();
  const causes = Object.entries(failures).filter(([, count]) => count > 0);
  if (causes.length === 0) return null;
  const list = causes.map(([cause, count]) => `${cause} ${count}`).join(", ");
  return <p className={classes["quiet"]}>{t("servers.failures", { list })}</p>;
}

/** Empties the server, or gives it calls again; each asks first. */
function DrainSwitch(props: { server: operations.MediaServer; all: readonly operations.MediaServer[] }) {
  const { t } = useTranslation();
  const { server } = props;
  const [isAsked, setAsked] = useState(false);
  const close = () => setAsked(false);
  return (
    <div className={classes["action"]}>
      <Button
        size="xs"
        variant="default"
        onClick={() => setAsked(true)}
        aria-label={
          server.isDraining
            ? t("servers.undrainOf", { name: server.name })
            : t("servers.drainOf", { name: server.name })
        }
      >
        {server.isDraining ? t("servers.undrain") : t("servers.drain")}
      </Button>
      {isAsked &&
        (server.isDraining ? (
          <UndrainDialog name={server.name} onClose={close} />
        ) : (
          <DrainDialog server={server} all={props.all} onClose={close} />
        ))}
    </div>
  );
}
