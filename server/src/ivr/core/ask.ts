/** What each kind of node asks of the outside, and what the flow waits for then. */
import type { FlowNode, PromptRef } from "../../contract/flow.ts";
import type { Language } from "../../contract/people.ts";
import type { FlowAction, FlowState, FlowStep, SpokenPrompt } from "./flow-state.ts";

export type NodeOf<Kind extends FlowNode["kind"]> = Extract<FlowNode, { kind: Kind }>;

export function play(state: FlowState, prompts: PromptRef[], interruptible: boolean): FlowStep {
  const action: FlowAction = {
    do: "play",
    node: state.node,
    prompts: spoken(prompts, state.language),
    interruptible,
  };
  return { state: { ...state, waiting: "play" }, action };
}

export function enqueue(state: FlowState, node: NodeOf<"queue">): FlowStep {
  const action: FlowAction = {
    do: "enqueue",
    node: state.node,
    queueId: node.queueId,
    priority: node.priority,
    language: state.language,
    values: state.values,
    ...(node.maxWaitMs === undefined ? {} : { maxWaitMs: node.maxWaitMs }),
    ...(node.exitKey === undefined ? {} : { exitKey: node.exitKey }),
    ...(node.requirement === undefined || node.requirement === "" ? {} : { requirement: node.requirement }),
    ...(node.ageMs === undefined ? {} : { ageMs: node.ageMs }),
    ...(node.stickyToLastAgent === undefined ? {} : { stickyToLastAgent: node.stickyToLastAgent }),
  };
  return { state: { ...state, waiting: "queue", typedAhead: "" }, action };
}

/** The queue is asked for a place without the wait on the line. */
export function offerCallback(
  state: FlowState,
  { queueId, priority, ...node }: NodeOf<"callback">,
): FlowStep {
  const { language, values } = state;
  const action: FlowAction = {
    do: "enqueue",
    node: state.node,
    ...{ queueId, priority, language, values, callbackOnly: true },
    ...(node.requirement === undefined || node.requirement === "" ? {} : { requirement: node.requirement }),
    ...(node.ageMs === undefined ? {} : { ageMs: node.ageMs }),
  };
  return { state: { ...state, waiting: "queue", typedAhead: "" }, action };
}

export function recordMessage(state: FlowState, node: NodeOf<"voicemail">): FlowStep {
  const action: FlowAction = {
    do: "recordMessage",
    node: state.node,
    queueId: node.queueId,
    greeting: spoken(node.greeting, state.language),
    maxSeconds: node.maxSeconds,
    silenceSeconds: node.silenceSeconds,
  };
  return { state: { ...state, waiting: "record", typedAhead: "" }, action };
}

export function transfer(state: FlowState, node: NodeOf<"transfer">): FlowStep {
  const action: FlowAction = {
    do: "transfer",
    node: state.node,
    to: node.to,
    prompts: spoken(node.prompts, state.language),
  };
  return { state: { ...state, waiting: "transfer", typedAhead: "" }, action };
}

export function collect(state: FlowState, node: NodeOf<"menu">, prompts: PromptRef[]): FlowStep {
  const action: FlowAction = {
    do: "collect",
    node: state.node,
    prompts: spoken(prompts, state.language),
    maxDigits: 1,
    firstDigitTimeoutMs: node.digitTimeoutMs,
  };
  return { state: { ...state, waiting: "collect" }, action };
}

export function checkHours(state: FlowState, scheduleId: string): FlowStep {
  return {
    state: { ...state, waiting: "hours" },
    action: { do: "checkHours", node: state.node, scheduleId },
  };
}

export function lookUp(state: FlowState): FlowStep {
  return { state: { ...state, waiting: "attributes" }, action: { do: "lookUp", node: state.node } };
}

function spoken(prompts: PromptRef[], language: Language): SpokenPrompt[] {
  return prompts.map((ref) => ({ ref, language: ref.language ?? language }));
}
