import { useTranslation } from "react-i18next";
import classes from "../flow.module.css";
import { LanguageSelect } from "../flow-fields.tsx";
import { NextSelect } from "./fields.tsx";
import { fieldOf, type FormOf } from "./form-of.ts";

export function LanguageForm(form: FormOf<"language">) {
  const { t } = useTranslation();
  return (
    <div className={classes["fields"]}>
      <LanguageSelect label={t("caller.language")} {...fieldOf(form, "language")} />
      <NextSelect {...fieldOf(form, "next")} />
    </div>
  );
}
