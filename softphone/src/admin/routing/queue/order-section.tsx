import { Button, Stack, Text } from "@mantine/core";
import { queues } from "@ringdown/contract";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { QuietButton } from "../../../shared/quiet-button.tsx";
import { DraftDuration, DraftNumber, DraftSwitch, DraftText, useDurationText } from "../fields.tsx";
import { useRouting } from "../routing-context.tsx";
import classes from "../routing.module.css";
import type { QueueEditing } from "./queue-editing.ts";

/** Priority against other queues, customers who come first, and the agent whom a customer knows. */
export function OrderSection(props: { editing: QueueEditing }) {
  const { t } = useTranslation();
  const write = useDurationText();
  const { settings, set, at } = props.editing;
  const { sticky } = settings;
  return (
    <Stack gap="md">
      <div className={classes["fields"]}>
        <DraftNumber
          label={t("queues.priority")}
          description={t("queues.priorityHint")}
          value={settings.priority}
          min={0}
          max={10}
          at={at("priority")}
          onChange={(priority) => set({ priority })}
        />
        <DraftDuration
          label={t("queues.aging")}
          description={t("queues.agingSentence", { bound: write(settings.agingMs * 10) })}
          value={settings.agingMs}
          min={1_000}
          max={3_600_000}
          at={at("agingMs")}
          onChange={(agingMs) => set({ agingMs })}
        />
      </div>
      <Boosts editing={props.editing} />
      <DraftSwitch
        label={t("queues.sticky")}
        description={t("queues.stickyHint")}
        value={sticky.lastAgent}
        onChange={(lastAgent) => set({ sticky: { ...sticky, lastAgent } })}
      />
      {sticky.lastAgent && (
        <div className={classes["fields"]}>
          <DraftDuration
            label={t("queues.stickyWithin")}
            value={sticky.withinMs}
            min={60_000}
            max={31_536_000_000}
            at={at("sticky.withinMs")}
            onChange={(withinMs) => set({ sticky: { ...sticky, withinMs } })}
          />
          <DraftDuration
            label={t("queues.stickyPatience")}
            value={sticky.patienceMs}
            min={1_000}
            max={600_000}
            at={at("sticky.patienceMs")}
            onChange={(patienceMs) => set({ sticky: { ...sticky, patienceMs } })}
          />
        </div>
      )}
    </Stack>
  );
}

function Boosts(props: { editing: QueueEditing }) {
  const { t } = useTranslation();
  const { canEdit } = useRouting();
  const { settings, set } = props.editing;
  const { boosts } = settings;
  const change = (at: number, next: Partial<queues.Boost>) =>
    set({ boosts: boosts.map((one, index) => (index === at ? { ...one, ...next } : one)) });
  return (
    <div role="group" aria-label={t("boosts.title")} className={classes["rows"]}>
      <div>
        <Text fw={600} size="sm">
          {t("boosts.title")}
        </Text>
        <Text size="xs" c="dimmed">
          {t("boosts.hint")}
        </Text>
      </div>
      {boosts.map((boost, index) => (
        <BoostRow
          key={index}
          boost={boost}
          index={index}
          editing={props.editing}
          onChange={(next) => change(index, next)}
          onRemove={() => set({ boosts: boosts.filter((_, at) => at !== index) })}
        />
      ))}
      {canEdit && boosts.length < 20 && (
        <div>
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconPlus size={15} />}
            onClick={() =>
              set({ boosts: [...boosts, { attribute: "vip", value: "yes", priority: 2, ageMs: 0 }] })
            }
          >
            {t("boosts.add")}
          </Button>
        </div>
      )}
    </div>
  );
}

function BoostRow(props: {
  boost: queues.Boost;
  index: number;
  editing: QueueEditing;
  onChange: (boost: Partial<queues.Boost>) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation();
  const { canEdit } = useRouting();
  const { boost, index, onChange } = props;
  const at = (field: keyof queues.Boost) => props.editing.at(`boosts.${index}.${field}`);
  return (
    <div className={classes["boostRow"]}>
      <DraftText
        label={t("boosts.attribute")}
        value={boost.attribute}
        at={at("attribute")}
        rule={(text) => (/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(text) ? null : t("boosts.attributeRule"))}
        onChange={(attribute) => onChange({ attribute })}
      />
      <DraftText
        label={t("boosts.value")}
        value={boost.value}
        maxLength={200}
        at={at("value")}
        onChange={(value) => onChange({ value })}
      />
      <DraftNumber
        label={t("boosts.priority")}
        value={boost.priority}
        min={0}
        max={10}
        at={at("priority")}
        onChange={(priority) => onChange({ priority })}
      />
      <DraftDuration
        label={t("boosts.age")}
        value={boost.ageMs}
        max={3_600_000}
        at={at("ageMs")}
        onChange={(ageMs) => onChange({ ageMs })}
      />
      {canEdit && (
        <QuietButton
          label={t("flows.removeRow", { number: index + 1 })}
          icon={<IconTrash size={16} />}
          onClick={props.onRemove}
        />
      )}
    </div>
  );
}
