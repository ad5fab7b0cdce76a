import { bind, type BoundEndpoint, type SignedInContext } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import * as contract from "../contract/queues.ts";
import { QueueSettings, type Queue, type QueueMember } from "../contract/queues.ts";
import type { Queryable } from "../store/postgres.ts";
import { actorOf, audit } from "./audit.ts";
import { refusingConflicts } from "./conflicts.ts";
import type { Office } from "./office.ts";
import { promptExists } from "./prompts.postgres.ts";
import {
  findQueue,
  flowsUsingQueue,
  insertQueue,
  listQueues,
  lockQueue,
  removeQueue,
  replaceMembers,
  saveQueue,
} from "./queues.postgres.ts";

type SettingsChange = { [K in keyof QueueSettings]?: QueueSettings[K] | undefined };

export function queueEndpoints(office: Office): BoundEndpoint[] {
  const { postgres } = office;
  return [
    bind(contract.listQueues, async () => ({ queues: await listQueues(postgres) })),
    bind(contract.createQueue, async ({ body }, context) => {
      const queue = await refusingConflicts(body.name, () =>
        createQueue(postgres, body.name, body.settings ?? {}, context),
      );
      await office.announce({ what: "queues", queueId: queue.id, removed: false, members: [] });
      return queue;
    }),
    bind(contract.updateQueue, async ({ params, body }, context) => {
      const queue = await refusingConflicts(body.name ?? "", () =>
        postgres.transaction((inside) => updateQueue(inside, params.queueId, body, context)),
      );
      await office.announce({ what: "queues", queueId: queue.id, removed: false, members: [] });
      return queue;
    }),
    bind(contract.setQueueMembers, ({ params, body }, context) =>
      setMembers(office, params.queueId, body.members, context),
    ),
    bind(contract.deleteQueue, async ({ params }, context) => {
      const queue = await postgres.transaction((inside) => deleteQueue(inside, params.queueId, context));
      const members = queue.members.map((member) => member.personId);
      await office.announce({ what: "queues", queueId: queue.id, removed: true, members });
      return {};
    }),
  ];
}

async function mustFind(inside: Queryable, queueId: string): Promise<Queue> {
  await lockQueue(inside, queueId);
  const queue = await findQueue(inside, queueId);
  if (queue === null) throw new Failure("not-found", `There is no queue ${queueId}`);
  return queue;
}

async function createQueue(
  postgres: Office["postgres"],
  name: string,
  change: SettingsChange,
  context: SignedInContext,
): Promise<Queue> {
  return await postgres.transaction(async (inside) => {
    await checkMusic(inside, change);
    const id = await insertQueue(inside, name, QueueSettings.parse(change));
    const detail = { name, settings: change };
    await audit(inside, actorOf(context), { action: "queue.created", subject: `queue:${id}`, detail });
    return await mustFind(inside, id);
  });
}

async function updateQueue(
  inside: Queryable,
  queueId: string,
  body: { name?: string | undefined; settings?: SettingsChange | undefined },
  context: SignedInContext,
): Promise<Queue> {
  const before = await mustFind(inside, queueId);
  await checkMusic(inside, body.settings ?? {});
  const settings = QueueSettings.parse({ ...before.settings, ...body.settings });
  await saveQueue(inside, queueId, body.name ?? before.name, settings);
  await audit(inside, actorOf(context), {
    action: "queue.changed",
    subject: `queue:${queueId}`,
    detail: body,
  });
  return await mustFind(inside, queueId);
}

async function checkMusic(inside: Queryable, { musicPromptId }: SettingsChange): Promise<void> {
  if (musicPromptId === undefined || musicPromptId === null) return;
  if (await promptExists(inside, musicPromptId)) return;
  throw new Failure("bad-request", "There is no such prompt for the music", [
    { path: "body.settings.musicPromptId", message: "no such prompt" },
  ]);
}

async function setMembers(
  office: Office,
  queueId: string,
  members: readonly QueueMember[],
  context: SignedInContext,
): Promise<Queue> {
  const twice = members.find((one, at) => members.findIndex((each) => each.personId === one.personId) !== at);
  if (twice !== undefined) throw new Failure("bad-request", `${twice.personId} is named twice`);
  const { before, after } = await refusingConflicts("", () =>
    office.postgres.transaction(async (inside) => {
      const before = await mustFind(inside, queueId);
      await replaceMembers(inside, queueId, members);
      const detail = { members };
      await audit(inside, actorOf(context), {
        action: "queue.members-changed",
        subject: `queue:${queueId}`,
        detail,
      });
      return { before, after: await mustFind(inside, queueId) };
    }),
  );
  const touched = new Set([...before.members, ...after.members].map((member) => member.personId));
  await office.announce({ what: "queues", queueId, removed: false, members: [...touched] });
  return after;
}

async function deleteQueue(inside: Queryable, queueId: string, context: SignedInContext): Promise<Queue> {
  const queue = await mustFind(inside, queueId);
  const flows = await flowsUsingQueue(inside, queueId);
  if (flows.length > 0)
    throw new Failure("conflict", `The queue ${queue.name} is used by the flow ${flows.join(", ")}`);
  await removeQueue(inside, queueId);
  const detail = { name: queue.name };
  await audit(inside, actorOf(context), { action: "queue.removed", subject: `queue:${queueId}`, detail });
  return queue;
}
