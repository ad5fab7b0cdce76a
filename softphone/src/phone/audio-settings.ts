import { Store } from "../shared/store.ts";

/** Which devices, and what the browser does to the microphone's signal. Null is the system's default. */
export interface AudioSettings {
  microphoneId: string | null;
  speakerId: string | null;
  echoCancellation: boolean;
  noiseSuppression: boolean;
  autoGainControl: boolean;
  ringVolume: number;
}

const storageKey = "ringdown.audio";
const defaults: AudioSettings = {
  microphoneId: null,
  speakerId: null,
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  ringVolume: 0.6,
};

function read(): AudioSettings {
  try {
    return {
      ...defaults,
      ...(JSON.parse(localStorage.getItem(storageKey) ?? "{}") as Partial<AudioSettings>),
    };
  } catch {
    return defaults; // unreadable settings are no reason to be without a phone
  }
}

/** This browser's settings, shared by the desk and the phone. */
export const audioSettings = new Store<AudioSettings>(read());

export function changeAudioSettings(change: Partial<AudioSettings>): void {
  const next = { ...audioSettings.value, ...change };
  localStorage.setItem(storageKey, JSON.stringify(next));
  audioSettings.set(next);
}
