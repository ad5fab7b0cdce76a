/** Numbers as SIP carries them, made comparable. */
import { parsePhoneNumberFromString, type CountryCode } from "libphonenumber-js";
import { parseNameAddr, parseSipUri } from "./sip-text.ts";

export interface DialedNumber {
  /** The most likely form: `+15550100`, `1000`. */
  number: string;
  /** Every form to look up, most likely first: `+15550100`, `15550100`. */
  forms: string[];
}

/** What a Request-URI dials; null when it has no usable user part. */
export function dialedNumber(requestUri: string, defaultRegion?: string): DialedNumber | null {
  const uri = parseSipUri(requestUri);
  const user = cleanUser(uri?.user ?? "");
  if (user === "" || user.length > 64) return null;
  const forms = formsOf(user, defaultRegion);
  return { number: forms[0] ?? user, forms };
}

/** The caller, from P-Asserted-Identity where the peer is trusted, else From. */
export function callerNumber(
  headers: { from: string | undefined; assertedIdentity?: string | undefined },
  defaultRegion?: string,
): string {
  const address = parseNameAddr(headers.assertedIdentity ?? "") ?? parseNameAddr(headers.from ?? "");
  const uri = address && parseSipUri(address.uri);
  const user = cleanUser(uri?.user ?? "");
  const isWithheld = user === "" || /^(anonymous|unavailable|restricted|private|unknown)$/i.test(user);
  if (isWithheld || uri?.host.toLowerCase() === "anonymous.invalid") return "anonymous";
  return formsOf(user, defaultRegion)[0] ?? user;
}

/** Drops what people and gateways write between digits, and parameters such as `;phone-context`. */
function cleanUser(user: string): string {
  const bare = user.split(";", 1)[0]?.trim() ?? "";
  const digits = bare.replace(/[\s().-]/g, "");
  return /^\+?[0-9*#]+$/.test(digits) ? digits : bare;
}

function formsOf(user: string, region: string | undefined): string[] {
  if (!/^\+?[0-9]+$/.test(user)) return [user];
  if (user.startsWith("+")) return unique([user, user.slice(1)]);
  const national = region ? validE164(user, region as CountryCode) : null;
  const international = user.startsWith("00") ? `+${user.slice(2)}` : null;
  // Up to six digits is a short number; longer ones are most often E.164 whose plus was lost on the way.
  const withPlus = user.length > 6 && !user.startsWith("0") ? `+${user}` : null;
  return unique([national, international, withPlus, user].filter((form) => form !== null));
}

function validE164(text: string, region: CountryCode): string | null {
  const parsed = parsePhoneNumberFromString(text, region);
  return parsed?.isValid() ? parsed.number : null;
}

function unique(forms: string[]): string[] {
  return [...new Set(forms)];
}
