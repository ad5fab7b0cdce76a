import { useTranslation } from "react-i18next";
import { PromptsField } from "../prompts-field.tsx";
import { fieldOf, type FormOf } from "./form-of.ts";

export function HangupForm(form: FormOf<"hangup">) {
  const { t } = useTranslation();
  return <PromptsField legend={t("flows.goodbyePrompts")} {...fieldOf(form, "prompts")} />;
}
