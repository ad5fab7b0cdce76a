/**
 * The step machine: (flow, state, event) → the next state and what to do. Pure: time comes with the events.
 *
 *            started
 *   start ───────────► [ enter a node ] ◄──────────────────────────────────────────┐
 *                        │ hours, branch, language, set: the next node at once      │
 *                        │ (a schedule or an attribute is asked for first)          │
 *        ┌──────┬────────┼─────────┬──────────┐                                     │
 *      play  collect   queue    record    transfer ── hangup: the end               │
 *        │      │        │         │          │                                     │
 *     playDone digits  queueExit message  transferFailed ──────────────────────────►┘
 *              timeout           Recorded
 *   any of them: failed ──► apology ──playDone──► the flow's fallback, or the end
 *   any of them: hungUp ──► the end
 */
import type { Flow, FlowNode, PromptRef } from "../../contract/flow.ts";
import { isOpen } from "../../contract/opening-hours.ts";
import type { Language } from "../../contract/people.ts";
import { checkHours, collect, enqueue, lookUp, offerCallback, play, recordMessage, transfer } from "./ask.ts";
import type { NodeOf } from "./ask.ts";
import type { FlowEnd, FlowEvent, FlowState, FlowStep } from "./flow-state.ts";
import { shipped } from "./prompt-catalog.ts";

/** No call enters more nodes than this: what runs in circles ends with an apology instead of a bill. */
export const mostNodesPerCall = 1_000;

/** More keys than this are not meant for menus. */
const mostTypedAhead = 32;

/** A call before its first event; `values` are what flows before this one have kept. */
export function newFlowState(
  flow: Flow,
  language: Language = flow.language,
  values: FlowState["values"] = {},
): FlowState {
  return {
    node: flow.start,
    waiting: "start",
    language,
    values,
    attributes: null,
    pressed: [],
    typedAhead: "",
    failedAttempts: 0,
    entered: 0,
    faults: [],
    end: null,
  };
}

/** One step. Never throws: a flow that makes no sense leads to an apology and `state.faults`. */
export function step(flow: Flow, state: FlowState, event: FlowEvent): FlowStep {
  if (state.end) return { state, action: null };
  switch (event.type) {
    case "hungUp":
      return { state: ended(state, "hung-up-by-caller", event.at), action: null };
    case "failed":
      return fail(flow, state, event.reason, event.at);
    case "started":
      return state.waiting === "start" ? enter(flow, state, flow.start, event.at) : { state, action: null };
    default:
      return proceed(flow, state, event);
  }
}

type InnerEvent = Exclude<FlowEvent, { type: "hungUp" | "failed" | "started" }>;

function proceed(flow: Flow, state: FlowState, event: InnerEvent): FlowStep {
  const nothing: FlowStep = { state, action: null };
  const node = nodeAt(flow, state.node);
  if (state.waiting === "apology") {
    return event.type === "playDone" ? afterApology(flow, state, event.at) : nothing;
  }
  switch (node?.kind) {
    case "play":
      return event.type === "playDone" ? playDone(flow, state, node, event) : nothing;
    case "hangup":
      return event.type === "playDone" ? hangUp(state, event.at) : nothing;
    case "menu":
      return inMenu(flow, state, node, event);
    case "queue":
      return event.type === "queueExit" ? leaveQueue(flow, state, node, event) : nothing;
    case "callback":
      if (event.type !== "queueExit") return nothing;
      return event.cause === "callback" ? hangUp(state, event.at) : enter(flow, state, node.next, event.at);
    case "voicemail":
      return event.type === "messageRecorded" ? enter(flow, state, node.next, event.at) : nothing;
    case "transfer":
      return inTransfer(flow, state, node, event);
    case "hours":
      return event.type === "hoursChecked"
        ? enter(flow, state, event.isOpen ? node.open : node.closed, event.at)
        : nothing;
    case "branch":
      return event.type === "lookedUp" ? lookedUp(flow, state, node, event) : nothing;
    default:
      return nothing;
  }
}

// ---- entering nodes

