import { NativeSelect, Radio, Stack, TextInput } from "@mantine/core";
import { people, telephony, type emergency as contract } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { PromptsField } from "../admin/prompts-field.tsx";
import { call } from "../api/client.ts";
import { useLabels } from "../shared/labels.ts";
import classes from "./emergency.module.css";

export type Message = Omit<contract.EmergencyPreset, "id" | "name">;

/** What callers hear, where they go, and what becomes of those who wait. */
export function MessageFields(props: { value: Message; onChange: (value: Message) => void }) {
  const { t } = useTranslation();
  const { value, onChange } = props;
  const change = (part: Partial<Message>) => onChange({ ...value, ...part });
  return (
    <div className={classes["fields"]}>
      <Radio.Group
        label={t("emergency.mode")}
        value={value.mode}
        onChange={(mode) => change({ mode: mode === "closed" ? "closed" : "message" })}
      >
        <Stack gap={6} mt={6}>
          <Radio value="closed" label={t("emergency.modes.closed")} />
          <Radio value="message" label={t("emergency.modes.message")} />
        </Stack>
      </Radio.Group>
      {people.Language.options.map((language) => (
        <PromptsField
          key={language}
          oneLanguage
          legend={t("emergency.heardIn", { language: t(`language.${language}`) })}
          value={value.prompts[language] ?? []}
          onChange={(prompts) => change({ prompts: { ...value.prompts, [language]: prompts } })}
        />
      ))}
      {value.mode === "closed" && (
        <>
          <ThenFields value={value.ending} onChange={(ending) => change({ ending })} />
          <WaitingField value={value.waiting} onChange={(waiting) => change({ waiting })} />
        </>
      )}
    </div>
  );
}

export function WaitingField(props: {
  value: Message["waiting"];
  onChange: (waiting: Message["waiting"]) => void;
}) {
  const { t } = useTranslation();
  return (
    <Radio.Group
      label={t("emergency.waiting")}
      value={props.value}
      onChange={(waiting) => props.onChange(waiting === "leave" ? "leave" : "stay")}
    >
      <Stack gap={6} mt={6}>
        <Radio value="leave" label={t("emergency.whoWaits.leave")} />
        <Radio value="stay" label={t("emergency.whoWaits.stay")} />
      </Stack>
    </Radio.Group>
  );
}

type Then = contract.EmergencyThen;
const kinds = ["hang-up", "voicemail", "number", "flow"] as const;

function emptyThen(kind: string, queueId: string, flowId: string): Then {
  switch (kind) {
    case "voicemail":
      return { kind, queueId };
    case "number":
      return { kind, number: "" };
    case "flow":
      return { kind, flowId };
    default:
      return { kind: "hang-up" };
  }
}

function ThenFields(props: { value: Then; onChange: (ending: Then) => void }) {
  const { t } = useTranslation();
  const { value, onChange } = props;
  const { queues } = useLabels();
  const list = useQuery({ queryKey: ["flows"], queryFn: () => call(telephony.listFlows) });
  const flows = (list.data?.flows ?? []).filter(({ publishedVersion }) => publishedVersion !== null);
  return (
    <div className={classes["side"]}>
      <NativeSelect
        label={t("emergency.thenLabel")}
        value={value.kind}
        onChange={(event) =>
          onChange(emptyThen(event.currentTarget.value, queues[0]?.id ?? "", flows[0]?.id ?? ""))
        }
        data={kinds.map((kind) => ({ value: kind, label: t(`emergency.ending.${kind}`) }))}
      />
      {value.kind === "voicemail" && (
        <NativeSelect
          label={t("interaction.queue")}
          value={value.queueId}
          onChange={(event) => onChange({ kind: "voicemail", queueId: event.currentTarget.value })}
          data={queues.map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
      {value.kind === "number" && (
        <TextInput
          label={t("numbers.number")}
          value={value.number}
          placeholder="+15550100"
          onChange={(event) =>
            onChange({ kind: "number", number: event.currentTarget.value.replaceAll(/[\s()-]/g, "") })
          }
        />
      )}
      {value.kind === "flow" && (
        <NativeSelect
          label={t("numbers.flow")}
          value={value.flowId}
          onChange={(event) => onChange({ kind: "flow", flowId: event.currentTarget.value })}
          data={flows.map(({ id, name }) => ({ value: id, label: name }))}
        />
      )}
    </div>
  );
}
