import type { Clock } from "../base/clock.ts";
import { describeError } from "../base/log.ts";
import type { KeyedLeg } from "./collect-digits.ts";
import type { EslEvent } from "./drachtio.ts";
import type { RecordOptions, RecordResult } from "./leg.ts";
import { quotePath } from "./leg-recording.ts";

/** A loudness below which FreeSWITCH counts a frame as silent (mean amplitude of 16-bit samples). */
const silenceThreshold = 200;
/** What a caller hears before they may speak. */
export const beepTone = "tone_stream://%(250,0,1000)";
/** What an agent hears while the telephone of the other side rings. */
export const ringbackTone = "tone_stream://%(1500,3000,440,480)";

/** Records what the party says: a voicemail. */
export async function recordMessage(
  leg: KeyedLeg,
  options: RecordOptions,
  clock: Clock,
): Promise<RecordResult> {
  const signal = options.signal ? AbortSignal.any([leg.signal, options.signal]) : leg.signal;
  if (options.beep && !signal.aborted) await leg.channel.play(beepTone, signal);
  leg.clearDigits();
  if (signal.aborted) return { outcome: leg.signal.aborted ? "hung-up" : "aborted", durationMs: 0 };
  const startedAt = clock.now();
  const stop = { by: null as "terminator" | "aborted" | null };
  const ending = leg.channel.execute("record", argumentsOf(options), (options.maxSeconds + 15) * 1_000);
  const stopBy = (who: "terminator" | "aborted") => {
    stop.by ??= who;
    void leg.channel.breakUntil(ending); // never rejects
  };
  const stopListening = leg.onDigit((digit) => {
    if (options.terminators === "any" || options.terminators.includes(digit)) stopBy("terminator");
  });
  const onAbort = () => stopBy("aborted");
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const event = await ending;
    const durationMs = durationOf(event, clock.now() - startedAt);
    if (leg.signal.aborted) return { outcome: "hung-up", durationMs };
    return { outcome: stop.by ?? naturalEnd(event, durationMs, options), durationMs };
  } catch (error) {
    const durationMs = clock.now() - startedAt;
    if (leg.signal.aborted || leg.channel.isGone) return { outcome: "hung-up", durationMs };
    return { outcome: "failed", durationMs, sentence: describeError(error) };
  } finally {
    stopListening();
    signal.removeEventListener("abort", onAbort);
    leg.clearDigits();
  }
}

function argumentsOf(options: RecordOptions): string {
  const silence = options.silenceSeconds > 0 ? ` ${silenceThreshold} ${options.silenceSeconds}` : "";
  return `${quotePath(options.path)} ${options.maxSeconds}${silence}`;
}

function naturalEnd(event: EslEvent, durationMs: number, options: RecordOptions): "silence" | "max-length" {
  if (event.getHeader("variable_silence_hits_exhausted") === "true") return "silence";
  return durationMs < options.maxSeconds * 1_000 - 1_000 ? "silence" : "max-length";
}

function durationOf(event: EslEvent, measuredMs: number): number {
  const told = Number(event.getHeader("variable_record_ms"));
  return Number.isFinite(told) && told > 0 ? told : measuredMs;
}
