import type { agentDesk } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { formatDuration } from "../shared/core/duration.ts";
import { useLabels } from "../shared/labels.ts";
import { useStrategyName } from "../shared/strategy-name.ts";
import classes from "./desk.module.css";

type Why = NonNullable<agentDesk.CallCard["why"]>;

/** Why the agent got this call, in one short line; the whole reason is on the interaction's page. */
export function CardWhy(props: { card: agentDesk.CallCard }) {
  const { t } = useTranslation();
  const sentence = useSentence();
  const { why } = props.card;
  if (why == null) return null;
  return (
    <div className={classes["caption"]} data-testid="card-why">
      {t("why.card.label")}: {sentence(why)}
    </div>
  );
}

/** The most particular reason: who owns the caller, who lent the agent, what was asked, and last whose turn it was. */
function useSentence(): (why: Why) => string {
  const { t } = useTranslation();
  const labels = useLabels();
  const strategyName = useStrategyName();
  return (why) => {
    const { sticky, borrowedFrom, requirement, relaxed, strategy } = why;
    if (sticky !== null) return t(`why.card.${sticky}`);
    if (borrowedFrom !== null) return t("why.card.borrowed", { queue: labels.queue(borrowedFrom) });
    if (requirement !== null)
      return relaxed ? t("why.card.relaxed", { requirement }) : t("why.card.requires", { requirement });
    if (strategy === "longest-idle") return t("why.card.longest-idle", { idle: formatDuration(why.idleMs) });
    return t("why.card.strategy", { strategy: strategyName(strategy) });
  };
}
