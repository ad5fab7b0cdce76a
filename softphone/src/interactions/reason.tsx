import type { ledger } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { formatDuration } from "../shared/core/duration.ts";
import { useFormats } from "../shared/format.ts";
import { useLabels } from "../shared/labels.ts";
import classes from "./interactions.module.css";

type Offer = Extract<ledger.LedgerEvent, { type: "offer.made" }>;

/** Why this agent: what set it off, who was considered, who was left out, the scores. */
export function Reason(props: { offer: Offer }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const formats = useFormats();
  const { reason } = props.offer;
  const strategyName = useStrategyName();
  const isLongestIdle = reason.strategy === "longest-idle";
  const score = (value: number) =>
    isLongestIdle ? t("reason.idleSince", { time: formats.time(value) }) : formats.number(value);
  return (
    <div className={classes["reason"]} data-testid="offer-reason">
      <div>
        {t(`reason.trigger.${reason.trigger}`)}{" "}
        {t("reason.sentence", {
          agent: labels.person(props.offer.agentId),
          idle: formatDuration(reason.idleMs),
          strategy: strategyName(reason.strategy),
          position: reason.position,
          waiting: reason.waiting,
          waited: formatDuration(reason.waitedMs),
        })}
        {props.offer.timeToOfferMs !== null && (
          <> {t("reason.timeToOffer", { ms: formats.number(props.offer.timeToOfferMs) })}</>
        )}
      </div>
      <Staffing staffing={reason.staffing} />
      <div>
        <h3>{t("reason.considered")}</h3>
        <ol>
          <li>
            <strong>{labels.person(props.offer.agentId)}</strong> · {score(reason.score)}
          </li>
          {reason.nextBest.map((next) => (
            <li key={next.agentId}>
              {labels.person(next.agentId)} · {score(next.score)}
            </li>
          ))}
        </ol>
      </div>
      <LeftOut leftOut={reason.leftOut} />
      <Competing competing={reason.competing} />
      {reason.passedOver > 0 && <div>{t("reason.passedOver", { count: reason.passedOver })}</div>}
    </div>
  );
}

function useStrategyName(): (strategy: string) => string {
  const { t } = useTranslation();
  return (strategy) => {
    switch (strategy) {
      case "longest-idle":
      case "fewest-interactions":
      case "round-robin":
      case "linear":
      case "weighted-random":
        return t(`strategy.${strategy}`);
      default:
        return strategy;
    }
  };
}

const groups = ["available", "offered", "busy", "wrapUp", "notRoutable"] as const;

function Staffing(props: { staffing: ledger.OfferReason["staffing"] }) {
  const { t } = useTranslation();
  return (
    <div>
      <h3>{t("reason.staffing", { count: props.staffing.members })}</h3>
      <div className={classes["staffing"]}>
        {groups.map((group) => (
          <span key={group}>
            {t(`reason.group.${group}`)} <strong className="rd-num">{props.staffing[group]}</strong>
          </span>
        ))}
      </div>
    </div>
  );
}

function LeftOut(props: { leftOut: ledger.OfferReason["leftOut"] }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const formats = useFormats();
  if (props.leftOut.count === 0) return null;
  return (
    <div>
      <h3>{t("reason.leftOut", { count: props.leftOut.count })}</h3>
      <ul>
        {props.leftOut.named.map((one) => (
          <li key={one.agentId}>
            {t("reason.leftOutUntil", { agent: labels.person(one.agentId), time: formats.time(one.untilMs) })}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Competing(props: { competing: ledger.OfferReason["competing"] }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const formats = useFormats();
  if (props.competing.length < 2) return null;
  return (
    <div>
      <h3>{t("reason.competing")}</h3>
      <ol>
        {props.competing.map((one) => (
          <li key={one.interactionId}>
            <Link to={`/interactions/${one.interactionId}`}>{labels.queue(one.queueId)}</Link> ·{" "}
            {t("reason.asIfSince", { time: formats.time(one.effectiveAt) })}
          </li>
        ))}
      </ol>
    </div>
  );
}
