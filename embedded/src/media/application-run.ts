import type { ChannelTask } from "./channel-task.ts";

/**
 * One execution of an application. Once the channel was taken away from it (bridge, transfer, hang-up)
 * whatever it still wants to do is cancelled at once, so that it can't play into what came next.
 */
export class ApplicationRun {
  readonly #start: (task: ChannelTask) => Promise<void>;
  #isInterrupted = false;

  constructor(start: (task: ChannelTask) => Promise<void>) {
    this.#start = start;
  }

  get isInterrupted(): boolean {
    return this.#isInterrupted;
  }

  interrupt(): void {
    this.#isInterrupted = true;
  }

  /** Puts `task` in front of the channel; resolves when it has ended or was cancelled. */
  runTask(task: ChannelTask): Promise<void> {
    if (!this.#isInterrupted) return this.#start(task);
    task.onCancel?.();
    return Promise.resolve();
  }
}
