import type { Digit } from "./core/telephone-event.ts";

/**
 * What a channel is busy with: playing, collecting, recording, talking to a peer. The task on top of the
 * channel's stack gets one `onFrame` per 20 ms; those below wait.
 */
export interface ChannelTask {
  /** One frame of time: read `channel.readFrame`, perhaps `channel.write`. True ends the task. */
  onFrame(): boolean;
  /** A key was pressed; true ends the task. */
  onDigit?(digit: Digit): boolean;
  /** Digits stay queued while this is true. */
  readonly isDeafToDigits?: boolean;
  /** `uuid_break`, with `isAll` also for what would follow in the same application; true ends the task. */
  onBreak?(isAll: boolean): boolean;
  /** The channel leaves the task unfinished: hang-up, bridge, transfer. */
  onCancel?(): void;
}
