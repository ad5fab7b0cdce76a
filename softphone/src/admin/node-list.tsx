import { Button, Menu, Text } from "@mantine/core";
import { flow as contract, queues as queueContract, type telephony } from "@ringdown/contract";
import { IconAlertTriangle, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { Panel } from "../shared/page.tsx";
import { freeId, newNode, nodeOfPath, orderNodes, setNode } from "./core/flow-edit.ts";
import classes from "./flow.module.css";

type Flow = contract.Flow;
const kinds = contract.FlowNode.options.map((option) => option.shape.kind.value);

/** The steps to choose from; those that no caller reaches come last and say so. */
export function NodeList(props: {
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
