import { Switch, Text, TextInput } from "@mantine/core";
import { flow as contract, flowRequirement } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import classes from "../flow.module.css";
import { QueueSelect, TargetSelect } from "../flow-fields.tsx";
import { SecondsInput } from "../seconds-input.tsx";
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
      <RequirementField {...form} />
      <div className={classes["fields"]}>
        <SecondsInput
          label={t("flows.age")}
          description={t("flows.ageHint")}
          max={3_600_000}
          value={node.ageMs ?? 0}
          onChange={(ageMs) => {
            const { ageMs: _, ...rest } = node;
            onChange(ageMs === 0 ? rest : { ...rest, ageMs });
          }}
        />
        <Switch
          label={t("flows.sticky")}
          description={t("flows.stickyHint")}
          checked={node.stickyToLastAgent ?? false}
          onChange={(event) => {
            const { stickyToLastAgent: _, ...rest } = node;
            onChange(event.currentTarget.checked ? { ...rest, stickyToLastAgent: true } : rest);
          }}
        />
      </div>
      <span className={classes["legend"]}>{t("flows.exits")}</span>
      <Text size="xs" c="dimmed">
        {t("flows.exitsHint")}
      </Text>
      <div className={classes["fields"]}>
        {exitCauses.map((cause) => (
          <TargetSelect
            key={cause}
            label={t(`flows.exit.${cause}`)}
            value={node.exits[cause] ?? ""}
            none={cause === "callback" ? t("flows.noFallback") : t("flows.asNext")}
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

/** What the agent must be able to do, read while it is typed. */
function RequirementField({ node, onChange }: FormOf<"queue">) {
  const { t } = useTranslation();
  const text = node.requirement ?? "";
  const checked = text.trim() === "" ? null : flowRequirement.checkFlowRequirement(text);
  return (
    <TextInput
      label={t("flows.requirement")}
      description={t("flows.requirementHint", { language: "{language}", key: "{key}" })}
      placeholder="language={language} and billing>=5"
      maxLength={500}
      value={text}
      error={checked?.ok === false && t("flows.requirementProblem", { ...checked.problem })}
      onChange={(event) => {
        const { requirement: _, ...rest } = node;
        const requirement = event.currentTarget.value;
        onChange(requirement === "" ? rest : { ...rest, requirement });
      }}
    />
  );
}
