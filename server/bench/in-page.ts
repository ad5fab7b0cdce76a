/**
 * Functions that run in the browser's page: they are sent there as text, so each stands alone, and none may name a
 * function within (esbuild would wrap that in a helper that the page lacks). The bench has no DOM types;
 * what is used of the browser is declared here, for this file only.
 */
interface Stream {
  getAudioTracks(): unknown[];
}
interface AudioNode {
  connect(to: AudioNode): void;
  disconnect(): void;
}
interface Tap extends AudioNode {
  onaudioprocess: (event: { inputBuffer: { getChannelData(channel: number): Float32Array } }) => void;
}
declare class AudioContext {
  readonly destination: AudioNode;
  resume(): Promise<void>;
  createMediaStreamSource(stream: Stream): AudioNode;
  createScriptProcessor(size: number, inputs: number, outputs: number): Tap;
}
interface Ears {
  clickedAt: number | null;
  heardAt: number | null;
  context: AudioContext;
}
declare const window: { __ringdownRemoteStream?: Stream | null; __benchEars?: Ears };
declare const document: {
  addEventListener(
    type: string,
    run: (event: { target: { closest(s: string): unknown } }) => void,
    c: boolean,
  ): void;
};

/** Once a page: notes the time of the click on "answer" (epoch milliseconds). */
export async function installEars(): Promise<void> {
  const context = new AudioContext();
  await context.resume();
  const ears: Ears = { clickedAt: null, heardAt: null, context };
  window.__benchEars = ears;
  document.addEventListener(
    "click",
    (event) => {
      if (event.target.closest('[data-testid="offer-answer"]')) ears.clickedAt ??= Date.now();
    },
    true,
  );
}

/** Before each call: listens, from its first moment, to the next remote audio for a first sound that is none of silence. */
export function armEars(): void {
  const ears = window.__benchEars;
  if (!ears) throw new Error("There are no ears in this page");
  ears.clickedAt = null;
  ears.heardAt = null;
  const before = window.__ringdownRemoteStream;
  const look = setInterval(() => {
    const stream = window.__ringdownRemoteStream;
    if (!stream || stream === before || stream.getAudioTracks().length === 0) return;
    clearInterval(look);
    const source = ears.context.createMediaStreamSource(stream);
    const tap = ears.context.createScriptProcessor(256, 1, 1);
    tap.onaudioprocess = ({ inputBuffer }) => {
      const samples = inputBuffer.getChannelData(0);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      if (power < 1e-4) return; // -40 dB of full scale
      ears.heardAt ??= Date.now();
      source.disconnect();
      tap.disconnect();
    };
    source.connect(tap);
    tap.connect(ears.context.destination);
  }, 2);
}

export function readEars(): { clickedAt: number | null; heardAt: number | null } {
  const { clickedAt = null, heardAt = null } = window.__benchEars ?? {};
  return { clickedAt, heardAt };
}
