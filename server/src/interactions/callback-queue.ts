/** What a queue says of its calls back at this moment. */
import { Failure } from "../base/failure.ts";
import type { CallbackSettings } from "../contract/queues.ts";
import type { World } from "./world.ts";

/** Null without such a queue, and before the program knows its queues. */
export function findCallbackSettings(queueId: string, world: World | null): CallbackSettings | null {
  return world?.directory.queue(queueId)?.settings.callback ?? null;
}

/** Failure "not-found" without such a queue. */
export function callbackSettingsOf(queueId: string, world: World | null): CallbackSettings {
  const settings = findCallbackSettings(queueId, world);
  if (settings === null) throw new Failure("not-found", `There is no queue ${queueId}`);
  return settings;
}

/** The emergency switch closes a queue, too. One that is not known counts as open. */
export function callbackHoursOf(
  queueId: string,
  now: number,
  world: World | null,
): { isOpen: boolean; opensAt: number | null; closesAt: number | null } {
  const queue = world?.directory.queue(queueId);
  if (world === null || !queue) return { isOpen: true, opensAt: null, closesAt: null };
  const { scheduleId } = queue.settings;
  return {
    isOpen: !world.emergency.closes(queueId) && world.hours.isOpen(scheduleId, now),
    opensAt: world.hours.opensAt?.(scheduleId, now) ?? null,
    closesAt: world.hours.closesAt(scheduleId, now),
  };
}