/** Enters nodes until one of them needs the outside. */
function enter(flow: Flow, from: FlowState, target: string, at: number): FlowStep {
  let state = from;
  let next: string | undefined = target;
  while (next !== undefined) {
    const node = nodeAt(flow, next);
    if (!node) return fail(flow, state, `The flow has no node ${next}`, at);
    if (state.entered >= mostNodesPerCall) {
      return fail(flow, state, `The flow ran in circles at node ${next}`, at);
    }
    state = { ...state, node: next, entered: state.entered + 1, failedAttempts: 0 };
    const passed = passThrough(state, node, at);
    if (!passed) return ask(flow, state, node, at);
    state = passed.state;
    next = passed.next;
  }
  return { state, action: null };
}

/** Nodes that need nothing from outside; null for the others. */
function passThrough(
  state: FlowState,
  node: FlowNode,
  at: number,
): { state: FlowState; next: string } | null {
  switch (node.kind) {
    case "hours":
      if (node.scheduleId !== undefined) return null;
      return { state, next: isOpenByItself(node, at) ? node.open : node.closed };
    case "branch": {
      const next = branchOf(state, node);
      return next === null ? null : { state, next };
    }
    case "language":
      return { state: { ...state, language: node.language }, next: node.next };
    case "set":
      return { state: { ...state, values: { ...state.values, [node.key]: node.value } }, next: node.next };
    case "play":
      // Whoever types ahead knows the way: what a key would interrupt is not begun.
      return node.interruptible && state.typedAhead !== "" ? { state, next: node.next } : null;
    default:
      return null;
  }
}

/** A node without hours is one that no validator has seen: closed, as voicemail beats silence. */
function isOpenByItself({ timezone, weekly, holidays }: NodeOf<"hours">, at: number): boolean {
  return timezone !== undefined && weekly !== undefined && isOpen({ timezone, weekly, holidays }, at);
}

/** Where the branch leads; null while the customer's attributes are not known. */
function branchOf(state: FlowState, node: NodeOf<"branch">): string | null {
  const { on } = node;
  if (on.what === "language") return caseOf(node, state.language);
  const known = on.what === "value" ? state.values : state.attributes;
  if (known === null) return null;
  return caseOf(node, Object.hasOwn(known, on.key) ? known[on.key] : undefined);
}

function caseOf(node: NodeOf<"branch">, value: string | undefined): string {
  return node.cases.find(({ equals }) => equals === value)?.next ?? node.otherwise;
}

type AskingNode = Exclude<FlowNode, NodeOf<"language" | "set">>;

function ask(flow: Flow, state: FlowState, node: FlowNode, at: number): FlowStep {
  const asking = node as AskingNode;
  switch (asking.kind) {
    case "play":
      return play(state, asking.prompts, asking.interruptible);
    case "menu":
      return askMenu(flow, state, asking, [], at);
    case "queue":
      return enqueue(state, asking);
    case "callback":
      return offerCallback(state, asking);
    case "voicemail":
      return recordMessage(state, asking);
    case "transfer":
      return transfer(state, asking);
    case "hours":
      return checkHours(state, asking.scheduleId ?? "");
    case "branch":
      return lookUp(state);
    case "hangup":
      return asking.prompts.length > 0 ? play(state, asking.prompts, false) : hangUp(state, at);
  }
}

function hangUp(state: FlowState, at: number): FlowStep {
  return { state: ended(state, "hung-up-by-flow", at), action: { do: "hangUp", node: state.node } };
}

// ---- menus

/** Asks for a key, or takes one that was pressed ahead. `before` is said first: what was wrong the last time. */
function askMenu(
  flow: Flow,
  state: FlowState,
  node: NodeOf<"menu">,
  before: PromptRef[],
  at: number,
): FlowStep {
  if (state.typedAhead !== "") return choose(flow, state, node, at);
  return collect(state, node, [...before, ...node.prompts]);
}

/** Takes the first key that was pressed ahead; a wrong one throws the rest away, as it was meant for elsewhere. */
function choose(flow: Flow, state: FlowState, node: NodeOf<"menu">, at: number): FlowStep {
  const digit = state.typedAhead.slice(0, 1);
  const option = node.options.find((candidate) => candidate.digit === digit);
  if (option) {
    return enter(flow, { ...state, typedAhead: state.typedAhead.slice(1) }, option.next, at);
  }
  return tryAgain(flow, { ...state, typedAhead: "" }, node, node.invalidPrompts, at);
}

