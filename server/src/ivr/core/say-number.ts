/**
 * Numbers and queue announcements as lists of shipped prompts, to be played one after the other. A language that is
 * not shipped is said in English.
 */
import { largestSpokenNumber } from "./prompt-catalog.ts";
import type { ShippedPromptId } from "./prompt-catalog.ts";

/**
 * The prompts that say a whole number: one utterance up to 99, digit by digit above.
 * `counting` is for a number before a measure word, where Mandarin says 两 for 2.
 */
export function sayNumber(
  language: string,
  n: number,
  use: "plain" | "counting" = "plain",
): ShippedPromptId[] {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError(`${n} is not a number that can be said`);
  if (language === "zh" && use === "counting" && n === 2) return ["number-2-measure"];
  if (n <= largestSpokenNumber) return [`number-${n}`];
  return Array.from(String(n), (digit): ShippedPromptId => `number-${Number(digit)}`);
}

/** "You are number 3 in the queue"; `position` counts from 1. */
export function queuePositionPrompts(language: string, position: number): ShippedPromptId[] {
  if (position <= 1) return ["position-next"];
  if (position > largestSpokenNumber) return ["position-over-99"];
  return ["position-intro", ...sayNumber(language, position), "position-outro"];
}

/** "The estimated wait is about 4 minutes", rounded up so that it promises too little rather than too much. */
export function estimatedWaitPrompts(language: string, waitMs: number): ShippedPromptId[] {
  if (waitMs < 60_000) return ["wait-short"];
  const minutes = Math.ceil(waitMs / 60_000);
  if (minutes > 60) return ["wait-long"];
  const unit = minutes === 1 ? "wait-minute" : "wait-minutes";
  return ["wait-intro", ...sayNumber(language, minutes, "counting"), unit];
}

/** One key of a telephone, by its name. */
function sayKey(key: string): ShippedPromptId {
  if (key === "*") return "key-star";
  return key === "#" ? "key-pound" : `number-${Number(key)}`;
}

/** A telephone number digit by digit; a plus before it is not said. */
export function sayTelephoneNumber(number: string): ShippedPromptId[] {
  return Array.from(number.replace(/[^0-9]/g, ""), sayKey);
}

/** "To be called back without losing your place, press 2". */
export function callbackOfferPrompts(key: string): ShippedPromptId[] {
  return ["callback-offer", sayKey(key)];
}
