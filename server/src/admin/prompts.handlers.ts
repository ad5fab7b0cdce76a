import { randomUUID } from "node:crypto";
import { bind, type BoundEndpoint, type SignedInContext } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import type { Language } from "../contract/people.ts";
import * as contract from "../contract/telephony.ts";
import { actorOf, audit } from "./audit.ts";
import { refusingConflicts } from "./conflicts.ts";
import type { Office } from "./office.ts";
import { deletePrompt, insertPrompt, listPrompts, usersOfPrompt } from "./prompts.postgres.ts";

/** What administration needs of prompt files: ivr/ has it. */
export interface PromptStore {
  /** The shipped ones, with their text in English. */
  list(): { id: string; languages: Language[]; text: string }[];
  /** What a shipped prompt says; "" for one that is not shipped. */
  textOf(id: string, language: Language): string;
  /** The file to listen to; Failure "not-found". */
  find(id: string, language: Language): string;
  /** Checks and keeps an upload; Failure "unsupported-media", "too-large" or "bad-request". */
  save(id: string, file: Buffer): Promise<{ durationMs: number; bytes: number }>;
  remove(id: string): Promise<void>;
}

type PromptOffice = Office & { prompts: PromptStore };

export function promptEndpoints(office: PromptOffice): BoundEndpoint[] {
  const { postgres, prompts } = office;
  return [
    bind(contract.listPrompts, async () => ({
      prompts: await listPrompts(postgres),
      shipped: prompts.list(),
    })),
    bind(contract.uploadPrompt, async ({ query, body }, context) => {
      const record = await refusingConflicts(query.name, () => uploadPrompt(office, query, body, context));
      await office.announce();
      return record;
    }),
    bind(contract.readPromptAudio, ({ params, query }) =>
      Promise.resolve({
        path: prompts.find(params.promptId, query.language),
        contentType: "audio/wav",
        downloadName: `${params.promptId}.wav`,
      }),
    ),
    bind(contract.deletePrompt, async ({ params }, context) => {
      await removePrompt(office, params.promptId, context);
      await office.announce();
      return {};
    }),
  ];
}

/** The file first: a row never names one that is not there. A file whose row is refused is taken away again. */
async function uploadPrompt(
  { postgres, prompts }: PromptOffice,
  { name, language }: { name: string; language: Language },
  body: unknown,
  context: SignedInContext,
) {
  if (!Buffer.isBuffer(body) || body.length === 0)
    throw new Failure("bad-request", "The request has no WAV in it");
  const id = randomUUID();
  const { durationMs, bytes } = await prompts.save(id, body);
  try {
    return await postgres.transaction(async (inside) => {
      const record = await insertPrompt(inside, { id, name, language, durationMs, bytes });
      const detail = { name, language };
      await audit(inside, actorOf(context), { action: "prompt.uploaded", subject: `prompt:${id}`, detail });
      return record;
    });
  } catch (error) {
    await prompts.remove(id);
    throw error;
  }
}

async function removePrompt(
  { postgres, prompts }: PromptOffice,
  promptId: string,
  context: SignedInContext,
): Promise<void> {
  await postgres.transaction(async (inside) => {
    const users = await usersOfPrompt(inside, promptId);
    if (users.length > 0) throw new Failure("conflict", `The prompt is used by ${users.join(", ")}`);
    const name = await deletePrompt(inside, promptId);
    if (name === null) throw new Failure("not-found", `There is no prompt ${promptId}`);
    const subject = `prompt:${promptId}`;
    await audit(inside, actorOf(context), { action: "prompt.removed", subject, detail: { name } });
  });
  await prompts.remove(promptId);
}
