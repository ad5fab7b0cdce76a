/** The history's endpoints. An agent sees only what they handled themselves; anything else does not exist. */
import { existsSync } from "node:fs";
import { bind, type BoundEndpoint, type FileResult, type SignedInContext } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import * as contract from "../contract/interactions.ts";
import type { Customer } from "../contract/customers.ts";
import type { Interaction } from "../contract/interactions.ts";
import type { Postgres } from "../store/postgres.ts";
import {
  findByRecording,
  readWithLedger,
  searchInteractions,
  wasHandledBy,
} from "./interactions.postgres.ts";

export interface InteractionDependencies {
  postgres: Postgres;
  /** Where recordings lie: the absolute path of `2026/11/29/<recordingId>.wav`. */
  recordings: { pathOf(file: string): string };
  /** Who the customer with this number is now; rejects while that can't be read. */
  customerOf(number: string): Promise<Customer | null>;
  /** Notes the access; rejects if it cannot be noted. */
  audit(
    actor: { id: string; name: string },
    recording: { recordingId: string; interactionId: string; download: boolean },
    ip: string,
  ): Promise<void>;
}

export function interactionEndpoints(deps: InteractionDependencies): BoundEndpoint[] {
  const { postgres } = deps;
  return [
    bind(contract.searchInteractions, ({ query }, { user }) =>
      searchInteractions(postgres, query, user.role === "agent" ? user.id : null),
    ),
    bind(contract.readInteraction, async ({ params: { interactionId } }, { user }) => {
      const found = await readWithLedger(postgres, interactionId);
      if (found === null || !(await maySee(postgres, found.interaction, user)))
        throw new Failure("not-found", `There is no interaction ${interactionId}`);
      return { ...found, customer: await deps.customerOf(found.interaction.from) };
    }),
    bind(contract.readRecording, ({ params, query }, context) =>
      readRecording(deps, params.recordingId, query.download === true, context),
    ),
  ];
}

async function maySee(
  postgres: Postgres,
  interaction: Interaction,
  user: SignedInContext["user"],
): Promise<boolean> {
  return user.role !== "agent" || (await wasHandledBy(postgres, interaction.id, user.id));
}

async function readRecording(
  deps: InteractionDependencies,
  recordingId: string,
  download: boolean,
  { user, ip }: SignedInContext,
): Promise<FileResult> {
  const { postgres, recordings } = deps;
  const interaction = await findByRecording(postgres, recordingId);
  const recording = interaction?.recordings.find((each) => each.id === recordingId);
  if (interaction === null || recording === undefined || !(await maySee(postgres, interaction, user)))
    throw new Failure("not-found", `There is no recording ${recordingId}`);
  const path = locate(recordings, recordingId, recording.startedAt);
  if (path === null)
    throw new Failure("gone", `The file of the recording ${recordingId} is not there (any more)`);
  await deps.audit(user, { recordingId, interactionId: interaction.id, download }, ip);
  return { path, contentType: "audio/wav", downloadName: `${interaction.number}-${recording.kind}.wav` };
}

const dayMs = 24 * 3_600_000;

/** In the folder of its day; of the days around it, if it began near midnight. */
function locate(
  recordings: InteractionDependencies["recordings"],
  recordingId: string,
  startedAt: number,
): string | null {
  const folders = [0, -dayMs, dayMs].map((shift) =>
    new Date(startedAt + shift).toISOString().slice(0, 10).replaceAll("-", "/"),
  );
  const paths = folders.map((folder) => recordings.pathOf(`${folder}/${recordingId}.wav`));
  return paths.find((path) => existsSync(path)) ?? null;
}
