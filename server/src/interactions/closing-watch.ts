import type { QueueSettings } from "../contract/queues.ts";
import type { World } from "./world.ts";

/**
 * Takes a waiting caller out of a queue that closes, when the queue says where they should go then; else they stay and
 * are served. `leave` may be called more than once. Returns the function that ends the watch.
 */
export function watchClosing(
  queueId: string,
  settings: QueueSettings,
  { clock, hours, directory }: Pick<World, "clock" | "hours" | "directory">,
  leave: () => void,
): () => void {
  let stopTimer = () => {};
  const look = () => {
    stopTimer();
    const { scheduleId, overflow } = directory.queue(queueId)?.settings ?? settings; // as it is set now
    const now = clock.now();
    if (!hours.isOpen(scheduleId, now)) {
      if (overflow.closed !== undefined) leave();
      return;
    }
    const closesAt = hours.closesAt(scheduleId, now);
    if (closesAt !== null) stopTimer = clock.setTimer(Math.max(closesAt, now + 1), look);
  };
  const stopListening = hours.on(look);
  look();
  return () => {
    stopListening();
    stopTimer();
  };
}
