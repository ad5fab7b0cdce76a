/** What the IVR needs of a caller's channel; telephony's Leg is one. */
export interface VoicePort {
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
  play(
    files: string[],
    options: { signal: AbortSignal; interruptible: boolean },
  ): Promise<{ outcome: "played" | "interrupted" | "aborted" | "ended" | "failed"; sentence?: string }>;
  collect(options: {
    files: string[];
    maxDigits: number;
    terminators: string;
    firstDigitTimeoutMs: number;
    interDigitTimeoutMs: number;
    signal: AbortSignal;
  }): Promise<{
    outcome: "digits" | "timeout" | "aborted" | "ended" | "failed";
    digits: string;
    sentence?: string;
  }>;
  /** Forgets the keys that were pressed and not collected. */
  clearDigits(): void;
  /** Hears each key once, whatever else goes on. */
  onDigit(listener: (digit: string) => void): () => void;
}
