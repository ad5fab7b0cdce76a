/**
 * Functions that run in the browser's page: they are sent there as text, so each stands alone. The server's program
 * has no DOM types; what is used of the browser is declared here, for this file only.
 */

interface AudioConstraints {
  audio?: boolean | Record<string, unknown>;
}
interface MediaStream {
  getAudioTracks(): unknown[];
}
interface AudioNode {
  connect(to: AudioNode): void;
  disconnect(): void;
}
interface ScriptProcessor extends AudioNode {
  onaudioprocess: (event: { inputBuffer: { getChannelData(channel: number): Float32Array } }) => void;
}
declare class AudioContext {
  readonly sampleRate: number;
  readonly destination: AudioNode;
  resume(): Promise<void>;
  close(): Promise<void>;
  createMediaStreamSource(stream: MediaStream): AudioNode;
  createScriptProcessor(size: number, inputs: number, outputs: number): ScriptProcessor;
}
declare const navigator: {
  /** Missing in pages that are not secure. */
  mediaDevices?: { getUserMedia(constraints?: AudioConstraints): Promise<MediaStream> };
};
declare const window: { __ringdownRemoteStream?: MediaStream | null };
declare const document: { querySelector(selector: string): { srcObject?: MediaStream | null } | null };

/**
 * Runs in the page. A steady tone is what noise suppression is made to remove, and a fake microphone has no room whose
 * echo could be cancelled.
 */
export function leaveTonesAlone(): void {
  const devices = navigator.mediaDevices;
  if (!devices) return;
  const original = devices.getUserMedia.bind(devices);
  devices.getUserMedia = (constraints) => {
    const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const audio = constraints?.audio;
    const wanted = typeof audio === "object" ? { ...audio, ...plain } : audio === true ? plain : audio;
    return original({ ...constraints, ...(wanted === undefined ? {} : { audio: wanted }) });
  };
}

/** Runs in the page: 16-bit samples in base64. */
export async function tapRemoteAudio(options: {
  durationMs: number;
  timeoutMs: number;
}): Promise<{ sampleRate: number; samples: string }> {
  const findStream = (): MediaStream | undefined => {
    const exposed = window.__ringdownRemoteStream;
    const element = document.querySelector("audio[data-remote]");
    const stream = exposed ?? element?.srcObject;
    return stream && stream.getAudioTracks().length > 0 ? stream : undefined;
  };
  const deadline = performance.now() + options.timeoutMs;
  let stream = findStream();
  while (!stream) {
    if (performance.now() > deadline) throw new Error("The page has no remote audio");
    await new Promise((resolve) => setTimeout(resolve, 20));
    stream = findStream();
  }
  const context = new AudioContext();
  await context.resume();
  const source = context.createMediaStreamSource(stream);
  const tap = context.createScriptProcessor(2_048, 1, 1);
  const wanted = Math.round((options.durationMs / 1_000) * context.sampleRate);
  const pcm = new Int16Array(wanted);
  let length = 0;
  await new Promise<void>((resolve) => {
    tap.onaudioprocess = ({ inputBuffer }) => {
      for (const sample of inputBuffer.getChannelData(0)) {
        if (length < wanted) pcm[length++] = Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_767)));
      }
      if (length >= wanted) resolve();
    };
    source.connect(tap);
    tap.connect(context.destination);
  });
  source.disconnect();
  tap.disconnect();
  const { sampleRate } = context;
  await context.close();
  let text = "";
  for (const byte of new Uint8Array(pcm.buffer)) text += String.fromCharCode(byte);
  return { sampleRate, samples: btoa(text) };
}
