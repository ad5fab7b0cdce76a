import { IconAlertCircle, IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { LocatedProblem } from "./core/problems.ts";
import { sectionOfField } from "./core/queue-sections.ts";
import classes from "./routing.module.css";

/** Problems in sentences, errors first; `linked` puts before each what it is about, with the way there. */
export function ProblemList(props: { problems: readonly LocatedProblem[]; linked?: boolean }) {
  const { t } = useTranslation();
  const sorted = props.problems.toSorted(
    (one, other) => Number(one.severity === "warning") - Number(other.severity === "warning"),
  );
  return (
    <ul className={classes["problems"]} data-testid="problems">
      {sorted.map((problem) => (
        <li key={`${problem.path} ${problem.message}`} data-tone={problem.severity}>
          {problem.severity === "error" ? (
            <IconAlertCircle size={16} aria-label={t("draft.error")} />
          ) : (
            <IconAlertTriangle size={16} aria-label={t("draft.warning")} />
          )}
          <span>
            {props.linked === true && <Subject problem={problem} />} {problem.message}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What a problem is about, with the way to its field. */
function Subject(props: { problem: LocatedProblem }) {
  const { list, id, field, subject } = props.problem;
  const address: Record<string, string> = {
    queues: `/admin/queues/${id}#${sectionOfField(field)}`,
    schedules: `/admin/schedules/${id}`,
    agents: `/admin/people/${id}`,
    teams: "/admin/teams",
    skills: "/admin/skills",
  };
  const to = address[list];
  return <strong>{to === undefined ? subject : <Link to={to}>{subject}</Link>}:</strong>;
}
