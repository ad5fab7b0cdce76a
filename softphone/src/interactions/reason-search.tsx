import type { ledger } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { formatDuration } from "../shared/core/duration.ts";
import { useLabels } from "../shared/labels.ts";

type OfferReason = ledger.OfferReason;

/** What was asked of the agent, how rings had relaxed it, and how proficient the agent is. Older lines say nothing. */
export function Asked(props: { agentId: string; reason: OfferReason }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const { requirement, requirementOnEntry, skills } = props.reason;
  if (requirement === undefined || (requirement === null && (requirementOnEntry ?? null) === null))
    return null;
  const levels = Object.entries(skills ?? {}).map(([skill, level]) =>
    t("reason.skillLevel", { skill, level }),
  );
  return (
    <div data-testid="reason-required">
      <h3>{t("reason.required")}</h3>
      <Requirement now={requirement} onEntry={requirementOnEntry ?? null} />
      {levels.length > 0 && (
        <div>
          {t("reason.chosenSkills", {
            agent: labels.person(props.agentId),
            skills: levels.join(t("why.list")),
          })}
        </div>
      )}
    </div>
  );
}

function Requirement(props: { now: string | null; onEntry: string | null }) {
  const { t } = useTranslation();
  const { now, onEntry } = props;
  const relaxed = onEntry !== null && onEntry !== now;
  if (now === null)
    return (
      <div>
        {relaxed ? t("reason.requiredDropped", { requirement: onEntry }) : t("reason.requiredNothing")}
      </div>
    );
  return (
    <>
      <div>{t("reason.requiredNow", { requirement: now })}</div>
      {relaxed && <div>{t("reason.requiredOnEntry", { requirement: onEntry })}</div>}
    </>
  );
}

/** Rings, level, delay, borrowing, the caller's own agent, priority: what is out of the ordinary, in a line. */
export function HowTheSearchStood(props: { reason: OfferReason }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const { ring, level, delayMs, borrowedFrom, sticky, priority, ageMs } = props.reason;
  const parts = [
    ring === undefined ? null : ring > 0 ? t("reason.ring", { count: ring }) : t("reason.firstRing"),
    level !== undefined && level > 1 ? t("reason.level", { level }) : null,
    delayMs !== undefined && delayMs > 0 ? t("reason.delay", { delay: formatDuration(delayMs) }) : null,
    borrowedFrom == null ? null : t("reason.borrowedFrom", { queue: labels.queue(borrowedFrom) }),
    sticky == null ? null : t(`reason.sticky.${sticky}`),
    priority > 0 ? t("reason.priority", { priority }) : null,
    ageMs !== undefined && ageMs > 0 ? t("reason.age", { age: formatDuration(ageMs) }) : null,
  ].filter((part) => part !== null);
  if (parts.length === 0) return null;
  return (
    <div data-testid="reason-search">
      <h3>{t("reason.how")}</h3>
      {parts.join(" ")}
    </div>
  );
}

/** Members who were free but not for this caller. */
export function Unsuited(props: { unsuited: OfferReason["unsuited"] }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const { unsuited } = props;
  if (unsuited === undefined || unsuited.skills + unsuited.notYet === 0) return null;
  const counts = [
    unsuited.skills > 0 ? t("reason.lacksSkills", { count: unsuited.skills }) : null,
    unsuited.notYet > 0 ? t("reason.notYetAsked", { count: unsuited.notYet }) : null,
  ].filter((part) => part !== null);
  return (
    <div data-testid="reason-unsuited">
      <h3>{t("reason.unsuited")}</h3>
      <div>{counts.join(" · ")}</div>
      <ul>
        {unsuited.named.map(({ agentId, because }) => (
          <li key={agentId}>{t(`reason.because.${because}`, { agent: labels.person(agentId) })}</li>
        ))}
      </ul>
    </div>
  );
}
