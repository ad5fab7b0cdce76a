/** Mean sample magnitude above which a frame counts as speech. */
const speechLevel = 250;
const framesToStart = 3;
const framesToStop = 25;

/** Tells from frame energies when somebody starts and stops talking, with hysteresis. */
export class TalkDetector {
  isTalking = false;
  /** Mean magnitude of the last frame. */
  energy = 0;
  #streak = 0;

  /** Takes one frame; "start" or "stop" when the state changes. */
  onFrame(frame: Int16Array): "start" | "stop" | undefined {
    let sum = 0;
    for (const sample of frame) sum += Math.abs(sample);
    this.energy = Math.round(sum / frame.length);
    const isSpeech = this.energy >= speechLevel;
    this.#streak = isSpeech === this.isTalking ? 0 : this.#streak + 1;
    if (this.#streak < (this.isTalking ? framesToStop : framesToStart)) return undefined;
    this.#streak = 0;
    this.isTalking = isSpeech;
    return isSpeech ? "start" : "stop";
  }
}
