import type { operations } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { useFormats } from "../../shared/format.ts";
import { Tag } from "../../shared/tag.tsx";
import { Figure, Figures } from "./figures.tsx";
import classes from "./servers.module.css";

export function SipServerRow({ server }: { server: operations.SipServer }) {
  const { t } = useTranslation();
  const { moment, number } = useFormats();
  const isDown = server.state === "down";
  const time = moment(server.since);
  return (
    <li className={classes["row"]} data-testid="sip-server">
      <div className={classes["head"]}>
        <strong className="rd-num">{server.name}</strong>
        <Tag tone={isDown ? "bad" : "good"}>{t(`servers.state.${server.state}`)}</Tag>
        <span className={classes["quiet"]}>
          {isDown ? t("servers.downSince", { time }) : t("servers.connectedSince", { time })}
        </span>
      </div>
      <Figures>
        <Figure name={t("servers.legs")}>{number(server.legs)}</Figure>
        <Figure name={t("servers.registrations")}>{number(server.registrations)}</Figure>
        <Figure name={t("servers.reconnects")}>{number(server.reconnects)}</Figure>
      </Figures>
      {isDown && (
        <p className={classes["bad"]}>
          {t("servers.sipDown")} <span className={classes["detail"]}>{server.sentence}</span>
        </p>
      )}
    </li>
  );
}
