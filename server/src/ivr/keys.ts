/** Keys as the caller presses them, so that none is lost between two prompts. */
import type { VoicePort } from "./voice-port.ts";

export interface Keys {
  /** Whether a key waits to be taken. */
  some(): boolean;
  /**
   * Takes all keys pressed since the last time and makes the channel forget them. `collected` is what the channel
   * itself reports: it counts if the channel reports keys without telling the listener.
   */
  take(collected?: string): string;
  close(): void;
}

/**
 * Listens on the channel. Channel and listener are emptied in the same turn of the event loop, so that a key that
 * arrives while a playback ends is neither lost nor counted twice.
 */
export function listenForKeys(port: Pick<VoicePort, "onDigit" | "clearDigits">): Keys {
  let pressed = "";
  const stop = port.onDigit((digit) => {
    pressed += digit;
  });
  return {
    some: () => pressed !== "",
    take(collected = "") {
      const taken = pressed.startsWith(collected) ? pressed : collected;
      pressed = "";
      port.clearDigits();
      return taken;
    },
    close: stop,
  };
}
