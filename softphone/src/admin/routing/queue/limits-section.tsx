import { Stack, Text } from "@mantine/core";
import { queues } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { DraftDuration, DraftNumber, DraftSelect, DraftSwitch, DraftText } from "../fields.tsx";
import { useFlowNames } from "../names.ts";
import { OpeningNow } from "../opening-now.tsx";
import { useRouting } from "../routing-context.tsx";
import classes from "../routing.module.css";
import type { QueueEditing } from "./queue-editing.ts";

/** When the queue is open, how much it holds, and where callers go when it doesn't take them. */
export function LimitsSection(props: { editing: QueueEditing }) {
  const { t } = useTranslation();
  const { document } = useRouting();
  const { settings, set, at } = props.editing;
  const schedule = document.schedules.find(({ id }) => id === settings.scheduleId);
  return (
    <Stack gap="md">
      <div className={classes["fields"]}>
        <DraftSelect
          label={t("queues.schedule")}
          description={schedule === undefined ? t("queues.scheduleHint") : <OpeningNow schedule={schedule} />}
          value={settings.scheduleId ?? ""}
          data={[
            { value: "", label: t("queues.alwaysOpen") },
            ...document.schedules.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          at={at("scheduleId")}
          onChange={(id) => set({ scheduleId: id === "" ? null : id })}
        />
        <DraftDuration
          label={t("queues.maximumWait")}
          value={settings.maximumWaitMs}
          max={14_400_000}
          none={t("queues.noLimit")}
          at={at("maximumWaitMs")}
          onChange={(maximumWaitMs) => set({ maximumWaitMs })}
        />
        <DraftNumber
          label={t("queues.maximumWaiting")}
          description={t("queues.zeroIsNone")}
          value={settings.maximumWaiting}
          min={0}
          max={100_000}
          at={at("maximumWaiting")}
          onChange={(maximumWaiting) => set({ maximumWaiting })}
        />
        <DraftDuration
          label={t("queues.maximumEstimate")}
          value={settings.maximumEstimatedWaitMs}
          max={14_400_000}
          none={t("queues.noLimit")}
          at={at("maximumEstimatedWaitMs")}
          onChange={(maximumEstimatedWaitMs) => set({ maximumEstimatedWaitMs })}
        />
      </div>
      <DraftSwitch
        label={t("queues.leaveWhenNoAgents")}
        value={settings.leaveWhenNoAgents}
        onChange={(leaveWhenNoAgents) => set({ leaveWhenNoAgents })}
      />
      <Overflow editing={props.editing} />
    </Stack>
  );
}

function Overflow(props: { editing: QueueEditing }) {
  const { t } = useTranslation();
  const { overflow } = props.editing.settings;
  const change = (cause: queues.OverflowCause, target: queues.OverflowTarget | undefined) => {
    const { [cause]: _, ...others } = overflow;
    props.editing.set({ overflow: target === undefined ? others : { ...others, [cause]: target } });
  };
  return (
    <div role="group" aria-label={t("overflow.title")} className={classes["rows"]}>
      <div>
        <Text fw={600} size="sm">
          {t("overflow.title")}
        </Text>
        <Text size="xs" c="dimmed">
          {t("overflow.hint")}
        </Text>
      </div>
      {queues.OverflowCause.options.map((cause) => (
        <OverflowRow
          key={cause}
          editing={props.editing}
          cause={cause}
          target={overflow[cause]}
          onChange={(target) => change(cause, target)}
        />
      ))}
    </div>
  );
}

const kinds = ["exit", "queue", "flow", "voicemail", "number", "callback"] as const;
type Kind = (typeof kinds)[number];

function OverflowRow(props: {
  editing: QueueEditing;
  cause: queues.OverflowCause;
  target: queues.OverflowTarget | undefined;
  onChange: (target: queues.OverflowTarget | undefined) => void;
}) {
  const { t } = useTranslation();
  const { cause, target } = props;
  const others = useRouting().document.queues.filter(({ id }) => id !== props.editing.queue.id);
  const flows = useFlowNames();
  const choose = (kind: Kind) => props.onChange(firstTarget(kind, others[0]?.id, flows[0]?.id));
  const isPossible = (kind: Kind) =>
    (kind !== "queue" || others.length > 0) && (kind !== "flow" || flows.length > 0);
  return (
    <div className={classes["overflowRow"]}>
      <span>
        {t(`overflow.cause.${cause}`)} <Idle editing={props.editing} cause={cause} />
      </span>
      <DraftSelect
        bare
        label={t("overflow.to", { cause: t(`overflow.cause.${cause}`) })}
        value={target?.kind ?? "exit"}
        data={kinds.filter(isPossible).map((kind) => ({ value: kind, label: t(`overflow.kind.${kind}`) }))}
        at={props.editing.at(`overflow.${cause}`)}
        onChange={choose}
        testId={`overflow-${cause}`}
      />
      <TargetPicker target={target} others={others} flows={flows} onChange={props.onChange} />
    </div>
  );
}

function firstTarget(
  kind: Kind,
  queueId: string | undefined,
  flowId: string | undefined,
): queues.OverflowTarget | undefined {
  if (kind === "queue" && queueId !== undefined) return { kind, queueId };
  if (kind === "flow" && flowId !== undefined) return { kind, flowId };
  if (kind === "number") return { kind, number: "000" };
  return kind === "voicemail" || kind === "callback" ? { kind } : undefined;
}

function TargetPicker(props: {
  target: queues.OverflowTarget | undefined;
  others: readonly { id: string; name: string }[];
  flows: readonly { id: string; name: string }[];
  onChange: (target: queues.OverflowTarget) => void;
}) {
  const { t } = useTranslation();
  const { target, onChange } = props;
  const choices = (list: readonly { id: string; name: string }[], now: string) => [
    ...(list.some(({ id }) => id === now) ? [] : [{ value: now, label: t("common.choose") }]),
    ...list.map(({ id, name }) => ({ value: id, label: name })),
  ];
  switch (target?.kind) {
    case "queue":
      return (
        <DraftSelect
          bare
          label={t("interaction.queue")}
          value={target.queueId}
          data={choices(props.others, target.queueId)}
          onChange={(queueId) => onChange({ kind: "queue", queueId })}
        />
      );
    case "flow":
      return (
        <DraftSelect
          bare
          label={t("flows.one")}
          value={target.flowId}
          data={choices(props.flows, target.flowId)}
          onChange={(flowId) => onChange({ kind: "flow", flowId })}
        />
      );
    case "number":
      return (
        <DraftText
          bare
          label={t("overflow.number")}
          value={target.number}
          rule={(text) => (/^\+?[0-9*#]{2,32}$/.test(text) ? null : t("overflow.numberRule"))}
          onChange={(number) => onChange({ kind: "number", number })}
        />
      );
    default:
      return <span />;
  }
}

/** A cause that can't come up, because its limit isn't set. */
function Idle(props: { editing: QueueEditing; cause: queues.OverflowCause }) {
  const { t } = useTranslation();
  const { settings } = props.editing;
  const isSet = {
    "max-wait": settings.maximumWaitMs > 0,
    full: settings.maximumWaiting > 0,
    "estimated-wait": settings.maximumEstimatedWaitMs > 0,
    "no-agents": settings.leaveWhenNoAgents,
    closed: settings.scheduleId !== null,
  }[props.cause];
  if (isSet) return null;
  return <span className={classes["quiet"]}>{t("overflow.notSet")}</span>;
}
