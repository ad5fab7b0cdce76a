import { describeError, type Log } from "../base/log.ts";

/** What has been opened, to be closed in the opposite order; a part that fails does not keep the others open. */
export class Closing {
  readonly #log: Log;
  readonly #steps: { name: string; close: () => Promise<void> | void }[] = [];
  #done: Promise<void> | null = null;

  constructor(log: Log) {
    this.#log = log;
  }

  add(name: string, close: () => Promise<void> | void): void {
    this.#steps.unshift({ name, close });
  }

  /** Idempotent. */
  run(): Promise<void> {
    this.#done ??= this.#closeAll();
    return this.#done;
  }

  async #closeAll(): Promise<void> {
    for (const { name, close } of this.#steps)
      try {
        await close();
      } catch (error) {
        this.#log.error({ part: name, error: describeError(error) }, "A part did not close well");
      }
  }
}
