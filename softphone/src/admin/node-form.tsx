import { Button, Group, NativeSelect, NumberInput, Switch, TextInput } from "@mantine/core";
import { flow as contract } from "@ringdown/contract";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { digits } from "./core/flow-edit.ts";
import classes from "./flow.module.css";
import { PromptsField, QueueSelect, Rows, TargetSelect, useFlow } from "./flow-fields.tsx";
import { HoursForm } from "./hours-form.tsx";
import { SecondsInput } from "./seconds-input.tsx";

type FlowNode = contract.FlowNode;
type NodeOf<K extends contract.FlowNodeKind> = Extract<FlowNode, { kind: K }>;

/** The id, by which other steps lead here. */
export function NodeIdField(props: { id: string; onRename: (to: string) => void }) {
  const { t } = useTranslation();
  const flow = useFlow();
  const [id, setId] = useState(props.id);
  const isTaken = id !== props.id && flow.nodes[id] !== undefined;
  const error = isTaken
    ? t("flows.idTaken")
    : contract.NodeId.safeParse(id).success
      ? undefined
      : t("flows.idRule");
  return (
    <Group align="end" gap="xs">
      <TextInput
        label={t("flows.id")}
        value={id}
        error={error}
        onChange={(event) => setId(event.currentTarget.value)}
        style={{ flex: 1 }}
      />
      <Button
        variant="default"
        disabled={id === props.id || error !== undefined}
        onClick={() => props.onRename(id)}
      >
        {t("flows.rename")}
      </Button>
    </Group>
  );
}

/** The fields of a node by its kind. */
export function NodeForm(props: { node: FlowNode; onChange: (node: FlowNode) => void }) {
  const { t } = useTranslation();
  const { node, onChange } = props;
  return (
    <>
      <TextInput
        label={t("flows.label")}
        description={t("flows.labelHint")}
        maxLength={100}
        value={node.label ?? ""}
        onChange={(event) => {
          const { label: _, ...rest } = node;
          const label = event.currentTarget.value;
          onChange(label === "" ? rest : { ...rest, label });
        }}
      />
      <KindForm node={node} onChange={onChange} />
    </>
  );
}

function KindForm(props: { node: FlowNode; onChange: (node: FlowNode) => void }) {
  const { node, onChange } = props;
  switch (node.kind) {
    case "play":
      return <PlayForm node={node} onChange={onChange} />;
    case "menu":
      return <MenuForm node={node} onChange={onChange} />;
    case "hours":
      return <HoursForm node={node} onChange={onChange} />;
    case "language":
      return <LanguageForm node={node} onChange={onChange} />;
    case "queue":
      return <QueueForm node={node} onChange={onChange} />;
    case "voicemail":
      return <VoicemailForm node={node} onChange={onChange} />;
    case "hangup":
      return <HangupForm node={node} onChange={onChange} />;
    case "transfer":
      return <TransferForm node={node} onChange={onChange} />;
    case "set":
      return <SetForm node={node} onChange={onChange} />;
  }
}

interface FormOf<K extends contract.FlowNodeKind> {
  node: NodeOf<K>;
  onChange: (node: NodeOf<K>) => void;
}

function Next(props: { value: string; onChange: (next: string) => void }) {
  const { t } = useTranslation();
  return <TargetSelect label={t("flows.next")} value={props.value} onChange={props.onChange} />;
}

function PlayForm({ node, onChange }: FormOf<"play">) {
  const { t } = useTranslation();
  return (
    <>
      <PromptsField
        legend={t("flows.prompts")}
        prompts={node.prompts}
        atLeast={1}
        onChange={(prompts) => onChange({ ...node, prompts })}
      />
      <Switch
        label={t("flows.interruptible")}
        checked={node.interruptible}
        onChange={(event) => onChange({ ...node, interruptible: event.currentTarget.checked })}
      />
      <Next value={node.next} onChange={(next) => onChange({ ...node, next })} />
    </>
  );
}

function MenuForm({ node, onChange }: FormOf<"menu">) {
  const { t } = useTranslation();
  const free = digits.find((digit) => node.options.every((option) => option.digit !== digit)) ?? "1";
  return (
    <>
      <PromptsField
        legend={t("flows.prompts")}
        prompts={node.prompts}
        atLeast={1}
        onChange={(prompts) => onChange({ ...node, prompts })}
      />
      <Rows
        legend={t("flows.options")}
        items={node.options}
        atLeast={1}
        atMost={12}
        make={() => ({ digit: free, next: node.onFailure })}
        onChange={(options) => onChange({ ...node, options })}
      >
        {(option, change) => (
          <>
            <NativeSelect
              label={t("flows.key")}
              value={option.digit}
              data={digits}
              onChange={(event) => change({ ...option, digit: event.currentTarget.value })}
            />
            <TargetSelect
              label={t("flows.leadsTo")}
              value={option.next}
              onChange={(next) => change({ ...option, next })}
            />
          </>
        )}
      </Rows>
      <div className={classes["fields"]}>
        <SecondsInput
          label={t("flows.digitTimeout")}
          min={500}
          max={60_000}
          value={node.digitTimeoutMs}
          onChange={(digitTimeoutMs) => onChange({ ...node, digitTimeoutMs })}
        />
        <NumberInput
          label={t("flows.retries")}
          min={0}
          max={10}
          value={node.retries}
          onChange={(retries) => typeof retries === "number" && onChange({ ...node, retries })}
        />
        <TargetSelect
          label={t("flows.onFailure")}
          value={node.onFailure}
          onChange={(onFailure) => onChange({ ...node, onFailure })}
        />
      </div>
      <PromptsField
        legend={t("flows.invalidPrompts")}
        prompts={node.invalidPrompts}
        onChange={(invalidPrompts) => onChange({ ...node, invalidPrompts })}
      />
      <PromptsField
        legend={t("flows.timeoutPrompts")}
        prompts={node.timeoutPrompts}
        onChange={(timeoutPrompts) => onChange({ ...node, timeoutPrompts })}
      />
    </>
  );
}

