import type { AudioSettings } from "./audio-settings.ts";
import { openMicrophone, stopStream } from "./microphone.ts";

/** Listens to the microphone and tells its level, 0 to 1, with each frame. `close()` releases it. */
export class LevelMeter {
  #stream: MediaStream | null = null;
  #context: AudioContext | null = null;
  #frame = 0;
  #closed = false;

  constructor(
    settings: AudioSettings,
    onLevel: (level: number) => void,
    onFailure: (error: unknown) => void,
  ) {
    openMicrophone(settings).then((stream) => this.#listen(stream, onLevel), onFailure);
  }

  close(): void {
    this.#closed = true;
    cancelAnimationFrame(this.#frame);
    stopStream(this.#stream);
    void this.#context?.close();
    this.#context = null;
  }

  #listen(stream: MediaStream, onLevel: (level: number) => void): void {
    if (this.#closed) return stopStream(stream);
    this.#stream = stream;
    const context = new AudioContext();
    this.#context = context;
    const analyser = context.createAnalyser();
    analyser.fftSize = 1_024;
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const measure = () => {
      analyser.getFloatTimeDomainData(samples);
      onLevel(levelOf(samples));
      this.#frame = requestAnimationFrame(measure);
    };
    measure();
  }
}

/** Speech at an ordinary distance reads about two thirds: -60 dB is 0, 0 dB is 1. */
function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + 1e-9);
  return Math.max(0, Math.min(1, (decibels + 60) / 55));
}
