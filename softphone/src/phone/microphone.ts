import { audioSettings, type AudioSettings } from "./audio-settings.ts";
import { classifyMediaError, type MediaProblem } from "./core/media-problem.ts";

/** No microphone; `problem` says why. */
export class MicrophoneFailure extends Error {
  readonly problem: MediaProblem;

  constructor(problem: MediaProblem, cause: unknown) {
    super(`No microphone: ${problem}`, { cause });
    this.name = "MicrophoneFailure";
    this.problem = problem;
  }
}

/** Opens the chosen microphone; falls back to the default one when the chosen one is gone. */
export async function openMicrophone(settings: AudioSettings = audioSettings.value): Promise<MediaStream> {
  try {
    return await request(settings);
  } catch (error) {
    const failure = toFailure(error);
    if (failure.problem !== "device-gone" || settings.microphoneId === null) throw failure;
    return request({ ...settings, microphoneId: null }).catch((second: unknown) => {
      throw toFailure(second);
    });
  }
}

async function request(settings: AudioSettings): Promise<MediaStream> {
  // Only secure pages have mediaDevices; elsewhere it is undefined, whatever the DOM types say.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) throw new DOMException("no mediaDevices", "NotSupportedError");
  const { echoCancellation, noiseSuppression, autoGainControl } = settings;
  const audio: MediaTrackConstraints = { echoCancellation, noiseSuppression, autoGainControl };
  if (settings.microphoneId !== null) audio.deviceId = { exact: settings.microphoneId };
  return devices.getUserMedia({ audio, video: false });
}

function toFailure(error: unknown): MicrophoneFailure {
  const known = error instanceof Error ? error : new Error(String(error));
  const page = { isSecure: window.isSecureContext, isAllowedByPolicy: isMicrophoneAllowedByPolicy() };
  return new MicrophoneFailure(classifyMediaError(known, page), error);
}

/** Chromium tells what the page's Permissions-Policy allows; others are taken to allow it. */
function isMicrophoneAllowedByPolicy(): boolean {
  const policy = (document as { featurePolicy?: { allowsFeature(name: string): boolean } }).featurePolicy;
  return policy?.allowsFeature("microphone") ?? true;
}

/** Whether opening the microphone would not ask the person anything. */
export async function isMicrophoneGranted(): Promise<boolean> {
  try {
    const status = await navigator.permissions.query({ name: "microphone" });
    return status.state === "granted";
  } catch {
    return false; // a browser without this permission name will ask
  }
}

export interface AudioDevices {
  microphones: MediaDeviceInfo[];
  speakers: MediaDeviceInfo[];
}

/** The devices that the browser names; their labels are empty until a microphone was opened once. */
export async function listAudioDevices(): Promise<AudioDevices> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  const all = (await devices?.enumerateDevices()) ?? [];
  const named = (kind: MediaDeviceKind) =>
    all.filter((device) => device.kind === kind && device.deviceId !== "" && device.deviceId !== "default");
  return { microphones: named("audioinput"), speakers: named("audiooutput") };
}

export function stopStream(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
