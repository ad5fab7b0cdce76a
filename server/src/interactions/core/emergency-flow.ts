/** The emergency switch as a flow: what callers hear, and where they go. */
import { isEmergencyOn, type Emergency } from "../../contract/emergency.ts";
import type { Flow, FlowNode, PromptRef } from "../../contract/flow.ts";
import { Language } from "../../contract/people.ts";

/** Whom the switch may concern: the number that was called, and the queue that the caller waits in or comes to. */
export interface EmergencyPlace {
  numberId: string;
  /** Null before the flow begins. */
  queueId: string | null;
}

/** Whether the switch, if it is on, says something to a caller at this place. */
export function concerns({ scope }: Emergency, { numberId, queueId }: EmergencyPlace): boolean {
  switch (scope.kind) {
    case "all":
      return true;
    case "numbers":
      return scope.numberIds.includes(numberId);
    case "queues":
      return queueId !== null && scope.queueIds.includes(queueId);
  }
}

/** Whether whoever waits at this place has to leave. */
export function sendsAway(emergency: Emergency | null, place: EmergencyPlace, at: number): boolean {
  return (
    isEmergencyOn(emergency, at) &&
    emergency.mode === "closed" &&
    emergency.waiting === "leave" &&
    concerns(emergency, place)
  );
}

/**
 * What the caller hears, then a message, a transfer or the end. `chosen` is the language that the caller is known to
 * speak; else they hear every language, `first` first. Where another flow follows, this one ends before it.
 */
export function emergencyFlow(
  { mode, prompts, ending }: Emergency,
  { chosen, first }: { chosen: Language | null; first: Language },
): Flow {
  const spoken = spokenPrompts(prompts, chosen, first);
  const language = chosen ?? first;
  const end: FlowNode = { kind: "hangup", prompts: [] };
  const after = mode === "closed" ? afterwards(ending) : null;
  return {
    version: 1,
    language,
    start: "message",
    nodes: {
      message: {
        kind: "play",
        prompts: spoken,
        interruptible: false,
        next: after === null ? "end" : "ending",
      },
      ...(after !== null && { ending: after }),
      end,
    },
  };
}

function afterwards(ending: Emergency["ending"]): FlowNode | null {
  switch (ending.kind) {
    case "voicemail":
      return {
        kind: "voicemail",
        queueId: ending.queueId,
        greeting: [{ prompt: "voicemail-greeting" }],
        maxSeconds: 120,
        silenceSeconds: 5,
        next: "end",
      };
    case "number":
      return { kind: "transfer", to: ending.number, prompts: [{ prompt: "transfer" }], onFailure: "end" };
    case "hang-up":
    case "flow":
      return null;
  }
}

function spokenPrompts(prompts: Emergency["prompts"], chosen: Language | null, first: Language): PromptRef[] {
  const own = chosen === null ? [] : inLanguage(prompts, chosen);
  if (own.length > 0) return own;
  const others = Language.options.filter((language) => language !== first);
  return [first, ...others].flatMap((language) => inLanguage(prompts, language));
}

function inLanguage(prompts: Emergency["prompts"], language: Language): PromptRef[] {
  return (prompts[language] ?? []).map((ref) => ({ language, ...ref }));
}
