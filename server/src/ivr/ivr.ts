/**
 * The door of the IVR: runs a flow on a caller's channel.
 *
 *   const left = await runFlow({ flow, prompts, port: leg, clock, enqueue, leaveMessage, transfer, isOpen, attributes, on });
 *   if (left.how === "hung-up-by-flow") await leg.hangUp();
 */
import type { Clock } from "../base/clock.ts";
import type { Flow } from "../contract/flow.ts";
import type { Language } from "../contract/people.ts";
import type {
  FlowAction,
  FlowEnd,
  FlowEvent,
  FlowState,
  QueueOutcome,
  SpokenPrompt,
} from "./core/flow-state.ts";
import { newFlowState, step } from "./core/step.ts";
import { listenForKeys } from "./keys.ts";
import type { Keys } from "./keys.ts";
import { noteStep } from "./core/notes.ts";
import type { FlowNote } from "./core/notes.ts";
import type { PromptFiles } from "./prompts.ts";
import type { VoicePort } from "./voice-port.ts";

export type { FlowState, QueueOutcome } from "./core/flow-state.ts";
export type { FlowNote } from "./core/notes.ts";
export { demoFlow } from "./core/demo-flow.ts";
export {
  callbackOfferPrompts,
  estimatedWaitPrompts,
  queuePositionPrompts,
  sayTelephoneNumber,
} from "./core/say-number.ts";
export { validateFlow } from "./core/validate-flow.ts";
export { openPrompts } from "./prompts.ts";
export type { PromptFiles, PromptLibrary } from "./prompts.ts";
export type { VoicePort } from "./voice-port.ts";

export type EnqueueRequest = Extract<FlowAction, { do: "enqueue" }>;
/** The greeting has been played. */
export type MessageRequest = Omit<Extract<FlowAction, { do: "recordMessage" }>, "greeting">;
/** The announcement has been played. */
export type TransferRequest = Omit<Extract<FlowAction, { do: "transfer" }>, "prompts">;

export interface RunFlowOptions {
  flow: Flow;
  prompts: PromptFiles;
  port: VoicePort;
  clock: Clock;
  /** The language to begin with; the flow's own without it. */
  language?: Language;
  /** What flows before this one have kept. */
  values?: FlowState["values"];
  /** Ends the run from our side (the outcome is then "aborted"); the caller's hang-up needs no signal of its own. */
  signal?: AbortSignal;
  /** Waits in the queue; resolves when the caller leaves it. "hung-up" ends the flow, as some of the others do. */
  enqueue(request: EnqueueRequest): Promise<QueueOutcome | "hung-up">;
  /** Records and stores a message and says that it is saved; resolves also when the caller hung up in it. */
  leaveMessage(request: MessageRequest): Promise<void>;
  /** Resolves "transferred" (the flow ends) or "failed" (it goes on). */
  transfer(request: TransferRequest): Promise<"transferred" | "failed">;
  /** Whether a schedule is open at a moment (milliseconds since 1970). */
  isOpen(scheduleId: string, at: number): boolean;
  /** The customer's attributes, as far as they are known. */
  attributes(): Promise<Readonly<Record<string, string>>>;
  on(note: FlowNote): void;
}

export interface FlowOutcome {
  /** `hung-up-by-flow`: the flow is over and the leg still up; hang it up. `aborted`: the signal of the options. */
  how: FlowEnd["how"] | "aborted";
  /** The node where it ended. */
  node: string;
  /** Everything that the flow knows: values, keys pressed, language, faults. */
  state: FlowState;
}

/**
 * Runs a flow to its end. Nothing that a flow, a prompt, the media server, `enqueue`, `leaveMessage` or `transfer` does
 * makes it reject: the caller then hears an apology and goes to the flow's fallback, and `on` gets a "fault".
 */
export async function runFlow(options: RunFlowOptions): Promise<FlowOutcome> {
  const { flow, port, clock } = options;
  const signal = options.signal ? AbortSignal.any([options.signal, port.signal]) : port.signal;
  const keys = listenForKeys(port);
  let state = newFlowState(flow, options.language, options.values);
  let event: FlowEvent = { type: "started", at: clock.now() };
  try {
    for (;;) {
      if (options.signal?.aborted && event.type !== "hungUp") {
        return { how: "aborted", node: state.node, state };
      }
      const before = state;
      const result = step(flow, state, event);
      state = result.state;
      for (const note of noteStep(flow, before, event, state)) options.on(note);
      if (state.end) return { how: state.end.how, node: state.end.node, state };
      // Without an action nothing was asked for, so nothing will come back: better an apology than a silent line.
      event = result.action
        ? await happened(options, keys, signal, result.action)
        : failed(clock, `The flow stands still at node ${state.node}`);
    }
  } finally {
    keys.close();
  }
}

/** Does what the machine asks for, and says what came of it. Never rejects. */
async function happened(
  options: RunFlowOptions,
  keys: Keys,
  signal: AbortSignal,
  action: FlowAction,
): Promise<FlowEvent> {
  const gone = (): FlowEvent => ({ type: "hungUp", at: options.clock.now() });
  if (options.port.signal.aborted) return gone();
  try {
    const event = await perform(options, keys, signal, action);
    return options.port.signal.aborted && !hasOutlived(event) ? gone() : event;
  } catch (error) {
    if (options.port.signal.aborted) return gone();
    return failed(options.clock, `${action.do} at node ${action.node}: ${sentenceOf(error)}`);
  }
}

