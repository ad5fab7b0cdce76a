import { useTranslation } from "react-i18next";
import classes from "../flow.module.css";
import { QueueSelect } from "../flow-fields.tsx";
import { PromptsField } from "../prompts-field.tsx";
import { NextSelect, NumberField } from "./fields.tsx";
import { fieldOf, type FormOf } from "./form-of.ts";

export function VoicemailForm(form: FormOf<"voicemail">) {
  const { t } = useTranslation();
  return (
    <>
      <div className={classes["fields"]}>
        <QueueSelect label={t("flows.voicemailQueue")} {...fieldOf(form, "queueId")} />
        <NumberField
          label={t("flows.maxSeconds")}
          suffix=" s"
          min={5}
          max={900}
          {...fieldOf(form, "maxSeconds")}
        />
        <NumberField
          label={t("flows.silenceSeconds")}
          suffix=" s"
          min={1}
          max={60}
          {...fieldOf(form, "silenceSeconds")}
        />
        <NextSelect {...fieldOf(form, "next")} />
      </div>
      <PromptsField legend={t("flows.greeting")} {...fieldOf(form, "greeting")} />
    </>
  );
}
