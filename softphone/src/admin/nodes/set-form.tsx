import { flow as contract } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import classes from "../flow.module.css";
import { NextSelect, TextField } from "./fields.tsx";
import { fieldOf, type FormOf } from "./form-of.ts";

export function SetForm(form: FormOf<"set">) {
  const { t } = useTranslation();
  const isRight = contract.SetNode.shape.key.safeParse(form.node.key).success;
  return (
    <div className={classes["fields"]}>
      <TextField
        label={t("flows.setKey")}
        error={!isRight && t("flows.setKeyRule")}
        {...fieldOf(form, "key")}
      />
      <TextField label={t("flows.setValue")} maxLength={500} {...fieldOf(form, "value")} />
      <NextSelect {...fieldOf(form, "next")} />
    </div>
  );
}