function LanguageForm({ node, onChange }: FormOf<"language">) {
  const { t } = useTranslation();
  return (
    <div className={classes["fields"]}>
      <NativeSelect
        label={t("caller.language")}
        value={node.language}
        onChange={(event) =>
          onChange({ ...node, language: event.currentTarget.value === "zh" ? "zh" : "en" })
        }
        data={[
          { value: "en", label: t("language.en") },
          { value: "zh", label: t("language.zh") },
        ]}
      />
      <Next value={node.next} onChange={(next) => onChange({ ...node, next })} />
    </div>
  );
}

const exitCauses = contract.QueueExitCause.options;

function QueueForm({ node, onChange }: FormOf<"queue">) {
  const { t } = useTranslation();
  return (
    <>
      <div className={classes["fields"]}>
        <QueueSelect
          label={t("interaction.queue")}
          value={node.queueId}
          onChange={(queueId) => onChange({ ...node, queueId })}
        />
        <NumberInput
          label={t("queues.priority")}
          min={0}
          max={100}
          value={node.priority}
          onChange={(priority) => typeof priority === "number" && onChange({ ...node, priority })}
        />
        <Next value={node.next} onChange={(next) => onChange({ ...node, next })} />
      </div>
      <span className={classes["legend"]}>{t("flows.exits")}</span>
      <div className={classes["fields"]}>
        {exitCauses.map((cause) => (
          <TargetSelect
            key={cause}
            label={t(`flows.exit.${cause}`)}
            value={node.exits[cause] ?? ""}
            none={t("flows.asNext")}
            onChange={(id) => {
              const { [cause]: _, ...exits } = node.exits;
              onChange({ ...node, exits: id === "" ? exits : { ...exits, [cause]: id } });
            }}
          />
        ))}
      </div>
    </>
  );
}

function VoicemailForm({ node, onChange }: FormOf<"voicemail">) {
  const { t } = useTranslation();
  return (
    <>
      <div className={classes["fields"]}>
        <QueueSelect
          label={t("flows.voicemailQueue")}
          value={node.queueId}
          onChange={(queueId) => onChange({ ...node, queueId })}
        />
        <NumberInput
          label={t("flows.maxSeconds")}
          suffix=" s"
          min={5}
          max={900}
          value={node.maxSeconds}
          onChange={(maxSeconds) => typeof maxSeconds === "number" && onChange({ ...node, maxSeconds })}
        />
        <NumberInput
          label={t("flows.silenceSeconds")}
          suffix=" s"
          min={1}
          max={60}
          value={node.silenceSeconds}
          onChange={(silenceSeconds) =>
            typeof silenceSeconds === "number" && onChange({ ...node, silenceSeconds })
          }
        />
        <Next value={node.next} onChange={(next) => onChange({ ...node, next })} />
      </div>
      <PromptsField
        legend={t("flows.greeting")}
        prompts={node.greeting}
        onChange={(greeting) => onChange({ ...node, greeting })}
      />
    </>
  );
}

function HangupForm({ node, onChange }: FormOf<"hangup">) {
  const { t } = useTranslation();
  return (
    <PromptsField
      legend={t("flows.goodbyePrompts")}
      prompts={node.prompts}
      onChange={(prompts) => onChange({ ...node, prompts })}
    />
  );
}

function TransferForm({ node, onChange }: FormOf<"transfer">) {
  const { t } = useTranslation();
  const isRight = contract.TransferNode.shape.to.safeParse(node.to).success;
  return (
    <>
      <TextInput
        label={t("flows.transferTo")}
        description={t("flows.transferHint")}
        error={isRight ? undefined : t("flows.transferRule")}
        value={node.to}
        onChange={(event) => onChange({ ...node, to: event.currentTarget.value })}
      />
      <PromptsField
        legend={t("flows.prompts")}
        prompts={node.prompts}
        onChange={(prompts) => onChange({ ...node, prompts })}
      />
      <TargetSelect
        label={t("flows.transferFailed")}
        value={node.onFailure}
        onChange={(onFailure) => onChange({ ...node, onFailure })}
      />
    </>
  );
}

function SetForm({ node, onChange }: FormOf<"set">) {
  const { t } = useTranslation();
  return (
    <div className={classes["fields"]}>
      <TextInput
        label={t("flows.setKey")}
        error={contract.SetNode.shape.key.safeParse(node.key).success ? undefined : t("flows.setKeyRule")}
        value={node.key}
        onChange={(event) => onChange({ ...node, key: event.currentTarget.value })}
      />
      <TextInput
        label={t("flows.setValue")}
        maxLength={500}
        value={node.value}
        onChange={(event) => onChange({ ...node, value: event.currentTarget.value })}
      />
      <Next value={node.next} onChange={(next) => onChange({ ...node, next })} />
    </div>
  );
}
