import { audioSettings } from "./audio-settings.ts";

/** Plays the other party in an `<audio data-remote>`; one at a time. `close()` removes it. */
export class RemoteAudio {
  readonly #element: HTMLAudioElement;
  readonly #stream: MediaStream;
  readonly #stopListening: () => void;

  constructor(stream: MediaStream) {
    this.#stream = stream;
    this.#element = document.createElement("audio");
    this.#element.setAttribute("data-remote", "");
    this.#element.autoplay = true;
    document.body.append(this.#element);
    window.__ringdownRemoteStream = stream;
    stream.addEventListener("addtrack", this.#play);
    this.#stopListening = audioSettings.subscribe(() => void this.#chooseSpeaker());
    void this.#chooseSpeaker();
    this.#play();
  }

  close(): void {
    this.#stream.removeEventListener("addtrack", this.#play);
    this.#stopListening();
    this.#element.srcObject = null;
    this.#element.remove();
    if (window.__ringdownRemoteStream === this.#stream) delete window.__ringdownRemoteStream;
  }

  readonly #play = (): void => {
    this.#element.srcObject = this.#stream;
    this.#element.play().catch((error: unknown) => {
      // Without a gesture on the page the browser refuses to play; answering is one, so only a reload gets here.
      console.warn("remote audio is not playing", error);
    });
  };

  async #chooseSpeaker(): Promise<void> {
    const { speakerId } = audioSettings.value;
    if (typeof this.#element.setSinkId !== "function") return;
    await this.#element.setSinkId(speakerId ?? "").catch((error: unknown) => {
      console.warn("the chosen speaker is gone; the default one plays", error);
    });
  }
}
