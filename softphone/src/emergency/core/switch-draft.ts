import type { emergency as contract } from "@ringdown/contract";

/** What the dialog of the switch holds until it is thrown. */
export interface SwitchDraft extends Omit<contract.EmergencyPreset, "id"> {
  scope: contract.EmergencyScope;
  note: string;
  /** Milliseconds until it ends by itself; null: never. */
  forMs: number | null;
}

const nothingPrepared: Omit<contract.EmergencyPreset, "id"> = {
  name: "",
  mode: "closed",
  prompts: { en: [{ prompt: "emergency-closed" }], zh: [{ prompt: "emergency-closed" }] },
  ending: { kind: "hang-up" },
  waiting: "leave",
};

/** From a prepared message, from the switch as it is, or from nothing. */
export function draftOf(source: contract.Emergency | contract.EmergencyPreset | null): SwitchDraft {
  const { name, mode, prompts, ending, waiting } = source ?? nothingPrepared;
  const [scope, note] =
    source !== null && "scope" in source ? [source.scope, source.note] : [{ kind: "all" } as const, ""];
  return { name, mode, prompts, ending, waiting, scope, note, forMs: null };
}

/** Whether everything is chosen that has to be; the server checks the rest. */
export function isComplete({ name, mode, prompts, ending, scope }: SwitchDraft): boolean {
  const saysSomething = Object.values(prompts).some((list) => list.length > 0);
  return (
    name.trim() !== "" && saysSomething && (mode === "message" || leadsSomewhere(ending)) && hasScope(scope)
  );
}

function leadsSomewhere(ending: contract.EmergencyThen): boolean {
  switch (ending.kind) {
    case "hang-up":
      return true;
    case "voicemail":
      return ending.queueId !== "";
    case "number":
      return /^\+?[0-9*#]{2,32}$/.test(ending.number);
    case "flow":
      return ending.flowId !== "";
  }
}

function hasScope(scope: contract.EmergencyScope): boolean {
  if (scope.kind === "all") return true;
  return (scope.kind === "numbers" ? scope.numberIds : scope.queueIds).length > 0;
}
