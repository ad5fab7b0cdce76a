import { bind, type BoundEndpoint, type SignedInContext } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import type { Flow } from "../contract/flow.ts";
import * as contract from "../contract/telephony.ts";
import type { Skill } from "../contract/routing.ts";
import type { FlowProblem, FlowRecord } from "../contract/telephony.ts";
import type { Queryable } from "../store/postgres.ts";
import { actorOf, audit } from "./audit.ts";
import { refusingConflicts } from "./conflicts.ts";
import {
  findFlow,
  insertFlow,
  insertFlowVersion,
  listFlows,
  lockFlow,
  numbersUsingFlow,
  readFlowVersion,
  removeFlow,
  renameFlow,
  setPublishedVersion,
  listScheduleIds,
} from "./flows.postgres.ts";
import type { Office } from "./office.ts";
import { listPromptIds } from "./prompts.postgres.ts";
import { listQueues } from "./queues.postgres.ts";
import { listSkills } from "./routing.postgres.ts";

/** Judges whether a flow makes sense among these queues and uploads; ivr/ has it. */
export type FlowValidator = (
  flow: unknown,
  context: {
    queueIds: ReadonlySet<string>;
    uploadIds: ReadonlySet<string>;
    scheduleIds: ReadonlySet<string>;
    skills: readonly Skill[];
  },
) => FlowProblem[];

type FlowOffice = Office & { validateFlow: FlowValidator };

export function flowEndpoints(office: FlowOffice): BoundEndpoint[] {
  const { postgres } = office;
  return [
    bind(contract.listFlows, async () => ({ flows: await listFlows(postgres) })),
    bind(contract.readFlow, ({ params, query }) => readFlow(office, postgres, params.flowId, query.version)),
    bind(contract.createFlow, async ({ body }, context) => {
      const created = await refusingConflicts(body.name, () =>
        postgres.transaction((inside) => createFlow(office, inside, body, context)),
      );
      await office.announce();
      return created;
    }),
    bind(contract.saveFlow, async ({ params, body }, context) => {
      const saved = await refusingConflicts(body.name ?? "", () =>
        postgres.transaction((inside) => saveFlow(office, inside, params.flowId, body, context)),
      );
      await office.announce();
      return saved;
    }),
    bind(contract.publishFlow, async ({ params, body }, context) => {
      const published = await postgres.transaction((inside) =>
        publishFlow(office, inside, params.flowId, body.version, context),
      );
      await office.announce();
      return published;
    }),
    bind(contract.deleteFlow, async ({ params }, context) => {
      await postgres.transaction((inside) => deleteFlow(inside, params.flowId, context));
      await office.announce();
      return {};
    }),
  ];
}

async function mustFind(postgres: Queryable, flowId: string): Promise<FlowRecord> {
  const flow = await findFlow(postgres, flowId);
  if (flow === null) throw new Failure("not-found", `There is no flow ${flowId}`);
  return flow;
}

function newestOf(record: FlowRecord): number {
  return record.versions[0]?.version ?? 0;
}

async function readFlow(office: FlowOffice, postgres: Queryable, flowId: string, wanted?: number) {
  const record = await mustFind(postgres, flowId);
  const version = wanted ?? newestOf(record);
  const flow = await readFlowVersion(postgres, flowId, version);
  if (flow === null) throw new Failure("not-found", `The flow ${record.name} has no version ${version}`);
  return { ...record, version, flow, problems: await judge(office, postgres, flow) };
}

async function judge(office: FlowOffice, postgres: Queryable, flow: Flow): Promise<FlowProblem[]> {
  const queues = await listQueues(postgres);
  const uploadIds = new Set(await listPromptIds(postgres));
  const queueIds = new Set(queues.map((queue) => queue.id));
  const scheduleIds = new Set(await listScheduleIds(postgres));
  const skills = await listSkills(postgres);
  return office.validateFlow(flow, { queueIds, uploadIds, scheduleIds, skills });
}

async function createFlow(
  office: FlowOffice,
  inside: Queryable,
  body: { name: string; flow: Flow },
  context: SignedInContext,
) {
  const flowId = await insertFlow(inside, body.name);
  await insertFlowVersion(inside, flowId, 1, body.flow, context.user.id);
  const detail = { name: body.name };
  await audit(inside, actorOf(context), { action: "flow.created", subject: `flow:${flowId}`, detail });
  return await readFlow(office, inside, flowId);
}

async function saveFlow(
  office: FlowOffice,
  inside: Queryable,
  flowId: string,
  body: { name?: string | undefined; basedOn: number; flow: Flow },
  context: SignedInContext,
) {
  await lockFlow(inside, flowId);
  const record = await mustFind(inside, flowId);
  const newest = newestOf(record);
  if (body.basedOn !== newest)
    throw new Failure(
      "conflict",
      `The flow ${record.name} was changed meanwhile: its newest version is ${newest}, yours is based on ${body.basedOn}`,
    );
  if (body.name !== undefined) await renameFlow(inside, flowId, body.name);
  await insertFlowVersion(inside, flowId, newest + 1, body.flow, context.user.id);
  const detail = { version: newest + 1, ...(body.name === undefined ? {} : { name: body.name }) };
  await audit(inside, actorOf(context), { action: "flow.saved", subject: `flow:${flowId}`, detail });
  return await readFlow(office, inside, flowId);
}

async function publishFlow(
  office: FlowOffice,
  inside: Queryable,
  flowId: string,
  version: number,
  context: SignedInContext,
): Promise<FlowRecord> {
  await lockFlow(inside, flowId);
  const { problems, name } = await readFlow(office, inside, flowId, version);
  if (problems.length > 0)
    throw new Failure(
      "conflict",
      `Version ${version} of ${name} has problems and was not published`,
      problems,
    );
  await setPublishedVersion(inside, flowId, version);
  const detail = { version };
  await audit(inside, actorOf(context), { action: "flow.published", subject: `flow:${flowId}`, detail });
  return await mustFind(inside, flowId);
}

async function deleteFlow(inside: Queryable, flowId: string, context: SignedInContext): Promise<void> {
  await lockFlow(inside, flowId);
  const record = await mustFind(inside, flowId);
  const numbers = await numbersUsingFlow(inside, flowId);
  if (numbers.length > 0)
    throw new Failure("conflict", `The flow ${record.name} is used by the number ${numbers.join(", ")}`);
  await removeFlow(inside, flowId);
  const detail = { name: record.name };
  await audit(inside, actorOf(context), { action: "flow.removed", subject: `flow:${flowId}`, detail });
}
