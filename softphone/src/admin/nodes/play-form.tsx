import { Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { PromptsField } from "../prompts-field.tsx";
import { NextSelect } from "./fields.tsx";
import { fieldOf, type FormOf } from "./form-of.ts";

export function PlayForm(form: FormOf<"play">) {
  const { t } = useTranslation();
  const { node, onChange } = form;
  return (
    <>
      <PromptsField legend={t("flows.prompts")} atLeast={1} {...fieldOf(form, "prompts")} />
      <Switch
        label={t("flows.interruptible")}
        checked={node.interruptible}
        onChange={(event) => onChange({ ...node, interruptible: event.currentTarget.checked })}
      />
      <NextSelect {...fieldOf(form, "next")} />
    </>
  );
}