/** Facts that stand although the caller has hung up meanwhile. */
function hasOutlived(event: FlowEvent): boolean {
  if (event.type !== "queueExit") return event.type === "transferred";
  return event.cause === "answered" || event.cause === "transferred";
}

function perform(
  options: RunFlowOptions,
  keys: Keys,
  signal: AbortSignal,
  action: FlowAction,
): Promise<FlowEvent> {
  switch (action.do) {
    case "play":
      return play(options, keys, signal, action.prompts, action.interruptible);
    case "collect":
      return collect(options, keys, signal, action);
    case "enqueue":
      return enqueue(options, keys, action);
    case "recordMessage":
      return recordMessage(options, keys, signal, action);
    case "transfer":
      return transfer(options, keys, signal, action);
    case "checkHours":
      return checkHours(options, action.scheduleId);
    case "lookUp":
      return lookUp(options);
    case "hangUp":
      throw new Error("A flow that hangs up has ended");
  }
}

// ---- each action

async function play(
  options: RunFlowOptions,
  keys: Keys,
  signal: AbortSignal,
  prompts: SpokenPrompt[],
  interruptible: boolean,
): Promise<FlowEvent> {
  const { port, clock } = options;
  const files = resolve(options, prompts);
  if (files.length > 0 && !(interruptible && keys.some())) {
    const result = await port.play(files, { signal, interruptible });
    if (result.outcome === "ended") return { type: "hungUp", at: clock.now() };
    if (result.outcome === "failed") return failed(clock, result.sentence ?? "A prompt could not be played");
  }
  return { type: "playDone", at: clock.now(), digits: keys.take() };
}

async function collect(
  options: RunFlowOptions,
  keys: Keys,
  signal: AbortSignal,
  action: Extract<FlowAction, { do: "collect" }>,
): Promise<FlowEvent> {
  const { port, clock } = options;
  const result = await port.collect({
    files: resolve(options, action.prompts),
    maxDigits: action.maxDigits,
    terminators: "",
    firstDigitTimeoutMs: action.firstDigitTimeoutMs,
    interDigitTimeoutMs: action.firstDigitTimeoutMs,
    signal,
  });
  if (result.outcome === "ended") return { type: "hungUp", at: clock.now() };
  if (result.outcome === "failed") return failed(clock, result.sentence ?? "The keys could not be read");
  // Keys that follow quickly are meant for the next menu: the machine keeps them.
  const digits = keys.take(result.digits);
  return digits === "" ? { type: "timeout", at: clock.now() } : { type: "digits", at: clock.now(), digits };
}

async function enqueue(options: RunFlowOptions, keys: Keys, action: EnqueueRequest): Promise<FlowEvent> {
  const cause = await options.enqueue(action);
  keys.take(); // what was pressed in the queue was meant for the queue
  const at = options.clock.now();
  return cause === "hung-up" ? { type: "hungUp", at } : { type: "queueExit", at, cause };
}

async function recordMessage(
  options: RunFlowOptions,
  keys: Keys,
  signal: AbortSignal,
  action: Extract<FlowAction, { do: "recordMessage" }>,
): Promise<FlowEvent> {
  const { greeting, ...request } = action;
  const interrupted = await play(options, keys, signal, greeting, true);
  if (interrupted.type !== "playDone") return interrupted;
  if (signal.aborted) return interrupted;
  await options.leaveMessage(request);
  keys.take();
  return { type: "messageRecorded", at: options.clock.now() };
}

async function transfer(
  options: RunFlowOptions,
  keys: Keys,
  signal: AbortSignal,
  action: Extract<FlowAction, { do: "transfer" }>,
): Promise<FlowEvent> {
  const { prompts, ...request } = action;
  const announced = await play(options, keys, signal, prompts, false);
  if (announced.type !== "playDone" || signal.aborted) return announced;
  const result = await options.transfer(request);
  const at = options.clock.now();
  return result === "transferred" ? { type: "transferred", at } : { type: "transferFailed", at };
}

function checkHours({ clock, isOpen }: RunFlowOptions, scheduleId: string): Promise<FlowEvent> {
  const at = clock.now();
  return Promise.resolve({ type: "hoursChecked", at, isOpen: isOpen(scheduleId, at) });
}

async function lookUp({ clock, attributes }: RunFlowOptions): Promise<FlowEvent> {
  const known = await attributes();
  return { type: "lookedUp", at: clock.now(), attributes: known };
}

/** A prompt that is gone is left out and told: better a flow with a hole than no flow. */
function resolve(options: RunFlowOptions, prompts: SpokenPrompt[]): string[] {
  const { files, missing } = options.prompts.resolve(prompts);
  for (const sentence of missing) options.on({ type: "fault", where: "ivr", sentence });
  return files;
}

function failed(clock: Clock, reason: string): FlowEvent {
  return { type: "failed", at: clock.now(), reason };
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
