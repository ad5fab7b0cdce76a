/** Which packets a bad network loses: a share of them, at random, the same ones in every run. */
export class Loss {
  readonly #share: number;
  #state: number;

  constructor(share: number, seed = 1) {
    this.#share = share;
    this.#state = seed >>> 0;
  }

  isNextLost(): boolean {
    // A linear congruential generator (Numerical Recipes): its high bits are random enough for this.
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32 < this.#share;
  }
}
