import { Button, NativeSelect } from "@mantine/core";
import type { flow as contract, people } from "@ringdown/contract";
import { IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { createContext, use, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLabels } from "../shared/labels.ts";
import { QuietButton } from "../shared/quiet-button.tsx";
import { orderNodes } from "./core/flow-edit.ts";
import classes from "./flow.module.css";

/** The flow that the fields are about. */
export const FlowContext = createContext<{ flow: contract.Flow; canEdit: boolean } | null>(null);

export function useFlow(): contract.Flow {
  const context = use(FlowContext);
  if (context === null) throw new Error("useFlow outside FlowContext");
  return context.flow;
}

/** Where to go next: a node, by its label. A target that is gone stays visible as such. */
export function TargetSelect(props: {
  label: string;
  description?: string;
  value: string;
  none?: string;
  onChange: (id: string) => void;
}) {
  const { t } = useTranslation();
  const flow = useFlow();
  const nodes = orderNodes(flow).map(({ id }) => ({
    value: id,
    label: flow.nodes[id]?.label === undefined ? id : `${flow.nodes[id].label} (${id})`,
  }));
  const isGone = props.value !== "" && flow.nodes[props.value] === undefined;
  return (
    <NativeSelect
      label={props.label}
      description={props.description}
      value={props.value}
      error={isGone ? t("flows.targetGone", { id: props.value }) : undefined}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      data={[
        ...(props.none === undefined ? [] : [{ value: "", label: props.none }]),
        ...(isGone ? [{ value: props.value, label: props.value }] : []),
        ...nodes,
      ]}
    />
  );
}

export function QueueSelect(props: { label: string; value: string; onChange: (id: string) => void }) {
  const { t } = useTranslation();
  const { queues } = useLabels();
  const isKnown = queues.some((queue) => queue.id === props.value);
  return (
    <NativeSelect
      label={props.label}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      data={[
        ...(isKnown ? [] : [{ value: props.value, label: t("common.choose") }]),
        ...queues.map((queue) => ({ value: queue.id, label: queue.name })),
      ]}
    />
  );
}

/** A list that can grow, shrink and be put in order. */
export function Rows<Item>(props: {
  legend: string;
  items: readonly Item[];
  make: () => Item;
  onChange: (items: Item[]) => void;
  children: (item: Item, change: (item: Item) => void) => ReactNode;
  atLeast?: number;
  atMost?: number;
}) {
  const { t } = useTranslation();
  const { items, onChange } = props;
  const swapUp = (index: number) => {
    const next = [...items];
    next.splice(index - 1, 0, ...next.splice(index, 1));
    onChange(next);
  };
  return (
    <div className={classes["rows"]} role="group" aria-label={props.legend}>
      <span className={classes["legend"]}>{props.legend}</span>
      {items.map((item, index) => (
        <div key={index} className={classes["row"]}>
          {props.children(item, (next) => onChange(items.map((one, at) => (at === index ? next : one))))}
          <QuietButton
            label={t("flows.moveUp", { number: index + 1 })}
            icon={<IconArrowUp size={16} />}
            disabled={index === 0}
            onClick={() => swapUp(index)}
          />
          <QuietButton
            label={t("flows.removeRow", { number: index + 1 })}
            icon={<IconTrash size={16} />}
            disabled={items.length <= (props.atLeast ?? 0)}
            onClick={() => onChange(items.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <div>
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPlus size={15} />}
          disabled={items.length >= (props.atMost ?? 50)}
          onClick={() => onChange([...items, props.make()])}
        >
          {t("common.add")}
        </Button>
      </div>
    </div>
  );
}

/** The languages that callers can be spoken to in. */
export function LanguageSelect(props: {
  label: string;
  value: people.Language;
  onChange: (language: people.Language) => void;
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
