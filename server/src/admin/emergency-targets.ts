/** Whether what an emergency message names is there: prompts, a queue, a flow that is published, numbers. */
import type { EmergencyPreset, EmergencyScope } from "../contract/emergency.ts";
import type { Queryable } from "../store/postgres.ts";
import type { Directory } from "./directory.ts";
import type { PromptStore } from "./prompts.handlers.ts";
import { promptExists } from "./prompts.postgres.ts";

interface Problem {
  path: string;
  message: string;
}

/** The first thing that is wrong, or null. */
export async function mendableProblem(
  inside: Queryable,
  sources: { directory: Directory; prompts: PromptStore },
  { prompts, ending }: Pick<EmergencyPreset, "prompts" | "ending">,
  scope?: EmergencyScope,
): Promise<Problem | null> {
  const { directory } = sources;
  const missing = await missingPrompt(inside, sources.prompts, prompts);
  if (missing !== null) return missing;
  if (ending.kind === "voicemail" && directory.queue(ending.queueId) === null)
    return { path: "ending.queueId", message: "There is no such queue to leave a message in" };
  if (ending.kind === "flow" && directory.publishedFlow(ending.flowId) === null)
    return { path: "ending.flowId", message: "There is no such flow, or it is not published" };
  return scope === undefined ? null : problemOfScope(directory, scope);
}

async function missingPrompt(
  inside: Queryable,
  store: PromptStore,
  prompts: EmergencyPreset["prompts"],
): Promise<Problem | null> {
  const shipped = new Set(store.list().map(({ id }) => id));
  for (const [language, refs] of Object.entries(prompts))
    for (const [index, ref] of refs.entries()) {
      const isThere = "upload" in ref ? await uploadExists(inside, ref.upload) : shipped.has(ref.prompt);
      const name = "upload" in ref ? ref.upload : ref.prompt;
      if (!isThere) return { path: `prompts.${language}.${index}`, message: `There is no prompt ${name}` };
    }
  return null;
}

/** Ids of uploads are UUIDs; anything else can't be one, and the database would not take it. */
async function uploadExists(inside: Queryable, id: string): Promise<boolean> {
  return /^[0-9a-f-]{36}$/.test(id) && (await promptExists(inside, id).catch(() => false));
}

function problemOfScope(directory: Directory, scope: EmergencyScope): Problem | null {
  if (scope.kind === "numbers") {
    const known = new Set(directory.numbers().map(({ id }) => id));
    if (scope.numberIds.some((id) => !known.has(id)))
      return { path: "scope.numberIds", message: "One of these numbers does not exist" };
  }
  if (scope.kind === "queues" && scope.queueIds.some((id) => directory.queue(id) === null))
    return { path: "scope.queueIds", message: "One of these queues does not exist" };
  return null;
}
