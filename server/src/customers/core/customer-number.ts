/** Numbers as people write them, in the form in which callers are recognised (telephony/core/dialed-number.ts). */
import { DialedNumber } from "../../contract/telephony.ts";

/** `+49 (30) 1234-567` is `+49301234567`, `0049…` is `+49…`, `1000` stays. Null for what can't be a caller's number. */
export function customerNumber(text: string): string | null {
  const digits = text.replaceAll(/[\s().\-/\u00A0]/g, "");
  const number = digits.startsWith("00") ? `+${digits.slice(2)}` : withPlus(digits);
  return DialedNumber.safeParse(number).success ? number : null;
}

/** More than six digits are most often E.164 whose plus was lost on the way; a leading 0 is a national number. */
function withPlus(digits: string): string {
  return /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : digits;
}

/** Under which forms a caller may be known, the most likely first. */
export function callerForms(from: string): string[] {
  const number = customerNumber(from);
  return number === null ? [] : [...new Set([from, number, number.replace(/^\+/, "")])];
}

/** Why a number is refused, for people. */
export function numberRefusal(text: string): string {
  return `${text} is no number that callers are recognised by: write it with + and the country code`;
}