function tryAgain(
  flow: Flow,
  state: FlowState,
  node: NodeOf<"menu">,
  why: PromptRef[],
  at: number,
): FlowStep {
  const failedAttempts = state.failedAttempts + 1;
  if (failedAttempts > node.retries) return enter(flow, state, node.onFailure, at);
  return askMenu(flow, { ...state, failedAttempts }, node, why, at);
}

function inMenu(flow: Flow, state: FlowState, node: NodeOf<"menu">, event: InnerEvent): FlowStep {
  switch (event.type) {
    case "digits":
      if (event.digits === "") return tryAgain(flow, state, node, node.timeoutPrompts, event.at);
      return choose(flow, press(state, event.digits, event.at), node, event.at);
    case "invalid":
      return tryAgain(
        flow,
        { ...press(state, event.digits, event.at), typedAhead: "" },
        node,
        node.invalidPrompts,
        event.at,
      );
    case "timeout":
      return tryAgain(flow, state, node, node.timeoutPrompts, event.at);
    default:
      return { state, action: null };
  }
}

// ---- what came back from outside

function playDone(
  flow: Flow,
  state: FlowState,
  node: NodeOf<"play">,
  event: Extract<FlowEvent, { type: "playDone" }>,
): FlowStep {
  return enter(flow, press(state, event.digits ?? "", event.at), node.next, event.at);
}

function leaveQueue(
  flow: Flow,
  state: FlowState,
  node: NodeOf<"queue">,
  event: Extract<FlowEvent, { type: "queueExit" }>,
): FlowStep {
  const { cause, at } = event;
  if (cause === "answered" || cause === "transferred")
    return { state: ended(state, cause, at), action: null };
  if (cause === "served") return hangUp(state, at);
  const exit = node.exits[cause];
  // Who will be called back has been told so: what the flow does for those whom nobody serves is not for them.
  if (cause === "callback" && exit === undefined) return hangUp(state, at);
  return enter(flow, state, exit ?? node.next, at);
}

function lookedUp(
  flow: Flow,
  state: FlowState,
  node: NodeOf<"branch">,
  { attributes, at }: Extract<FlowEvent, { type: "lookedUp" }>,
): FlowStep {
  const knowing: FlowState = { ...state, attributes };
  return enter(flow, knowing, branchOf(knowing, node) ?? node.otherwise, at);
}

function inTransfer(flow: Flow, state: FlowState, node: NodeOf<"transfer">, event: InnerEvent): FlowStep {
  if (event.type === "transferred") return { state: ended(state, "transferred", event.at), action: null };
  if (event.type === "transferFailed") return enter(flow, state, node.onFailure, event.at);
  return { state, action: null };
}

// ---- when something breaks

/** An apology first; a second problem during the apology ends the call. */
function fail(flow: Flow, state: FlowState, reason: string, at: number): FlowStep {
  const faulty: FlowState = { ...state, faults: [...state.faults, reason], typedAhead: "" };
  if (state.waiting === "apology") return afterApology(flow, faulty, at);
  const { action } = play(faulty, [shipped("technical-problem")], false);
  return { state: { ...faulty, waiting: "apology" }, action };
}

/** The fallback is given one chance: a flow whose fallback fails too must not go round for ever. */
function afterApology(flow: Flow, state: FlowState, at: number): FlowStep {
  const fallback = flow.fallback;
  const canFallBack = fallback !== undefined && nodeAt(flow, fallback) && state.faults.length === 1;
  if (!canFallBack || state.entered >= mostNodesPerCall) return hangUp(state, at);
  return enter(flow, { ...state, waiting: "start" }, fallback, at);
}

// ---- small parts

function ended(state: FlowState, how: FlowEnd["how"], at: number): FlowState {
  return { ...state, waiting: "nothing", end: { how, node: state.node, at } };
}

function press(state: FlowState, digits: string, at: number): FlowState {
  if (digits === "") return state;
  return {
    ...state,
    pressed: [...state.pressed, { node: state.node, digits, at }],
    typedAhead: (state.typedAhead + digits).slice(0, mostTypedAhead),
  };
}

function nodeAt(flow: Flow, id: string): FlowNode | undefined {
  return Object.hasOwn(flow.nodes, id) ? flow.nodes[id] : undefined;
}
