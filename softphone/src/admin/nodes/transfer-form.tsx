import { flow as contract } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { TargetSelect } from "../flow-fields.tsx";
import { PromptsField } from "../prompts-field.tsx";
import { TextField } from "./fields.tsx";
import { fieldOf, type FormOf } from "./form-of.ts";

export function TransferForm(form: FormOf<"transfer">) {
  const { t } = useTranslation();
  const isRight = contract.TransferNode.shape.to.safeParse(form.node.to).success;
  return (
    <>
      <TextField
        label={t("flows.transferTo")}
        description={t("flows.transferHint")}
        error={!isRight && t("flows.transferRule")}
        {...fieldOf(form, "to")}
      />
      <PromptsField legend={t("flows.prompts")} {...fieldOf(form, "prompts")} />
      <TargetSelect label={t("flows.transferFailed")} {...fieldOf(form, "onFailure")} />
    </>
  );
}
