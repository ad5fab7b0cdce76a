import { frameMs } from "./media-clock.ts";

/**
 * Notices a party that has vanished: nothing at all has come from it for so long, or since media were agreed on. It
 * counts frames, not time: while the process stands still nothing can be heard, which is nobody's fault.
 */
export class SilenceWatch {
  #limitFrames = Infinity;
  #silentFrames = 0;
  #signsSeen = 0;

  /** Media were agreed on, at first or anew. A limit of 0 changes nothing: FreeSWITCH ignores it, too. */
  restart(limitMs: number): void {
    this.#silentFrames = 0;
    if (limitMs > 0) this.#limitFrames = Math.ceil(limitMs / frameMs);
  }

  /** Call it once a frame, with the transport's `signsOfLife`. */
  isOver(signsOfLife: number): boolean {
    if (signsOfLife === this.#signsSeen) return ++this.#silentFrames > this.#limitFrames;
    this.#signsSeen = signsOfLife;
    this.#silentFrames = 0;
    return false;
  }
}
