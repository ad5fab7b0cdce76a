import { ActionIcon, Button, NativeSelect } from "@mantine/core";
import { telephony, type flow as contract } from "@ringdown/contract";
import { IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createContext, use, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { useLabels } from "../shared/labels.ts";
import { isSpokenNumber, orderNodes } from "./core/flow-edit.ts";
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
          <ActionIcon
            variant="subtle"
            color="gray"
            disabled={index === 0}
            aria-label={t("flows.moveUp", { number: index + 1 })}
            onClick={() => swapUp(index)}
          >
            <IconArrowUp size={16} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            disabled={items.length <= (props.atLeast ?? 0)}
            aria-label={t("flows.removeRow", { number: index + 1 })}
            onClick={() => onChange(items.filter((_, at) => at !== index))}
          >
            <IconTrash size={16} />
          </ActionIcon>
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

/** Prompts said one after the other, each in the caller's language or in a fixed one. */
export function PromptsField(props: {
  legend: string;
  prompts: readonly contract.PromptRef[];
  atLeast?: number;
  onChange: (prompts: contract.PromptRef[]) => void;
}) {
  return (
    <Rows
      legend={props.legend}
      items={props.prompts}
      atLeast={props.atLeast ?? 0}
      atMost={20}
      make={(): contract.PromptRef => ({ prompt: "welcome" })}
      onChange={props.onChange}
    >
      {(prompt, change) => <PromptRow prompt={prompt} onChange={change} />}
    </Rows>
  );
}

function PromptRow(props: { prompt: contract.PromptRef; onChange: (prompt: contract.PromptRef) => void }) {
  const { t } = useTranslation();
  const { prompt, onChange } = props;
  const list = useQuery({
    queryKey: ["prompts"],
    queryFn: () => call(telephony.listPrompts),
    staleTime: 60_000,
  });
  const value = "prompt" in prompt ? `prompt:${prompt.prompt}` : `upload:${prompt.upload}`;
  const language = prompt.language === undefined ? {} : { language: prompt.language };
  const shipped = (list.data?.shipped ?? [])
    .filter((one) => !isSpokenNumber(one.id))
    .map((one) => ({ value: `prompt:${one.id}`, label: one.id }));
  const uploaded = (list.data?.prompts ?? []).map((one) => ({ value: `upload:${one.id}`, label: one.name }));
  const isListed = [...shipped, ...uploaded].some((one) => one.value === value);
  return (
    <>
      <NativeSelect
        aria-label={t("flows.prompt")}
        value={value}
        onChange={(event) => {
          const [kind, id = ""] = event.currentTarget.value.split(/:(.*)/s);
          onChange(kind === "upload" ? { upload: id, ...language } : { prompt: id, ...language });
        }}
        data={[
          ...(isListed ? [] : [{ value, label: value.slice(value.indexOf(":") + 1) }]),
          ...(uploaded.length === 0 ? [] : [{ group: t("prompts.uploaded"), items: uploaded }]),
          { group: t("prompts.shipped"), items: shipped },
        ]}
      />
      <NativeSelect
        aria-label={t("caller.language")}
        value={prompt.language ?? ""}
        onChange={(event) => {
          const { language: _, ...rest } = prompt;
          const chosen = event.currentTarget.value;
          onChange(chosen === "en" || chosen === "zh" ? { ...rest, language: chosen } : rest);
        }}
        data={[
          { value: "", label: t("flows.callersLanguage") },
          { value: "en", label: t("language.en") },
          { value: "zh", label: t("language.zh") },
        ]}
      />
    </>
  );
}
