import { audioSettings } from "./audio-settings.ts";

/** Two soft notes, twice, then a pause: [start in seconds, frequency in hertz]. */
const notes: readonly (readonly [number, number])[] = [
  [0, 659.25],
  [0.18, 880],
  [0.55, 659.25],
  [0.73, 880],
];
const repeatMs = 2_800;

/** The ring, synthesised, so that there is no file to load when it matters. `stop()` is idempotent. */
export class Ringer {
  #context: AudioContext | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Browsers keep a page silent until it was touched once; call this from any gesture. */
  readonly unlock = (): void => {
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") void this.#context.resume().catch(() => undefined);
  };

  start(): void {
    this.stop();
    this.unlock();
    this.#playOnce();
    this.#timer = setInterval(() => this.#playOnce(), repeatMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** The same sound once, on the chosen speaker, for the audio check. */
  playTest(): void {
    this.unlock();
    this.#playOnce();
  }

  close(): void {
    this.stop();
    void this.#context?.close();
    this.#context = null;
  }

  #playOnce(): void {
    const context = this.#context;
    if (context === null) return;
    void chooseSpeaker(context, audioSettings.value.speakerId);
    for (const [start, frequency] of notes) playNote(context, context.currentTime + start, frequency);
  }
}

function playNote(context: AudioContext, at: number, frequency: number): void {
  const volume = Math.max(0.001, audioSettings.value.ringVolume * 0.35);
  const gain = context.createGain();
  gain.gain.setValueAtTime(0.0001, at);
  gain.gain.exponentialRampToValueAtTime(volume, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
  gain.connect(context.destination);
  for (const [multiple, share] of [
    [1, 1],
    [2, 0.25],
  ] as const) {
    const tone = context.createOscillator();
    const level = context.createGain();
    level.gain.value = share;
    tone.frequency.value = frequency * multiple;
    tone.connect(level).connect(gain);
    tone.start(at);
    tone.stop(at + 0.55);
  }
}

/** Chromium can send a context to a chosen speaker; elsewhere the default one rings. */
async function chooseSpeaker(context: AudioContext, speakerId: string | null): Promise<void> {
  const chooser = context as AudioContext & { setSinkId?: (id: string) => Promise<void> };
  await chooser.setSinkId?.(speakerId ?? "").catch(() => undefined);
}
