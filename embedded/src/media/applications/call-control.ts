import type { Channel } from "../channel.ts";
import { separateArguments, toInteger, isTrue } from "../core/arguments.ts";
import { parseCause } from "../core/hangup-cause.ts";
import { eventOfKey } from "../core/telephone-event.ts";
import type { Application } from "./application.ts";
import { isTerminator, PauseTask } from "./playback.ts";

const defaultDigitSamples = 2000;

/** `answer`: our channels are answered before they run anything. */
export const answerApplication: Application = (channel) => channel.markAnswered();

/** `hangup [<cause>]` */
export const hangupApplication: Application = (channel, argument) => channel.hangup(parseCause(argument));

/** `sleep <ms>`; keys are kept for later unless `sleep_eat_digits`. */
export const sleepApplication: Application = async (channel, argument, run) => {
  const isEating = isTrue(channel.variable("sleep_eat_digits"));
  await run.runTask(
    new PauseTask(toInteger(argument), isEating ? (digit) => isTerminator(channel, digit) : undefined),
  );
};

/** `set_mute read|write true|false` */
export const setMuteApplication: Application = (channel, argument) => {
  const [direction, value] = separateArguments(argument);
  if (direction === undefined || value === undefined) return;
  setMute(channel, direction, toInteger(value) > 0 || isTrue(value));
};

/** Silences what comes from the remote side (read) or what it hears (write). */
export function setMute(channel: Channel, direction: string, isMuted: boolean): void {
  if (direction === "read" || direction === "both") channel.isReadMuted = isMuted;
  if (direction === "write" || direction === "both") channel.isWriteMuted = isMuted;
}

/** Parses `123@200` (milliseconds; samples with a trailing `s`); letters like `w` that are no key are left out. */
export function parseDigits(text: string): { key: string; durationSamples: number }[] {
  const [keys = "", duration] = text.split("@");
  const milliseconds = toInteger(duration);
  const durationSamples = milliseconds > 0 ? milliseconds * 8 : defaultDigitSamples;
  return Array.from(keys).flatMap((key) =>
    eventOfKey(key) === undefined ? [] : [{ key: key.toUpperCase(), durationSamples }],
  );
}

/** `send_dtmf <digits>[@<ms>]` */
export const sendDtmfApplication: Application = (channel, argument) => {
  for (const digit of parseDigits(argument)) channel.voice.sendDigit(digit);
};
