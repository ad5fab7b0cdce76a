import type { Channel } from "../channel.ts";
import type { ChannelTask } from "../channel-task.ts";
import { toInteger } from "../core/arguments.ts";
import { parseCause } from "../core/hangup-cause.ts";
import { frameMs } from "../media-clock.ts";
import type { Application } from "./application.ts";

/** Waits for commands: keys are reported and forgotten, nothing is sent. */
export class ParkTask implements ChannelTask {
  readonly #channel: Channel;
  readonly #onCancelled: () => void;
  #framesLeft = Infinity;
  #timeoutCause = "NORMAL_CLEARING";

  constructor(channel: Channel, onCancelled: () => void = () => {}) {
    this.#channel = channel;
    this.#onCancelled = onCancelled;
    const [seconds, cause] = channel.variable("park_timeout")?.split(":") ?? [];
    if (seconds === undefined) return;
    channel.setVariable("park_timeout", undefined);
    channel.setVariable("park_after_bridge", undefined);
    this.#framesLeft = (toInteger(seconds) * 1000) / frameMs;
    if (cause) this.#timeoutCause = cause;
  }

  onFrame(): boolean {
    if (--this.#framesLeft <= 0) this.#channel.hangup(parseCause(this.#timeoutCause));
    return false;
  }

  onCancel(): void {
    this.#onCancelled();
  }
}

/**
 * Parks until something takes the channel away: a bridge, a transfer, its end, or `release` (then what
 * runs in front of the park goes on undisturbed).
 */
export function parkUntilTaken(channel: Channel, release?: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const unpark = () => {
      channel.fire("CHANNEL_UNPARK");
      resolve();
    };
    const task = new ParkTask(channel, unpark);
    channel.activity.setBaseTask(task);
    channel.fire("CHANNEL_PARK");
    void release?.then(() => channel.activity.endBaseTask(task));
  });
}

/** Parks a channel that has nothing else to come back to. */
export function parkForGood(channel: Channel): void {
  channel.activity.runProgram([{ application: "park", argument: "" }]);
}

/** `park`: the channel waits for commands until it is hung up, bridged or transferred. */
export const parkApplication: Application = (channel) => (channel.isUp ? parkUntilTaken(channel) : undefined);
