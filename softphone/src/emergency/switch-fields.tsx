import { MultiSelect, NativeSelect, Radio, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { telephony, type emergency as contract } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { useLabels } from "../shared/labels.ts";
import { draftOf, type SwitchDraft } from "./core/switch-draft.ts";
import classes from "./emergency.module.css";
import { MessageFields, WaitingField } from "./message-fields.tsx";

const own = "own";
const minutesToChoose = [15, 30, 60, 120, 240, 480, 1_440] as const;

/** The first step: a prepared message or one's own, whose calls, how long. */
export function SwitchFields(props: {
  presets: contract.EmergencyPreset[];
  draft: SwitchDraft;
  onChange: (draft: SwitchDraft) => void;
}) {
  const { t } = useTranslation();
  const { presets, draft, onChange } = props;
  const [chosen, choose] = useState(presets.find(({ name }) => name === draft.name)?.id ?? own);
  const [isAdjusting, setAdjusting] = useState(chosen === own);
  const { scope, note, forMs } = draft;
  const pick = (id: string) => {
    const preset = presets.find((one) => one.id === id) ?? null;
    choose(id);
    if (preset === null) setAdjusting(true);
    onChange({ ...draftOf(preset), scope, note, forMs });
  };
  return (
    <div className={classes["fields"]}>
      <Radio.Group label={t("emergency.message")} value={chosen} onChange={pick}>
        <Stack gap={6} mt={6}>
          {presets.map(({ id, name, mode }) => (
            <Radio key={id} value={id} label={name} description={t(`emergency.modes.${mode}`)} />
          ))}
          <Radio value={own} label={t("emergency.own")} />
        </Stack>
      </Radio.Group>
      {chosen === own && (
        <TextInput
          label={t("people.name")}
          description={t("emergency.nameHint")}
          value={draft.name}
          onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
        />
      )}
      <ScopeFields scope={scope} onChange={(next) => onChange({ ...draft, scope: next })} />
      {chosen !== own && (
        <Switch
          label={t("emergency.adjust")}
          checked={isAdjusting}
          onChange={(event) => setAdjusting(event.currentTarget.checked)}
        />
      )}
      {isAdjusting ? (
        <MessageFields value={draft} onChange={(message) => onChange({ ...draft, ...message })} />
      ) : (
        draft.mode === "closed" && (
          <WaitingField value={draft.waiting} onChange={(waiting) => onChange({ ...draft, waiting })} />
        )
      )}
      <NativeSelect
        label={t("emergency.ends")}
        value={String(forMs ?? "")}
        onChange={(event) => {
          const { value } = event.currentTarget;
          onChange({ ...draft, forMs: value === "" ? null : Number(value) });
        }}
        data={[
          { value: "", label: t("emergency.untilOff") },
          ...minutesToChoose.map((minutes) => ({
            value: String(minutes * 60_000),
            label: t("emergency.forMinutes", { minutes }),
          })),
        ]}
      />
      <Textarea
        label={t("emergency.note")}
        description={t("emergency.noteHint")}
        value={note}
        maxLength={500}
        onChange={(event) => onChange({ ...draft, note: event.currentTarget.value })}
      />
    </div>
  );
}

function ScopeFields(props: {
  scope: contract.EmergencyScope;
  onChange: (scope: contract.EmergencyScope) => void;
}) {
  const { t } = useTranslation();
  const { scope, onChange } = props;
  const { queues } = useLabels();
  const numbers = useQuery({ queryKey: ["numbers"], queryFn: () => call(telephony.listNumbers) });
  const empty: Record<string, contract.EmergencyScope> = {
    all: { kind: "all" },
    numbers: { kind: "numbers", numberIds: [] },
    queues: { kind: "queues", queueIds: [] },
  };
  return (
    <div className={classes["side"]}>
      <NativeSelect
        label={t("emergency.scope")}
        value={scope.kind}
        onChange={(event) => onChange(empty[event.currentTarget.value] ?? { kind: "all" })}
        data={(["all", "numbers", "queues"] as const).map((kind) => ({
          value: kind,
          label: t(`emergency.scopes.${kind}`),
        }))}
      />
      {scope.kind === "numbers" && (
        <MultiSelect
          label={t("emergency.scopes.numbers")}
          searchable
          value={scope.numberIds}
          onChange={(numberIds) => onChange({ kind: "numbers", numberIds })}
          data={(numbers.data?.numbers ?? []).map(({ id, number, label }) => ({
            value: id,
            label: label === "" ? number : `${number} (${label})`,
          }))}
        />
      )}
      {scope.kind === "queues" && (
        <MultiSelect
          label={t("emergency.scopes.queues")}
          searchable
          value={scope.queueIds}
          onChange={(queueIds) => onChange({ kind: "queues", queueIds })}
          data={queues.map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
    </div>
  );
}
