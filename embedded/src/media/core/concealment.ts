const historySamples = 480;
const shortestPitch = 40;
const longestPitch = 120;
const matchSamples = 120;
const overlapSamples = 32;
/** After this many concealed frames there is only silence: a longer guess would buzz. */
const audibleFrames = 3;

/**
 * Hides lost frames of 8 kHz speech, after the idea of G.711 Appendix I: repeat the last pitch period,
 * fade it, and blend into the next real frame. One instance per stream.
 */
export class LossConcealment {
  readonly #history = new Int16Array(historySamples);
  #pitch = 0;
  #phase = 0;
  #concealed = 0;

  /** Notes a real frame; after a loss its start is blended with the continued guess, in place. */
  onAudio(frame: Int16Array): void {
    if (this.#concealed > 0) {
      const gain = this.#gain();
      for (let i = 0; i < overlapSamples; i++) {
        const weight = (i + 1) / (overlapSamples + 1);
        frame[i] = Math.round(frame[i]! * weight + this.#nextGuess() * gain * (1 - weight));
      }
      this.#concealed = 0;
    }
    this.#remember(frame);
  }

  /** Fills `frame` with a guess for a lost one. */
  conceal(frame: Int16Array): void {
    if (this.#concealed === 0) {
      this.#pitch = this.#findPitch();
      this.#phase = 0;
    }
    const before = this.#gain();
    this.#concealed++;
    const slope = (this.#gain() - before) / frame.length;
    for (let i = 0; i < frame.length; i++) {
      frame[i] = Math.round(this.#nextGuess() * (before + slope * i));
    }
  }

  /** Nothing is playing: the next frame starts from silence. */
  reset(): void {
    this.#history.fill(0);
    this.#concealed = 0;
  }

  #gain(): number {
    return Math.max(0, 1 - this.#concealed / audibleFrames);
  }

  #nextGuess(): number {
    const sample = this.#history[historySamples - this.#pitch + this.#phase]!;
    this.#phase = (this.#phase + 1) % this.#pitch;
    return sample;
  }

  #remember(frame: Int16Array): void {
    this.#history.copyWithin(0, frame.length);
    this.#history.set(frame, historySamples - frame.length);
  }

  /** The lag with the best normalised correlation between the newest samples and those before. */
  #findPitch(): number {
    let best = longestPitch;
    let bestScore = 0;
    for (let lag = shortestPitch; lag <= longestPitch; lag++) {
      let correlation = 0;
      let energy = 1;
      for (let i = historySamples - matchSamples; i < historySamples; i++) {
        const delayed = this.#history[i - lag]!;
        correlation += this.#history[i]! * delayed;
        energy += delayed * delayed;
      }
      const score = correlation > 0 ? (correlation * correlation) / energy : 0;
      if (score > bestScore * 1.001) {
        bestScore = score;
        best = lag;
      }
    }
    return best;
  }
}
