import { randomUUID } from "node:crypto";
import { bind, type BoundEndpoint, type SignedInContext } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import * as contract from "../contract/queues.ts";
import { QueueSettings, type Queue, type QueueMember } from "../contract/queues.ts";
import type { RoutedQueue, RoutingDocument } from "../contract/routing.ts";
import type { Queryable } from "../store/postgres.ts";
import { actorOf } from "./audit.ts";
import { refusingConflicts } from "./conflicts.ts";
import type { Office } from "./office.ts";
import { findQueue, flowsUsingQueue, listQueues } from "./queues.postgres.ts";
import { publish, type PublishedRouting, readToChange } from "./routing.ts";

type SettingsChange = { [K in keyof QueueSettings]?: QueueSettings[K] | undefined };

/** Single queues, edited and published at once: each change is a version of the routing, too. */
export function queueEndpoints(office: Office): BoundEndpoint[] {
  const { postgres } = office;
  return [
    bind(contract.listQueues, async () => ({ queues: await listQueues(postgres) })),
    bind(contract.createQueue, ({ body }, context) => createQueue(office, body, context)),
    bind(contract.updateQueue, ({ params, body }, context) =>
      changeQueue(office, params.queueId, context, {
        edit: (queue) => ({
          ...queue,
          name: body.name ?? queue.name,
          settings: QueueSettings.parse({ ...queue.settings, ...body.settings }),
        }),
        note: (name) => `Changed the queue ${name}`,
        action: "queue.changed",
        detail: body,
      }),
    ),
    bind(contract.setQueueMembers, ({ params, body: { members } }, context) => {
      refuseTwice(members);
      return changeQueue(office, params.queueId, context, {
        edit: (queue) => ({ ...queue, members }),
        note: (name) => `Changed the members of the queue ${name}`,
        action: "queue.members-changed",
        detail: { members },
      });
    }),
    bind(contract.deleteQueue, ({ params }, context) => deleteQueue(office, params.queueId, context)),
  ];
}

async function createQueue(
  office: Office,
  { name, settings = {} }: { name: string; settings?: SettingsChange | undefined },
  context: SignedInContext,
): Promise<Queue> {
  const id = randomUUID();
  const added = { id, name, settings: QueueSettings.parse(settings), members: [], teams: [] };
  return await changeDirectly(office, name, async (inside, published) => {
    const { document } = published;
    refuseTaken(document, name, id);
    await publish(inside, published, {
      ...direct(context, `Added the queue ${name}`),
      document: { ...document, queues: [...document.queues, added] },
      record: { action: "queue.created", subject: `queue:${id}`, detail: { name, settings } },
    });
    return await mustRead(inside, id);
  });
}

interface QueueChange {
  edit(queue: RoutedQueue): RoutedQueue;
  note(name: string): string;
  action: string;
  detail: object;
}

async function changeQueue(
  office: Office,
  queueId: string,
  context: SignedInContext,
  { edit, note, action, detail }: QueueChange,
): Promise<Queue> {
  return await changeDirectly(office, "", async (inside, published) => {
    const { document } = published;
    const changed = edit(mustFind(document, queueId));
    refuseTaken(document, changed.name, queueId);
    const queues = document.queues.map((queue) => (queue.id === queueId ? changed : queue));
    await publish(inside, published, {
      ...direct(context, note(changed.name)),
      document: { ...document, queues },
      record: { action, subject: `queue:${queueId}`, detail },
    });
    return await mustRead(inside, queueId);
  });
}

async function deleteQueue(
  office: Office,
  queueId: string,
  context: SignedInContext,
): Promise<Record<string, never>> {
  return await changeDirectly(office, "", async (inside, published) => {
    const { document } = published;
    const { name } = mustFind(document, queueId);
    const flows = await flowsUsingQueue(inside, queueId);
    if (flows.length > 0)
      throw new Failure("conflict", `The queue ${name} is used by the flow ${flows.join(", ")}`);
    const queues = document.queues.filter(({ id }) => id !== queueId);
    await publish(inside, published, {
      ...direct(context, `Removed the queue ${name}`),
      document: { ...document, queues },
      record: { action: "queue.removed", subject: `queue:${queueId}`, detail: { name } },
    });
    return {};
  });
}

/** Under the routing's lock; told to everybody afterwards. */
async function changeDirectly<T>(
  office: Office,
  name: string,
  change: (inside: Queryable, published: PublishedRouting) => Promise<T>,
): Promise<T> {
  const result = await refusingConflicts(name, () =>
    office.postgres.transaction(async (inside) => await change(inside, await readToChange(inside))),
  );
  await office.announce();
  return result;
}

function direct(context: SignedInContext, note: string) {
  return { source: "direct", note, actor: actorOf(context), onlyNewErrors: true } as const;
}

function mustFind({ queues }: RoutingDocument, queueId: string): RoutedQueue {
  const queue = queues.find(({ id }) => id === queueId);
  if (queue === undefined) throw new Failure("not-found", `There is no queue ${queueId}`);
  return queue;
}

function refuseTaken({ queues }: RoutingDocument, name: string, queueId: string): void {
  const isTaken = queues.some(
    (each) => each.id !== queueId && each.name.toLowerCase() === name.toLowerCase(),
  );
  if (isTaken) throw new Failure("conflict", `There is a queue ${name} already`);
}

async function mustRead(inside: Queryable, queueId: string): Promise<Queue> {
  const queue = await findQueue(inside, queueId);
  if (queue === null) throw new Error("A queue that was saved is not there");
  return queue;
}

function refuseTwice(members: readonly QueueMember[]): void {
  const seen = new Set<string>();
  for (const { personId } of members) {
    if (seen.has(personId)) throw new Failure("bad-request", `${personId} is named twice`);
    seen.add(personId);
  }
}
