/**
 * A caller's way through queues: a stay in the one that the flow names and, when a queue sends them on, in the next.
 *
 *   queue ─► answered, hung up: the end
 *     └─► left for a cause ─► the queue's own target ─► another queue (same entry time) ─► …
 *                │                 └─► flow, message, number, call back: the end
 *                └─► no target, or nothing came of it: the flow's exit for that cause
 */
import type { QueueExitCause } from "../contract/flow.ts";
import type { QueueSettings } from "../contract/queues.ts";
import type { QueueOutcome } from "../ivr/ivr.ts";
import { announceRecording } from "./announce-recording.ts";
import { askWithoutWaiting } from "./ask-for-callback.ts";
import type { Conversation } from "./conversation.ts";
import { type Onward, overflowTo, targetFor } from "./overflow.ts";
import { enteredOf, findPlace, type QueuePlace, type QueueVisit, type StayEnd } from "./queue-place.ts";
import { stayInQueue } from "./queue-stay.ts";
import { exitOf } from "./queue-words.ts";
import type { World } from "./world.ts";

const nowhere: Onward = { around: (_, stay) => stay(), enterFlow: () => Promise.resolve(null) };

/** How the caller's time in queues ended, for the flow: what is left to do is the flow's, by the cause. */
export async function serveInQueue(
  conversation: Conversation,
  visit: QueueVisit,
  world: World,
  onward: Onward = nowhere,
): Promise<QueueOutcome | "hung-up"> {
  const { leg } = conversation;
  const entered = new Set<string>();
  let next = visit;
  let enqueuedAt: number | null = null;
  let isTold = false;
  for (;;) {
    const settings = settingsOf(next.queueId, world);
    const telling: Promise<boolean> | true = isTold || tellOfRecording(conversation, settings, world);
    const finding = findPlace(conversation, next, settings, world); // meanwhile
    const [, found] = await Promise.all([telling, finding]);
    isTold = await telling;
    if (leg.signal.aborted) return "hung-up";
    const place: QueuePlace = { ...found, enqueuedAt: enqueuedAt ?? world.clock.now() };
    ({ enqueuedAt } = place);
    if (visit.callbackOnly) return await askWithoutWaiting(conversation, place, world);
    entered.add(place.queueId);
    const end = await onward.around(place.queueId, () => stay(conversation, place, world));
    const sent = await sendOn(end, place, { conversation, world, onward, entered });
    if (typeof sent === "string") return sent;
    next = atNextQueue(visit, sent.queueId);
  }
}

/** The flow's own limit is for the queue that it names, not for one that it overflows to. */
function atNextQueue(visit: QueueVisit, queueId: string): QueueVisit {
  const { maxWaitMs: _, ...rest } = visit;
  return { ...rest, queueId };
}

function settingsOf(queueId: string, { directory }: World): QueueSettings {
  const queue = directory.queue(queueId);
  if (queue === null) throw new Error(`The flow names a queue that does not exist: ${queueId}`);
  return queue.settings;
}

/** Once in a call is enough; a queue that does not record need not tell. */
async function tellOfRecording(
  conversation: Conversation,
  settings: QueueSettings,
  world: World,
): Promise<boolean> {
  await announceRecording(conversation, settings, world);
  return settings.record && settings.announceRecording;
}

/** Who comes when it is closed leaves at once. */
async function stay(conversation: Conversation, place: QueuePlace, world: World): Promise<StayEnd> {
  const { clock, hours } = world;
  if (hours.isOpen(place.settings.scheduleId, clock.now())) return stayInQueue(conversation, place, world);
  const { ledgerCause: cause, outcome = "not-served" } = exitOf("closed");
  const waitMs = Math.max(0, clock.now() - place.enqueuedAt);
  conversation.append(enteredOf(place));
  conversation.append({ type: "queue.left", queueId: place.queueId, cause, waitMs });
  conversation.reached(outcome);
  return "closed";
}

/** Where the queue sends the caller: another queue, or how it ended. */
async function sendOn(
  end: StayEnd,
  place: QueuePlace,
  way: { conversation: Conversation; world: World; onward: Onward; entered: ReadonlySet<string> },
): Promise<{ queueId: string } | QueueOutcome | "hung-up"> {
  if (end === "answered" || end === "hung-up") return end;
  const { conversation, world, onward, entered } = way;
  const target = targetFor(end, place, world);
  if (target === null) return end;
  if (target.kind === "queue" && entered.has(target.queueId)) return goesRound(end, place, conversation);
  return (await overflowTo(target, end, { conversation, place, world, onward })) ?? end;
}

/** A circle is refused when it is saved; one that slipped through ends here. */
function goesRound(end: QueueExitCause, { queueId }: QueuePlace, { append }: Conversation): QueueExitCause {
  const sentence = `The overflow of the queue ${queueId} leads back to a queue that the caller has left`;
  append({ type: "fault", where: "overflow", sentence });
  return end;
}
