/** Numbers on their way out: what was dialed, in E.164 where it can be, and as one carrier writes it. */
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js";
import type { NumberRules } from "../../contract/trunks.ts";
import { isEmergencyNumber } from "./emergency-numbers.ts";

export interface OutboundNumber {
  /** `+4930123456`; as it was dialed when it is an emergency or a short number; `*98`. */
  number: string;
  isEmergency: boolean;
}

export interface NumberPlan {
  /** Where numbers without a country code are from. */
  region: string | undefined;
  /** Whose emergency numbers count: the house's and its carriers'. */
  emergencyRegions: readonly string[];
  emergencyNumbers: readonly string[];
}

/** What was dialed; null: no number. */
export function readOutboundNumber(dialed: string, plan: NumberPlan): OutboundNumber | null {
  const digits = dialed.replace(/^tel:/i, "").replace(/[\s().\-/]/g, "");
  if (!/^\+?[0-9*#]{1,40}$/.test(digits)) return null;
  // Before anything else: "112" would be a valid local number in some plan.
  if (isEmergencyNumber(digits, plan.emergencyRegions, plan.emergencyNumbers))
    return { number: digits, isEmergency: true };
  return { number: toE164(digits, plan.region), isEmergency: false };
}

/** E.164 where that is certain, else the number as it is. */
export function toE164(digits: string, region: string | undefined): string {
  if (!/^\+?[0-9]+$/.test(digits) || digits.startsWith("+")) return digits;
  const national = region === undefined ? null : parse(digits, region);
  if (national?.isValid() === true) return national.number;
  return /^00[1-9]\d{4,14}$/.test(digits) ? `+${digits.slice(2)}` : digits;
}

/** As the carrier wants it. What is not in E.164 (short numbers) has no other form, but is stripped and added to. */
export function writeNumber(number: string, rules: NumberRules, region: string | undefined): string {
  const written = inFormat(number, rules.format, region);
  return rules.add + written.slice(rules.strip);
}

/** Without stripping and adding: a carrier's dial prefix is no part of the caller's number. */
export function inFormat(number: string, format: NumberRules["format"], region: string | undefined): string {
  if (!number.startsWith("+") || format === "e164") return number;
  const national = format === "national" && region !== undefined ? toNational(number, region) : null;
  return national ?? number.slice(1);
}

/** As dialed within the region: with its trunk prefix, and numbers abroad with its international prefix. */
function toNational(number: string, region: string): string | null {
  const parsed = parse(number, region);
  if (!parsed || !isSupportedCountry(region)) return null;
  const isHome = parsed.country === region;
  const text = isHome ? parsed.formatNational() : parsed.format("IDD", { fromCountry: region });
  const digits = text.replace(/\D/g, "");
  return digits === "" ? null : digits;
}

function parse(text: string, region: string) {
  if (!isSupportedCountry(region)) return parsePhoneNumberFromString(text);
  return parsePhoneNumberFromString(text, region satisfies CountryCode);
}
