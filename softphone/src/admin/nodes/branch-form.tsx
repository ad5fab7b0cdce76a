import { NativeSelect } from "@mantine/core";
import { flow as contract } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import classes from "../flow.module.css";
import { LanguageSelect, Rows, TargetSelect } from "../flow-fields.tsx";
import { TextField } from "./fields.tsx";
import { fieldOf, type FormOf } from "./form-of.ts";

type Subject = FormOf<"branch">["node"]["on"];
const subjects = ["attribute", "value", "language"] as const;

/** Goes on by what is known of the caller. */
export function BranchForm(form: FormOf<"branch">) {
  const { t } = useTranslation();
  const { node, onChange } = form;
  const { on } = node;
  return (
    <>
      <div className={classes["fields"]}>
        <NativeSelect
          label={t("flows.branchOn")}
          value={on.what}
          data={subjects.map((what) => ({ value: what, label: t(`flows.branch.${what}`) }))}
          onChange={(event) => onChange({ ...node, ...aboutOther(node, event.currentTarget.value) })}
        />
        {on.what !== "language" && (
          <SubjectKey on={on} onChange={(key) => onChange({ ...node, on: { ...on, key } })} />
        )}
      </div>
      <Cases {...form} />
      <TargetSelect
        label={t("flows.otherwise")}
        description={t("flows.otherwiseHint")}
        {...fieldOf(form, "otherwise")}
      />
    </>
  );
}

function SubjectKey(props: { on: Exclude<Subject, { what: "language" }>; onChange: (key: string) => void }) {
  const { t } = useTranslation();
  const { on, onChange } = props;
  const isRight = contract.SetNode.shape.key.safeParse(on.key).success;
  return (
    <TextField
      label={on.what === "attribute" ? t("flows.attributeKey") : t("flows.setKey")}
      error={!isRight && t("flows.setKeyRule")}
      value={on.key}
      onChange={onChange}
    />
  );
}

/** Another subject keeps the cases where they can be right for it. */
function aboutOther(
  { on, cases, otherwise }: FormOf<"branch">["node"],
  what: string,
): Pick<FormOf<"branch">["node"], "on" | "cases"> {
  if (what === "language")
    return { on: { what }, cases: [{ equals: "zh", next: cases[0]?.next ?? otherwise }] };
  const key = on.what === "language" ? "tier" : on.key;
  return { on: { what: what === "value" ? "value" : "attribute", key }, cases };
}

function Cases({ node, onChange }: FormOf<"branch">) {
  const { t } = useTranslation();
  return (
    <Rows
      legend={t("flows.cases")}
      items={node.cases}
      atLeast={1}
      atMost={50}
      make={() => ({ equals: node.on.what === "language" ? "en" : "", next: node.otherwise })}
      onChange={(cases) => onChange({ ...node, cases })}
    >
      {(one, change) => (
        <>
          {node.on.what === "language" ? (
            <LanguageSelect
              label={t("flows.equals")}
              value={one.equals === "en" ? "en" : "zh"}
              onChange={(equals) => change({ ...one, equals })}
            />
          ) : (
            <TextField
              label={t("flows.equals")}
              maxLength={500}
              value={one.equals}
              onChange={(equals) => change({ ...one, equals })}
            />
          )}
          <TargetSelect
            label={t("flows.leadsTo")}
            value={one.next}
            onChange={(next) => change({ ...one, next })}
          />
        </>
      )}
    </Rows>
  );
}
