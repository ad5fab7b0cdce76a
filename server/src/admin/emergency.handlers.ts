import { bind, type BoundEndpoint, type SignedInContext } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import * as contract from "../contract/emergency.ts";
import { isEmergencyOn, type Emergency, type EmergencyPreset } from "../contract/emergency.ts";
import type { Language } from "../contract/people.ts";
import type { Queryable } from "../store/postgres.ts";
import { actorOf, audit } from "./audit.ts";
import { refusingConflicts } from "./conflicts.ts";
import { mendableProblem } from "./emergency-targets.ts";
import {
  deletePreset,
  insertPreset,
  listPresets,
  readEmergencyState,
  savePreset,
  writeEmergencyState,
} from "./emergency.postgres.ts";
import type { Office } from "./office.ts";
import type { PromptStore } from "./prompts.handlers.ts";
import { listPrompts } from "./prompts.postgres.ts";

type EmergencyOffice = Office & { prompts: PromptStore };
type Wanted = NonNullable<contract.SwitchBody["emergency"]>;

/** The switch and what is prepared for it. */
export function emergencyEndpoints(office: EmergencyOffice): BoundEndpoint[] {
  const { postgres } = office;
  return [
    bind(contract.readEmergency, async () => {
      const emergency = shown(office);
      return { emergency, heard: emergency === null ? {} : await heardOf(office, emergency) };
    }),
    bind(contract.switchEmergency, ({ body }, context) => throwSwitch(office, body.emergency, context)),
    bind(contract.listEmergencyPresets, async () => ({ presets: await listPresets(postgres) })),
    bind(contract.createEmergencyPreset, ({ body }, context) =>
      changePresets(office, body.name, async (inside) => {
        await refuseUnusable(office, inside, body);
        const preset = await insertPreset(inside, body);
        await auditPreset(inside, context, "created", preset);
        return preset;
      }),
    ),
    bind(contract.updateEmergencyPreset, ({ params, body }, context) =>
      changePresets(office, body.name, async (inside) => {
        await refuseUnusable(office, inside, body);
        const preset = await savePreset(inside, { id: params.presetId, ...body });
        if (preset === null) throw noPreset(params.presetId);
        await auditPreset(inside, context, "changed", preset);
        return preset;
      }),
    ),
    bind(contract.deleteEmergencyPreset, ({ params }, context) =>
      changePresets(office, "", async (inside) => {
        const name = await deletePreset(inside, params.presetId);
        if (name === null) throw noPreset(params.presetId);
        await auditPreset(inside, context, "removed", { id: params.presetId, name });
        return {};
      }),
    ),
  ];
}

/** From memory, so that every screen may ask. */
function shown({ directory, clock }: Office): Emergency | null {
  const state = directory.emergency();
  return isEmergencyOn(state, clock.now()) ? state : null;
}

/** What callers hear, in words. */
async function heardOf({ postgres, prompts }: EmergencyOffice, emergency: Emergency) {
  const refs = Object.entries(emergency.prompts);
  const hasUploads = refs.some(([, list]) => list.some((ref) => "upload" in ref));
  const names = new Map(hasUploads ? (await listPrompts(postgres)).map(({ id, name }) => [id, name]) : []);
  return Object.fromEntries(
    refs.map(([language, list]) => [
      language,
      list
        .map((ref) =>
          "upload" in ref
            ? (names.get(ref.upload) ?? "")
            : prompts.textOf(ref.prompt, ref.language ?? (language as Language)),
        )
        .join(" "),
    ]),
  );
}

/** Who switched it on stays who they are when somebody else changes what callers hear; each change is audited. */
async function throwSwitch(office: EmergencyOffice, wanted: Wanted | null, context: SignedInContext) {
  const { postgres, clock } = office;
  const state = await postgres.transaction(async (inside) => {
    if (wanted !== null) await refuseUnusable(office, inside, wanted, wanted.scope);
    const now = clock.now();
    const before = await readEmergencyState(inside);
    const wasOn = isEmergencyOn(before, now);
    const next = wanted === null ? null : switchedOn(wanted, wasOn ? before : null, now, context);
    await writeEmergencyState(inside, next);
    const action = next === null ? "off" : wasOn ? "changed" : "on";
    const record = {
      action: `emergency.switched-${action}`,
      subject: "emergency",
      detail: next ?? (before === null ? {} : { name: before.name, since: before.since }),
    };
    await audit(inside, actorOf(context), record);
    return next;
  });
  await office.announce();
  return { emergency: state };
}

function switchedOn(
  { forMs, ...wanted }: Wanted,
  before: Emergency | null,
  now: number,
  { user }: SignedInContext,
): Emergency {
  return {
    ...wanted,
    since: before?.since ?? now,
    by: before?.by ?? { id: user.id, name: user.name },
    until: forMs === null ? null : now + forMs,
  };
}

async function refuseUnusable(
  office: EmergencyOffice,
  inside: Queryable,
  message: Pick<EmergencyPreset, "prompts" | "ending">,
  scope?: contract.EmergencyScope,
): Promise<void> {
  const problem = await mendableProblem(inside, office, message, scope);
  if (problem === null) return;
  throw new Failure("bad-request", problem.message, [
    { path: `body.${scope === undefined ? "" : "emergency."}${problem.path}`, message: problem.message },
  ]);
}

async function changePresets<T>(
  { postgres, announce }: Office,
  name: string,
  run: (inside: Queryable) => Promise<T>,
): Promise<T> {
  const result = await refusingConflicts(name, () => postgres.transaction(run));
  await announce();
  return result;
}

async function auditPreset(
  inside: Queryable,
  context: SignedInContext,
  what: string,
  { id, ...detail }: { id: string; name: string },
): Promise<void> {
  const record = { action: `emergency-preset.${what}`, subject: `emergency-preset:${id}`, detail };
  await audit(inside, actorOf(context), record);
}

function noPreset(presetId: string): Failure {
  return new Failure("not-found", `There is no prepared message ${presetId}`);
}
