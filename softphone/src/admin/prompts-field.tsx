import { NativeSelect } from "@mantine/core";
import { telephony, type flow as contract } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { isSpokenNumber } from "./core/flow-edit.ts";
import { Rows } from "./flow-fields.tsx";

/** Prompts said one after the other, each in the caller's language or in a fixed one; `oneLanguage` offers no choice. */
export function PromptsField(props: {
  legend: string;
  value: readonly contract.PromptRef[];
  atLeast?: number;
  oneLanguage?: boolean;
  onChange: (prompts: contract.PromptRef[]) => void;
}) {
  return (
    <Rows
      legend={props.legend}
      items={props.value}
      atLeast={props.atLeast ?? 0}
      atMost={20}
      make={(): contract.PromptRef => ({ prompt: "welcome" })}
      onChange={props.onChange}
    >
      {(prompt, change) => (
        <PromptRow prompt={prompt} onChange={change} oneLanguage={props.oneLanguage === true} />
      )}
    </Rows>
  );
}

function PromptRow(props: {
  prompt: contract.PromptRef;
  onChange: (prompt: contract.PromptRef) => void;
  oneLanguage: boolean;
}) {
  const { t } = useTranslation();
  const { prompt, onChange } = props;
  const list = useQuery({
    queryKey: ["prompts"],
    queryFn: () => call(telephony.listPrompts),
    staleTime: 60_000,
  });
  const value = "prompt" in prompt ? `prompt:${prompt.prompt}` : `upload:${prompt.upload}`;
  const language = prompt.language === undefined ? {} : { language: prompt.language };
  const shipped = (list.data?.shipped ?? [])
    .filter((one) => !isSpokenNumber(one.id))
    .map((one) => ({ value: `prompt:${one.id}`, label: one.id }));
  const uploaded = (list.data?.prompts ?? []).map((one) => ({ value: `upload:${one.id}`, label: one.name }));
  const isListed = [...shipped, ...uploaded].some((one) => one.value === value);
  return (
    <>
      <NativeSelect
        aria-label={t("flows.prompt")}
        value={value}
        onChange={(event) => {
          const [kind, id = ""] = event.currentTarget.value.split(/:(.*)/s);
          onChange(kind === "upload" ? { upload: id, ...language } : { prompt: id, ...language });
        }}
        data={[
          ...(isListed ? [] : [{ value, label: value.slice(value.indexOf(":") + 1) }]),
          ...(uploaded.length === 0 ? [] : [{ group: t("prompts.uploaded"), items: uploaded }]),
          { group: t("prompts.shipped"), items: shipped },
        ]}
      />
      {!props.oneLanguage && (
        <NativeSelect
          aria-label={t("caller.language")}
          value={prompt.language ?? ""}
          onChange={(event) => {
            const { language: _, ...rest } = prompt;
            const chosen = event.currentTarget.value;
            onChange(chosen === "en" || chosen === "zh" ? { ...rest, language: chosen } : rest);
          }}
          data={[
            { value: "", label: t("flows.callersLanguage") },
            { value: "en", label: t("language.en") },
            { value: "zh", label: t("language.zh") },
          ]}
        />
      )}
    </>
  );
}
