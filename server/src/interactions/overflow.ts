/** What a queue does with a caller who left it for a cause that it has a target for. */
import { describeError } from "../base/log.ts";
import type { LedgerEvent } from "../contract/ledger.ts";
import type { OverflowCause, OverflowTarget } from "../contract/queues.ts";
import type { QueueOutcome } from "../ivr/ivr.ts";
import { askForCallback } from "./ask-for-callback.ts";
import type { Conversation } from "./conversation.ts";
import { leaveMessage } from "./leave-message.ts";
import type { QueuePlace, StayEnd } from "./queue-place.ts";
import { transferOut } from "./transfer-out.ts";
import type { World } from "./world.ts";

/** What a call can do beyond its queue; the story of the call has it. */
export interface Onward {
  /** Around each stay in a queue, by the queue: the emergency switch. */
  around<Result extends string>(queueId: string, stay: () => Promise<Result>): Promise<Result | "hung-up">;
  /** Runs a published flow; null when it is not published, or flows have led to flows too often. */
  enterFlow(
    flowId: string,
    values: Readonly<Record<string, string>>,
  ): Promise<QueueOutcome | "hung-up" | null>;
}

/** "queue": on to that queue. A null: nothing came of it, and the caller goes on at the flow's own exit. */
export type Overflowed = { queueId: string } | QueueOutcome | "hung-up" | null;

const messageLimits = { maxSeconds: 120, silenceSeconds: 5 };

/** The queue's target for a cause, as it is set now. */
export function targetFor(
  cause: StayEnd,
  { queueId, settings }: QueuePlace,
  { directory }: World,
): OverflowTarget | null {
  const { overflow } = directory.queue(queueId)?.settings ?? settings;
  return Object.hasOwn(overflow, cause) ? (overflow[cause as OverflowCause] ?? null) : null;
}

/** Sends the caller there. Never rejects: what fails is told to the ledger, and nothing came of it. */
export async function overflowTo(
  target: OverflowTarget,
  cause: StayEnd,
  { conversation, place, world, onward }: Overflowing,
): Promise<Overflowed> {
  const { append } = conversation;
  append(overflowedOf(target, cause, place));
  try {
    return await go(target, { conversation, place, world, onward });
  } catch (error) {
    if (conversation.leg.signal.aborted) return "hung-up";
    const sentence = describeError(error);
    world.log.warn({ queueId: place.queueId, error: sentence }, "An overflow led nowhere");
    append({ type: "fault", where: "overflow", sentence });
    return null;
  }
}

interface Overflowing {
  conversation: Conversation;
  place: QueuePlace;
  world: World;
  onward: Onward;
}

async function go(target: OverflowTarget, overflowing: Overflowing): Promise<Overflowed> {
  switch (target.kind) {
    case "queue":
      if (overflowing.world.directory.queue(target.queueId) !== null) return { queueId: target.queueId };
      throw new Error(`The queue that this one overflows to does not exist: ${target.queueId}`);
    case "flow":
      return toFlow(target.flowId, overflowing);
    case "voicemail":
      return toVoicemail(overflowing);
    case "number":
      return toNumber(target.number, overflowing);
    case "callback":
      return toCallback(overflowing);
  }
}

async function toFlow(flowId: string, { onward, place }: Overflowing): Promise<Overflowed> {
  const outcome = await onward.enterFlow(flowId, place.values);
  if (outcome === null) throw new Error(`The flow that the queue overflows to can't be entered: ${flowId}`);
  return outcome;
}

/** The message is for the members of the queue that the caller left. */
async function toVoicemail({ conversation, place, world }: Overflowing): Promise<Overflowed> {
  const { leg, language } = conversation;
  await leg.play(world.prompts.files(["voicemail-greeting"], language), { interruptible: true });
  leg.clearDigits();
  if (leg.signal.aborted) return "hung-up";
  await leaveMessage(conversation, { queueId: place.queueId, ...messageLimits }, world);
  if (leg.signal.aborted) return "hung-up";
  await leg.play(world.prompts.files(["goodbye"], language));
  return "served";
}

async function toNumber(to: string, { conversation, world }: Overflowing): Promise<Overflowed> {
  const { leg, language } = conversation;
  await leg.play(world.prompts.files(["transfer"], language));
  if (leg.signal.aborted) return "hung-up";
  const outcome = await transferOut(conversation, { to }, world);
  if (outcome === "transferred") return "transferred";
  return leg.signal.aborted ? "hung-up" : null;
}

/** Offers a call back to a caller who has left the queue; who does not want one goes on at the flow's exit. */
async function toCallback({ conversation, place, world }: Overflowing): Promise<Overflowed> {
  const { signal } = new AbortController(); // nobody is on the way to them any more
  conversation.leg.clearDigits();
  const asked = await askForCallback(conversation, place, () => Promise.resolve(true), world, signal);
  if (asked === "called-back") return "callback";
  return conversation.leg.signal.aborted ? "hung-up" : null;
}

function overflowedOf(
  target: OverflowTarget,
  cause: StayEnd,
  { queueId }: QueuePlace,
): Extract<LedgerEvent, { type: "queue.overflowed" }> {
  const targets = {
    queue: () => ("queueId" in target ? target.queueId : null),
    flow: () => ("flowId" in target ? target.flowId : null),
    number: () => ("number" in target ? target.number : null),
    voicemail: () => null,
    callback: () => null,
  };
  return { type: "queue.overflowed", queueId, cause, to: target.kind, target: targets[target.kind]() };
}
