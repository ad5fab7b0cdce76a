import { ActionIcon, Alert, Button, Group, Menu, NativeSelect, Stack, Text } from "@mantine/core";
import { flow as contract, queues as queueContract, type telephony } from "@ringdown/contract";
import { IconAlertTriangle, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { useConfirm } from "../shared/dialogs.tsx";
import { Empty, Panel } from "../shared/page.tsx";
import {
  freeId,
  newNode,
  nodeOfPath,
  orderNodes,
  removeNode,
  renameNode,
  setNode,
} from "./core/flow-edit.ts";
import classes from "./flow.module.css";
import { FlowContext, TargetSelect } from "./flow-fields.tsx";
import { NodeForm, NodeIdField } from "./node-form.tsx";

type Flow = contract.Flow;
const kinds = contract.FlowNode.options.map((option) => option.shape.kind.value);

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

function LanguageSelect(props: {
  label: string;
  value: "en" | "zh";
  onChange: (language: "en" | "zh") => void;
}) {
  const { t } = useTranslation();
  return (
    <NativeSelect
      label={props.label}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value === "zh" ? "zh" : "en")}
      data={[
        { value: "en", label: t("language.en") },
        { value: "zh", label: t("language.zh") },
      ]}
    />
  );
}

function NodeList(props: {
  flow: Flow;
  problems: readonly telephony.FlowProblem[];
  chosen: string;
  onChoose: (id: string) => void;
  onChange: (flow: Flow) => void;
}) {
  const { t } = useTranslation();
  const { flow } = props;
  const ordered = useMemo(() => orderNodes(flow), [flow]);
  const bad = new Set(props.problems.map((problem) => nodeOfPath(problem.path)));
  const add = (id: string, next: Flow) => {
    props.onChange(next);
    props.onChoose(id);
  };
  return (
    <Panel title={t("flows.steps")} aside={<AddNode flow={flow} onAdd={add} />} flush>
      <ul className={classes["nodes"]}>
        {ordered.map(({ id, isReachable }) => {
          const node = flow.nodes[id];
          if (node === undefined) return null;
          return (
            <li key={id}>
              <button
                type="button"
                className={classes["node"]}
                aria-current={id === props.chosen}
                onClick={() => props.onChoose(id)}
              >
                <span className={classes["nodeName"]}>
                  {node.label ?? id}
                  {bad.has(id) && <IconAlertTriangle size={14} className={classes["bad"] ?? ""} />}
                </span>
                <span className={classes["nodeKind"]}>
                  {t(`flows.kind.${node.kind}`)}
                  {id === flow.start && ` · ${t("flows.isStart")}`}
                  {!isReachable && ` · ${t("flows.unreachable")}`}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

function AddNode(props: { flow: Flow; onAdd: (id: string, flow: Flow) => void }) {
  const { t } = useTranslation();
  const queues = useQuery({ queryKey: ["queues"], queryFn: () => call(queueContract.listQueues) });
  const add = (kind: contract.FlowNodeKind) => {
    const id = freeId(props.flow, kind);
    const target = Object.keys(props.flow.nodes)[0] ?? id;
    const node = newNode(kind, target, queues.data?.queues[0]?.id ?? "");
    props.onAdd(id, setNode(props.flow, id, node));
  };
  return (
    <Menu withinPortal position="bottom-end">
      <Menu.Target>
        <Button size="compact-sm" variant="subtle" leftSection={<IconPlus size={15} />}>
          {t("common.add")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {kinds.map((kind) => (
          <Menu.Item key={kind} onClick={() => add(kind)}>
            <Text size="sm">{t(`flows.kind.${kind}`)}</Text>
            <Text size="xs" c="dimmed">
              {t(`flows.kindHint.${kind}`)}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
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
      <ActionIcon
        variant="subtle"
        color="gray"
        onClick={ask}
        aria-label={`${t("common.delete")}: ${props.id}`}
      >
        <IconTrash size={17} />
      </ActionIcon>
    </Group>
  );
}
