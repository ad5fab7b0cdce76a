import { Alert, Group, Stack } from "@mantine/core";
import type { flow as contract, telephony } from "@ringdown/contract";
import { IconAlertTriangle, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useConfirm } from "../shared/dialogs.tsx";
import { Empty, Panel } from "../shared/page.tsx";
import { QuietButton } from "../shared/quiet-button.tsx";
import { nodeOfPath, removeNode, renameNode, setNode } from "./core/flow-edit.ts";
import classes from "./flow.module.css";
import { FlowContext, LanguageSelect, TargetSelect } from "./flow-fields.tsx";
import { NodeList } from "./node-list.tsx";
import { NodeForm } from "./nodes/node-form.tsx";
import { NodeIdField } from "./nodes/node-id-field.tsx";

type Flow = contract.Flow;

/** A plain editor: the nodes in the order in which callers meet them, and a form for the chosen one. */
export function FlowEditor(props: {
  flow: Flow;
  problems: readonly telephony.FlowProblem[];
  /** Whether the problems keep it from being saved, rather than published. */
  isRefused: boolean;
  canEdit: boolean;
  onChange: (flow: Flow) => void;
}) {
  const { t } = useTranslation();
  const { flow, onChange } = props;
  const [chosen, choose] = useState(flow.start);
  const node = flow.nodes[chosen];
  return (
    <FlowContext value={{ flow, canEdit: props.canEdit }}>
      <Problems problems={props.problems} isRefused={props.isRefused} onChoose={choose} />
      <div className={classes["editor"]}>
        <div className={classes["stack"]}>
          <FlowSettings flow={flow} onChange={onChange} />
          <NodeList
            flow={flow}
            problems={props.problems}
            chosen={chosen}
            onChoose={choose}
            onChange={onChange}
          />
        </div>
        <Panel
          title={node === undefined ? t("flows.step") : t(`flows.kind.${node.kind}`)}
          aside={
            node !== undefined &&
            props.canEdit && (
              <RemoveNode
                id={chosen}
                onRemove={() => {
                  onChange(removeNode(flow, chosen));
                  choose(flow.start);
                }}
              />
            )
          }
        >
          {node === undefined ? (
            <Empty title={t("flows.chooseStep")} />
          ) : (
            <fieldset disabled={!props.canEdit} className={classes["bare"]}>
              <Stack key={chosen}>
                <NodeIdField
                  id={chosen}
                  onRename={(to) => {
                    onChange(renameNode(flow, chosen, to));
                    choose(to);
                  }}
                />
                <NodeForm node={node} onChange={(next) => onChange(setNode(flow, chosen, next))} />
              </Stack>
            </fieldset>
          )}
        </Panel>
      </div>
    </FlowContext>
  );
}

function Problems(props: {
  problems: readonly telephony.FlowProblem[];
  isRefused: boolean;
  onChoose: (id: string) => void;
}) {
  const { t } = useTranslation();
  if (props.problems.length === 0) return null;
  return (
    <Alert
      color="red"
      variant="light"
      mb="md"
      icon={<IconAlertTriangle size={18} />}
      title={props.isRefused ? t("flows.refused") : t("flows.problems", { count: props.problems.length })}
    >
      <ul className={classes["problems"]}>
        {props.problems.map((problem) => {
          const id = nodeOfPath(problem.path);
          return (
            <li key={`${problem.path} ${problem.message}`}>
              {problem.message}
              {id !== null && (
                <>
                  {" "}
                  <button type="button" className={classes["link"]} onClick={() => props.onChoose(id)}>
                    {id}
                  </button>
                </>
              )}
            </li>
          );
        })}
      </ul>
    </Alert>
  );
}

function FlowSettings(props: { flow: Flow; onChange: (flow: Flow) => void }) {
  const { t } = useTranslation();
  const { flow, onChange } = props;
  return (
    <Panel title={t("flows.settings")}>
      <Stack gap="sm">
        <TargetSelect
          label={t("flows.start")}
          value={flow.start}
          onChange={(start) => onChange({ ...flow, start })}
        />
        <TargetSelect
          label={t("flows.fallback")}
          description={t("flows.fallbackHint")}
          value={flow.fallback ?? ""}
          none={t("flows.noFallback")}
          onChange={(fallback) => {
            const { fallback: _, ...rest } = flow;
            onChange(fallback === "" ? rest : { ...rest, fallback });
          }}
        />
        <LanguageSelect
          label={t("flows.language")}
          value={flow.language}
          onChange={(language) => onChange({ ...flow, language })}
        />
      </Stack>
    </Panel>
  );
}

function RemoveNode(props: { id: string; onRemove: () => void }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const ask = () =>
    confirm({
      title: t("flows.removeTitle", { id: props.id }),
      sentence: t("flows.removeSentence"),
      action: t("common.delete"),
      run: props.onRemove,
    });
  return (
    <Group>
      <QuietButton
        label={`${t("common.delete")}: ${props.id}`}
        icon={<IconTrash size={17} />}
        onClick={ask}
      />
    </Group>
  );
}
