import { Stack, Text } from "@mantine/core";
import { requirement as language } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { useLabels } from "../../../shared/labels.ts";
import { shortcomings } from "../core/reach.ts";
import { staffOf } from "../core/routing-edit.ts";
import { useRouting } from "../routing-context.tsx";
import classes from "../routing.module.css";
import type { QueueEditing } from "./queue-editing.ts";
import { RequirementField } from "./requirement-field.tsx";
import { RingTimeline } from "./ring-timeline.tsx";
import { RingsEditor } from "./rings-editor.tsx";

/** What every caller of the queue needs of an agent, and how that gives way while they wait. */
export function NeedsSection(props: { editing: QueueEditing }) {
  const { editing } = props;
  const { settings, set, at } = editing;
  return (
    <Stack gap="md">
      <RequirementField
        value={settings.requirement ?? ""}
        at={at("requirement")}
        onChange={(text) => set({ requirement: text.trim() === "" ? null : text })}
      />
      <Suitable editing={editing} />
      <RingsEditor editing={editing} />
      <RingTimeline queue={editing.queue} />
    </Stack>
  );
}

const mostNames = 8;

/** How many of the members meet the requirement now, and who doesn't for want of what. */
function Suitable(props: { editing: QueueEditing }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const { document } = useRouting();
  const { queue } = props.editing;
  const { requirement } = queue.settings;
  const parsed = requirement === null ? null : language.parseRequirement(requirement);
  if (parsed?.ok !== true) return null;
  const short = shortcomings(document, queue, parsed.requirement);
  const all = staffOf(document, queue).length;
  const named = short.slice(0, mostNames).map(({ personId, has }) => {
    const skills = has.map(({ skill, level }) => `${skill} ${level}`).join(", ");
    return `${labels.person(personId)} (${skills})`;
  });
  return (
    <div className={classes["suitable"]} role="status" data-testid="suitable">
      <Text size="sm" fw={600} {...(short.length === all && { c: "var(--rd-warn)" })}>
        {t("requirement.suitable", { count: all, suitable: all - short.length })}
      </Text>
      {short.length > 0 && (
        <Text size="xs" c="dimmed">
          {t("requirement.unsuitable", { names: named.join("; ") })}
          {short.length > mostNames && ` ${t("requirement.others", { count: short.length - mostNames })}`}
        </Text>
      )}
    </div>
  );
}
