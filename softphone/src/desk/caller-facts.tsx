import { Text } from "@mantine/core";
import type { agentDesk } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Attributes } from "../customers/attributes.tsx";
import { useFormats } from "../shared/format.ts";
import { useLabels } from "../shared/labels.ts";
import classes from "./desk.module.css";

/** What is known about the caller and how they came here. */
export function CallerFacts(props: { card: agentDesk.CallCard }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { card } = props;
  return (
    <dl className={classes["facts"]}>
      {card.customer != null && (
        <div data-testid="card-customer">
          <dt>{t("customers.one")}</dt>
          <dd>
            <strong>{card.customer.name}</strong>
            {Object.keys(card.customer.attributes).length > 0 && (
              <Attributes attributes={card.customer.attributes} />
            )}
          </dd>
        </div>
      )}
      <div>
        <dt>{t("caller.dialed")}</dt>
        <dd className="rd-num">{card.to}</dd>
      </div>
      <div>
        <dt>{t("caller.source")}</dt>
        <dd>{t(`source.${card.source}`)}</dd>
      </div>
      {card.callback && (
        <div>
          <dt>{t("callbacks.askedAt")}</dt>
          <dd>
            {formats.moment(card.callback.askedAt)}
            {card.callback.tries > 0 && <> · {t("callbacks.triedBefore", { count: card.callback.tries })}</>}
          </dd>
        </div>
      )}
      {card.language !== null && (
        <div>
          <dt>{t("caller.language")}</dt>
          <dd>{card.language === "zh" ? t("language.zh") : t("language.en")}</dd>
        </div>
      )}
      <div>
        <dt>{t("caller.pressed")}</dt>
        <dd>{card.pressed.length === 0 ? t("caller.pressedNothing") : <Pressed card={card} />}</dd>
      </div>
    </dl>
  );
}

function Pressed(props: { card: agentDesk.CallCard }) {
  return props.card.pressed.map((one, index) => (
    <span key={`${one.node}-${one.at}`}>
      {index > 0 && " · "}
      <kbd className="rd-digit">{one.digits}</kbd> {one.node.replaceAll("-", " ")}
    </span>
  ));
}

/** The same caller's earlier calls, newest first. */
export function EarlierCalls(props: { card: agentDesk.CallCard }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const formats = useFormats();
  const { earlier } = props.card;
  return (
    <div>
      <Text size="sm" fw={600}>
        {t("caller.earlier")}
      </Text>
      {earlier.length === 0 ? (
        <Text size="sm" c="dimmed" mt={4}>
          {t("caller.firstCall")}
        </Text>
      ) : (
        <ul className={classes["earlier"]}>
          {earlier.slice(0, 5).map((one) => (
            <li key={one.interactionId}>
              <Link to={`/interactions/${one.interactionId}`}>{formats.dateTime(one.at)}</Link>
              {" · "}
              {[labels.queue(one.queueId), labels.person(one.agentId), labels.disposition(one.dispositionId)]
                .filter((text) => text !== "–")
                .join(" · ")}
              {one.note !== "" && <span className={classes["note"]}>{one.note}</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
