import { Button, MultiSelect, Text } from "@mantine/core";
import type { queues } from "@ringdown/contract";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { QuietButton } from "../../../shared/quiet-button.tsx";
import { skillsToHave } from "../core/routing-edit.ts";
import { DraftDuration, DraftNumber, useFieldProblem } from "../fields.tsx";
import { useRouting } from "../routing-context.tsx";
import classes from "../routing.module.css";
import type { QueueEditing } from "./queue-editing.ts";

type Ring = queues.Ring;
const everything = "*";

/** Steps by which the search widens, each from a moment of the caller's wait on. */
export function RingsEditor(props: { editing: QueueEditing }) {
  const { t } = useTranslation();
  const { canEdit } = useRouting();
  const { settings, set } = props.editing;
  const { rings } = settings;
  const last = rings.at(-1);
  const add = () => {
    const afterMs = Math.min((last?.afterMs ?? 0) + 30_000, 3_600_000);
    const next: Ring = { lowerBy: 0, drop: [], level: 1, borrowFrom: [], ...last, afterMs };
    set({ rings: [...rings, next] });
  };
  return (
    <div role="group" aria-label={t("rings.title")} className={classes["rows"]}>
      <div>
        <Text fw={600} size="sm">
          {t("rings.title")}
        </Text>
        <Text size="xs" c="dimmed">
          {t("rings.hint")}
        </Text>
      </div>
      {rings.map((ring, index) => (
        <RingRow
          key={index}
          ring={ring}
          index={index}
          editing={props.editing}
          onChange={(next) =>
            set({ rings: rings.map((one, at) => (at === index ? { ...one, ...next } : one)) })
          }
          onRemove={() => set({ rings: rings.filter((_, at) => at !== index) })}
        />
      ))}
      {canEdit && rings.length < 10 && (
        <div>
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconPlus size={15} />}
            onClick={add}
            data-testid="ring-add"
          >
            {t("rings.add")}
          </Button>
        </div>
      )}
    </div>
  );
}

function RingRow(props: {
  ring: Ring;
  index: number;
  editing: QueueEditing;
  onChange: (ring: Partial<Ring>) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation();
  const { canEdit } = useRouting();
  const { ring, index, onChange } = props;
  const number = index + 1;
  const at = (field: keyof Ring) => props.editing.at(`rings.${index}.${field}`);
  return (
    <div className={classes["ring"]} role="group" aria-label={t("rings.step", { number })}>
      <DraftDuration
        label={t("rings.after")}
        value={ring.afterMs}
        min={1_000}
        max={3_600_000}
        at={at("afterMs")}
        onChange={(afterMs) => onChange({ afterMs })}
      />
      <DraftNumber
        label={t("rings.lowerBy")}
        value={ring.lowerBy}
        min={0}
        max={9}
        at={at("lowerBy")}
        onChange={(lowerBy) => onChange({ lowerBy })}
      />
      <DraftNumber
        label={t("rings.level")}
        value={ring.level}
        min={1}
        max={10}
        at={at("level")}
        onChange={(level) => onChange({ level })}
      />
      <Lists {...props} />
      {canEdit && (
        <QuietButton
          label={t("rings.remove", { number })}
          icon={<IconTrash size={16} />}
          onClick={props.onRemove}
        />
      )}
    </div>
  );
}

/** Which skills are dropped, and which queues lend their agents. */
function Lists(props: {
  ring: Ring;
  index: number;
  editing: QueueEditing;
  onChange: (ring: Partial<Ring>) => void;
}) {
  const { t } = useTranslation();
  const { document, canEdit } = useRouting();
  const { ring, index, editing, onChange } = props;
  const dropped = useFieldProblem(editing.at(`rings.${index}.drop`));
  const borrowed = useFieldProblem(editing.at(`rings.${index}.borrowFrom`));
  const keys = document.skills.filter(({ values }) => values.length > 0).map(({ key }) => key);
  const skills = [
    ...new Set([...keys, ...skillsToHave(document.skills).map(({ skill }) => skill), ...ring.drop]),
  ];
  const others = document.queues.filter(({ id }) => id !== editing.queue.id);
  return (
    <>
      <MultiSelect
        label={t("rings.drop")}
        data={[
          { value: everything, label: t("rings.dropAll") },
          ...skills.filter((skill) => skill !== everything).map((skill) => ({ value: skill, label: skill })),
        ]}
        value={ring.drop}
        readOnly={!canEdit}
        searchable
        comboboxProps={{ keepMounted: false }}
        maxValues={20}
        error={dropped.error}
        onChange={(drop) => onChange({ drop: drop.includes(everything) ? [everything] : drop })}
        nothingFoundMessage={t("common.nothing")}
      />
      <MultiSelect
        label={t("rings.borrow")}
        data={others.map(({ id, name }) => ({ value: id, label: name }))}
        value={ring.borrowFrom}
        readOnly={!canEdit}
        searchable
        comboboxProps={{ keepMounted: false }}
        maxValues={10}
        error={borrowed.error}
        onChange={(borrowFrom) => onChange({ borrowFrom })}
        nothingFoundMessage={t("common.nothing")}
      />
    </>
  );
}
