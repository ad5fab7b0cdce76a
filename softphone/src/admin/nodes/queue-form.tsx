import { flow as contract } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import classes from "../flow.module.css";
import { QueueSelect, TargetSelect } from "../flow-fields.tsx";
import { NextSelect, NumberField } from "./fields.tsx";
import { fieldOf, type FormOf } from "./form-of.ts";

const exitCauses = contract.QueueExitCause.options;

export function QueueForm(form: FormOf<"queue">) {
  const { t } = useTranslation();
  const { node, onChange } = form;
  return (
    <>
      <div className={classes["fields"]}>
        <QueueSelect label={t("interaction.queue")} {...fieldOf(form, "queueId")} />
        <NumberField label={t("queues.priority")} min={0} max={100} {...fieldOf(form, "priority")} />
        <NextSelect {...fieldOf(form, "next")} />
      </div>
      <span className={classes["legend"]}>{t("flows.exits")}</span>
      <div className={classes["fields"]}>
        {exitCauses.map((cause) => (
          <TargetSelect
            key={cause}
            label={t(`flows.exit.${cause}`)}
            value={node.exits[cause] ?? ""}
            none={t("flows.asNext")}
            onChange={(id) => {
              const { [cause]: _, ...exits } = node.exits;
              onChange({ ...node, exits: id === "" ? exits : { ...exits, [cause]: id } });
            }}
          />
        ))}
      </div>
    </>
  );
}
