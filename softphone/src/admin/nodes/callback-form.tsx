import { useTranslation } from "react-i18next";
import classes from "../flow.module.css";
import { QueueSelect } from "../flow-fields.tsx";
import { NextSelect, NumberField } from "./fields.tsx";
import { fieldOf, type FormOf } from "./form-of.ts";

/** A call back without a wait on the line. */
export function CallbackForm(form: FormOf<"callback">) {
  const { t } = useTranslation();
  return (
    <div className={classes["fields"]}>
      <QueueSelect label={t("flows.callbackQueue")} {...fieldOf(form, "queueId")} />
      <NumberField label={t("queues.priority")} min={0} max={100} {...fieldOf(form, "priority")} />
      <NextSelect {...fieldOf(form, "next")} />
    </div>
  );
}
