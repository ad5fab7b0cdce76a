/** A flow walked through without a telephone: what would a caller hear who does this and that? */
import type { Flow } from "../../contract/flow.ts";
import type { Language } from "../../contract/people.ts";
import type { FlowAction, FlowEvent, FlowState, QueueOutcome, SpokenPrompt } from "./flow-state.ts";
import { newFlowState, step } from "./step.ts";

/** What the caller, or the world, does next. Prompts play to their end by themselves. */
export type RehearsedInput =
  | { press: string }
  | { silence: true }
  | { queue: QueueOutcome }
  | { message: true }
  | { transfer: "answered" | "failed" }
  | { problem: string }
  | { hangUp: true };

export interface RehearsalLine {
  at: number;
  node: string;
  event: FlowEvent["type"];
  action: FlowAction | null;
}

export interface Rehearsal {
  lines: RehearsalLine[];
  state: FlowState;
  /** The input that did not fit what the flow was waiting for, as a sentence; the rehearsal stops there. */
  misfit: string | null;
}

export interface RehearsalOptions {
  /** When the call begins, milliseconds since 1970: decides the hours nodes. */
  startsAt: number;
  language?: Language;
  /** How long things take, so that times in the trace advance. */
  promptMs?: number;
  /** What schedules say; always open without it. */
  isOpen?: (scheduleId: string, at: number) => boolean;
  /** Who calls; nobody known without it. */
  attributes?: Readonly<Record<string, string>>;
}

/** Walks the flow with the inputs in order; ends with the flow, with the inputs, or at an input that does not fit. */
export function rehearse(
  flow: Flow,
  script: readonly RehearsedInput[],
  options: RehearsalOptions,
): Rehearsal {
  const promptMs = options.promptMs ?? 1_000;
  const lines: RehearsalLine[] = [];
  let at = options.startsAt;
  let state = newFlowState(flow, options.language);
  const apply = (event: FlowEvent): void => {
    const result = step(flow, state, event);
    state = result.state;
    lines.push({ at, node: state.node, event: event.type, action: result.action });
  };
  const playOut = (): void => {
    for (let event = unasked(lines, state, options); event; event = unasked(lines, state, options)) {
      if (event.type === "playDone") at += promptMs;
      apply({ ...event, at });
    }
  };
  apply({ type: "started", at });
  playOut();
  for (const input of script) {
    if (state.end) return { lines, state, misfit: `The call was over before ${describeInput(input)}` };
    if (!fits(state, input)) {
      return { lines, state, misfit: `At node ${state.node} nothing waits for ${describeInput(input)}` };
    }
    at += promptMs;
    apply(toEvent(input, at));
    playOut();
  }
  return { lines, state, misfit: null };
}

/** What comes of the last action without the caller: prompts end, schedules and customers are looked up. */
function unasked(
  lines: readonly RehearsalLine[],
  { waiting }: FlowState,
  options: RehearsalOptions,
): FlowEvent | null {
  const last = lines.at(-1);
  const at = last?.at ?? options.startsAt;
  if (waiting === "play" || waiting === "apology") return { type: "playDone", at };
  if (waiting === "attributes") return { type: "lookedUp", at, attributes: options.attributes ?? {} };
  if (waiting !== "hours" || last?.action?.do !== "checkHours") return null;
  return { type: "hoursChecked", at, isOpen: options.isOpen?.(last.action.scheduleId, at) ?? true };
}

/** The prompts of a trace in order, as "id (language)": what the caller heard. */
export function heard(rehearsal: Rehearsal): string[] {
  return rehearsal.lines.flatMap(({ action }) => promptsOf(action).map(namePrompt));
}

function promptsOf(action: FlowAction | null): SpokenPrompt[] {
  if (!action) return [];
  if ("prompts" in action) return action.prompts;
  return action.do === "recordMessage" ? action.greeting : [];
}

function namePrompt({ ref, language }: SpokenPrompt): string {
  return `${"prompt" in ref ? ref.prompt : ref.upload} (${language})`;
}

function fits(state: FlowState, input: RehearsedInput): boolean {
  if ("hangUp" in input || "problem" in input) return true;
  if ("press" in input || "silence" in input) return state.waiting === "collect";
  if ("queue" in input) return state.waiting === "queue";
  if ("message" in input) return state.waiting === "record";
  return state.waiting === "transfer";
}

function toEvent(input: RehearsedInput, at: number): FlowEvent {
  if ("hangUp" in input) return { type: "hungUp", at };
  if ("problem" in input) return { type: "failed", at, reason: input.problem };
  if ("press" in input) return { type: "digits", at, digits: input.press };
  if ("silence" in input) return { type: "timeout", at };
  if ("queue" in input) return { type: "queueExit", at, cause: input.queue };
  if ("message" in input) return { type: "messageRecorded", at };
  return { type: input.transfer === "answered" ? "transferred" : "transferFailed", at };
}

function describeInput(input: RehearsedInput): string {
  const [[what, value] = ["nothing", true]] = Object.entries(input) as [string, string | true][];
  return value === true ? what : `${what} ${value}`;
}
