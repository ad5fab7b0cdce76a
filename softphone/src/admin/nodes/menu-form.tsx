import { NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { digits } from "../core/flow-edit.ts";
import classes from "../flow.module.css";
import { Rows, TargetSelect } from "../flow-fields.tsx";
import { PromptsField } from "../prompts-field.tsx";
import { SecondsInput } from "../seconds-input.tsx";
import { NumberField } from "./fields.tsx";
import { fieldOf, type FormOf } from "./form-of.ts";

export function MenuForm(form: FormOf<"menu">) {
  const { t } = useTranslation();
  return (
    <>
      <PromptsField legend={t("flows.prompts")} atLeast={1} {...fieldOf(form, "prompts")} />
      <MenuOptions {...form} />
      <div className={classes["fields"]}>
        <SecondsInput
          label={t("flows.digitTimeout")}
          min={500}
          max={60_000}
          {...fieldOf(form, "digitTimeoutMs")}
        />
        <NumberField label={t("flows.retries")} min={0} max={10} {...fieldOf(form, "retries")} />
        <TargetSelect label={t("flows.onFailure")} {...fieldOf(form, "onFailure")} />
      </div>
      <PromptsField legend={t("flows.invalidPrompts")} {...fieldOf(form, "invalidPrompts")} />
      <PromptsField legend={t("flows.timeoutPrompts")} {...fieldOf(form, "timeoutPrompts")} />
    </>
  );
}

/** Which key leads where; a new row takes the first key that is free. */
function MenuOptions({ node, onChange }: FormOf<"menu">) {
  const { t } = useTranslation();
  const free = digits.find((digit) => node.options.every((option) => option.digit !== digit)) ?? "1";
  return (
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
  );
}
