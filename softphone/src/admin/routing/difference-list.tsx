import type { routing } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Tag } from "../../shared/tag.tsx";
import { groupDifferences, type ChangedThing, type FieldChange } from "./core/differences.ts";
import { sectionOfField } from "./core/queue-sections.ts";
import classes from "./routing.module.css";
import { useValueWords } from "./value-words.ts";

const tones = { added: "good", removed: "bad", changed: "plain" } as const;

/** Differences in words, thing by thing. `linked`: names lead to where they are edited. */
export function DifferenceList(props: {
  differences: readonly routing.RoutingDifference[];
  linked?: boolean;
}) {
  const things = groupDifferences(props.differences);
  return (
    <ul className={classes["things"]} data-testid="differences">
      {things.map((thing) => (
        <li key={`${thing.what} ${thing.id}`}>
          <Thing thing={thing} linked={props.linked === true && thing.kind !== "removed"} />
        </li>
      ))}
    </ul>
  );
}

function Thing(props: { thing: ChangedThing; linked: boolean }) {
  const { t } = useTranslation();
  const { thing } = props;
  return (
    <>
      <div className={classes["thingHead"]}>
        <Tag tone={tones[thing.kind]}>{t(`difference.${thing.kind}`)}</Tag>
        <span>{t(`difference.what.${thing.what}`)}</span>
        <strong>{props.linked ? <Link to={addressOf(thing)}>{thing.name}</Link> : thing.name}</strong>
        {thing.renamedFrom !== null && (
          <span className={classes["quiet"]}>{t("difference.renamed", { name: thing.renamedFrom })}</span>
        )}
      </div>
      {thing.changes.length > 0 && (
        <dl className={classes["changes"]}>
          <Levels changes={thing.changes.filter(({ field }) => field === "skills")} />
          {thing.changes
            .filter(({ field }) => field !== "skills")
            .map((change) => (
              <Change key={`${change.field} ${change.part ?? ""}`} change={change} />
            ))}
        </dl>
      )}
    </>
  );
}

/** Where a thing is edited; a queue at the part that changed. */
function addressOf({ what, id, changes }: ChangedThing): string {
  switch (what) {
    case "queue":
      return `/admin/queues/${id}${changes[0] === undefined ? "" : `#${sectionOfField(changes[0].field)}`}`;
    case "schedule":
      return `/admin/schedules/${id}`;
    case "agent":
      return `/admin/people/${id}`;
    case "team":
      return "/admin/teams";
    case "skill":
      return "/admin/skills";
  }
}

function Change(props: { change: FieldChange }) {
  const words = useValueWords();
  const { change } = props;
  const [before, after] = words.both(change);
  return (
    <div>
      <dt>{words.field(change)}</dt>
      <dd>
        <del>{before}</del>
        <span aria-hidden> → </span>
        <ins>{after}</ins>
      </dd>
    </div>
  );
}

/** Skills of a person, all in one line. */
function Levels(props: { changes: readonly FieldChange[] }) {
  const { t } = useTranslation();
  const words = useValueWords();
  if (props.changes.length === 0) return null;
  return (
    <div>
      <dt>{t("nav.skills")}</dt>
      <dd>
        {props.changes.map((change, index) => {
          const [before, after] = words.both(change);
          return (
            <span key={change.part}>
              {index > 0 && ", "}
              {change.part} <del>{before}</del>
              <span aria-hidden> → </span>
              <ins>{after}</ins>
            </span>
          );
        })}
      </dd>
    </div>
  );
}
