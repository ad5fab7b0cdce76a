import { NativeSelect, NumberInput, Switch, TextInput } from "@mantine/core";
import { useDebouncedCallback, useWindowEvent } from "@mantine/hooks";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { inWholeUnit, parseDuration } from "./core/duration-text.ts";
import { problemsAt, type LocatedProblem } from "./core/problems.ts";
import { useRouting } from "./routing-context.tsx";
import classes from "./routing.module.css";

/** A field of a thing in the document, for its problems. */
export interface FieldPlace {
  list: "queues" | "skills" | "teams" | "schedules" | "agents";
  id: string;
  field: string;
}

/** Problems at the field or below it, as a field shows them. */
export function useFieldProblem(place: FieldPlace | undefined): { error?: ReactNode; warning?: ReactNode } {
  const { problems } = useRouting();
  if (place === undefined) return {};
  const found = problemsAt(problems, place);
  const say = (severity: LocatedProblem["severity"]) =>
    [...new Set(found.filter((one) => one.severity === severity).map(({ message }) => message))].join(" ");
  const [errors, warnings] = [say("error"), say("warning")];
  return {
    ...(errors !== "" && { error: errors }),
    ...(warnings !== "" && { warning: <span className={classes["warning"]}>{warnings}</span> }),
  };
}

interface Common {
  label: string;
  description?: ReactNode;
  at?: FieldPlace;
  /** The label is only for screen readers: a table's heading or a row says it. */
  bare?: boolean;
  disabled?: boolean;
  testId?: string;
}

/** What all fields hand to Mantine: the label, hints, and problems that were found. */
function useCommon(props: Common, own?: ReactNode) {
  const problem = useFieldProblem(props.at);
  const error = own ?? problem.error;
  const { canEdit } = useRouting();
  const description =
    problem.warning === undefined ? (
      props.description
    ) : (
      <>
        {props.description} {problem.warning}
      </>
    );
  return {
    ...(props.bare === true
      ? { "aria-label": props.label, size: "xs" as const, description: problem.warning }
      : { label: props.label, description }),
    inputWrapperOrder: ["label", "input", "description", "error"] as (
      "label" | "input" | "description" | "error"
    )[],
    ...(error !== undefined && { error }),
    disabled: props.disabled ?? false,
    readOnly: !canEdit,
    "data-testid": props.testId,
  };
}

/** What is typed shows at once; the document, and the page with it, changes when the typing pauses or ends. */
export function useTyped(value: string, commit: (text: string) => void) {
  const [text, setText] = useState<string | null>(null);
  const later = useDebouncedCallback(commit, { delay: 250, flushOnUnmount: true });
  useWindowEvent("pagehide", () => later.flush());
  return {
    text: text ?? value,
    isTyping: text !== null,
    type: (next: string, isRight: boolean) => {
      setText(next);
      if (isRight) later(next);
    },
    leave: () => {
      later.flush();
      setText(null);
    },
  };
}

/** Text that can't be stored while `rule` has something to say about it; then the last good one stays. */
export function DraftText(
  props: Common & {
    value: string;
    onChange: (value: string) => void;
    rule?: (text: string) => string | null;
    maxLength?: number;
  },
) {
  const typed = useTyped(props.value, props.onChange);
  const broken = props.rule?.(typed.text) ?? null;
  return (
    <TextInput
      {...useCommon(props, broken ?? undefined)}
      value={typed.text}
      {...(props.maxLength !== undefined && { maxLength: props.maxLength })}
      onChange={(event) => {
        const next = event.currentTarget.value;
        typed.type(next, (props.rule?.(next) ?? null) === null);
      }}
      onBlur={typed.leave}
    />
  );
}

/** A whole number; out of bounds it is put right on leaving. */
export function DraftNumber(
  props: Common & {
    value: number;
    onChange: (value: number) => void;
    min: number;
    max: number;
    suffix?: string;
  },
) {
  const { value, onChange, min, max } = props;
  return (
    <NumberInput
      {...useCommon(props)}
      value={value}
      min={min}
      max={max}
      {...(props.suffix !== undefined && { suffix: props.suffix })}
      allowDecimal={false}
      clampBehavior="blur"
      hideControls
      onChange={(next) => {
        if (typeof next === "number" && next !== value && next >= min && next <= max) onChange(next);
      }}
    />
  );
}

/** How times are written in the person's language: "90 s", "15 min". */
export function useDurationText(): (ms: number) => string {
  const { t } = useTranslation();
  return (ms) => {
    const { count, unit } = inWholeUnit(ms);
    return t(`unit.${unit}`, { count });
  };
}

/** A time, kept in milliseconds, written with its unit. `none`: what 0 is called. */
export function DraftDuration(
  props: Common & { value: number; onChange: (ms: number) => void; min?: number; max: number; none?: string },
) {
  const { t } = useTranslation();
  const write = useDurationText();
  const { value, onChange, min = 0, max, none } = props;
  const shown = value === 0 && none !== undefined ? none : write(value);
  const read = (text: string) => {
    const ms = readDuration(text, none);
    if (ms === null || ms > max) return null;
    return ms >= min || (ms === 0 && none !== undefined) ? ms : null;
  };
  const typed = useTyped(shown, (text) => {
    const ms = read(text);
    if (ms !== null && ms !== value) onChange(ms);
  });
  const isRight = !typed.isTyping || read(typed.text) !== null;
  const rule = isRight ? undefined : t("routing.durationRule", { from: write(min), to: write(max) });
  return (
    <TextInput
      {...useCommon(props, rule)}
      value={typed.text}
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => typed.type(event.currentTarget.value, read(event.currentTarget.value) !== null)}
      onBlur={typed.leave}
    />
  );
}

function readDuration(text: string, none: string | undefined): number | null {
  const isNone = none !== undefined && (text.trim() === "" || text.trim() === none);
  return isNone ? 0 : parseDuration(text);
}

export function DraftSelect<Value extends string>(
  props: Common & {
    value: Value;
    onChange: (value: Value) => void;
    data: readonly { value: Value; label: string }[];
  },
) {
  const { readOnly, ...common } = useCommon(props);
  // Who may only look reads the choice as text; a select that is off would be hard to read.
  if (readOnly)
    return (
      <TextInput
        {...common}
        readOnly
        value={props.data.find(({ value }) => value === props.value)?.label ?? ""}
      />
    );
  return (
    <NativeSelect
      {...common}
      value={props.value}
      data={[...props.data]}
      onChange={(event) => props.onChange(event.currentTarget.value as Value)}
    />
  );
}

export function DraftSwitch(props: Common & { value: boolean; onChange: (value: boolean) => void }) {
  const { error, disabled, readOnly } = useCommon(props);
  return (
    <Switch
      label={props.label}
      description={props.description}
      {...(error !== undefined && { error })}
      disabled={disabled || readOnly}
      checked={props.value}
      data-testid={props.testId}
      onChange={(event) => props.onChange(event.currentTarget.checked)}
    />
  );
}
