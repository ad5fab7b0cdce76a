import type { ledger } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { formatDuration } from "../shared/core/duration.ts";
import { useFormats } from "../shared/format.ts";
import { useLabels } from "../shared/labels.ts";
import { useStrategyName } from "../shared/strategy-name.ts";
import classes from "./interactions.module.css";
import { Asked, HowTheSearchStood, Unsuited } from "./reason-search.tsx";

type Offer = Extract<ledger.LedgerEvent, { type: "offer.made" }>;

/** Why this agent: what set it off, what was asked, who was considered, who was left out, the scores. */
export function Reason(props: { offer: Offer }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const formats = useFormats();
  const { reason } = props.offer;
  const strategyName = useStrategyName();
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
      <Asked agentId={props.offer.agentId} reason={reason} />
      <HowTheSearchStood reason={reason} />
      <Staffing staffing={reason.staffing} />
      <Considered offer={props.offer} />
      <LeftOut leftOut={reason.leftOut} />
      <Unsuited unsuited={reason.unsuited} />
      <Competing competing={reason.competing} />
      {reason.passedOver > 0 && <div>{t("reason.passedOver", { count: reason.passedOver })}</div>}
    </div>
  );
}

function Considered(props: { offer: Offer }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const formats = useFormats();
  const { reason } = props.offer;
  const score = (value: number) =>
    reason.strategy === "longest-idle"
      ? t("reason.idleSince", { time: formats.time(value) })
      : t("reason.proficiencySum", { score: formats.number(value) });
  return (
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
  );
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
