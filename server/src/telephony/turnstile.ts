/**
 * Lets so many through at a time, the others in the order in which they came. What costs more the more of it is under
 * way gets done sooner that way.
 */
export class Turnstile {
  readonly #places: number;
  readonly #queue: (() => void)[] = [];
  #inside = 0;

  constructor(places: number) {
    this.#places = places;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Resolves with the way out, which may be called more than once. Who is urgent passes all who wait. */
  async enter(isUrgent = false): Promise<() => void> {
    if (this.#inside < this.#places) this.#inside++;
    else {
      await new Promise<void>((resolve) => {
        if (isUrgent) this.#queue.unshift(resolve);
        else this.#queue.push(resolve);
      });
    }
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      const next = this.#queue.shift();
      if (next) next();
      else this.#inside--;
    };
  }
}
