/** Which numbers may be called back. Pure. */

export type CallbackNumberVerdict =
  | { ok: true; number: string }
  | { ok: false; because: "digits" | "length" | "emergency" | "own" | "not-allowed" };

export interface CallbackNumberRules {
  /** Patterns of contract/queues.ts: `*` is any rest, `?` one digit; none: every number. */
  allowed: readonly string[];
  /** Whether the number, in any of its forms, leads here. */
  isOwn(number: string): boolean;
}

/** With fewer digits a number is an extension or a service; E.164 has 15 at most. */
const fewestDigits = 5;
const mostDigits = 15;

/**
 * Emergency numbers of the world's networks (112, 911, 999, 000 and the national ones), with what people and gateways
 * dial before them. Most are too short anyway; this holds whatever the shortest length is.
 */
const emergency =
  /^(\+\d{1,3})?(0|00|9)?(112|911|999|000|110|111|113|114|115|116|117|118|119|120|122|190|191|192|193|194|197|198|199|101|102|103|104|105|106|108|133|144|155|158|160|161)$/;

/** What a caller typed, or was shown as: the number to call, or why not. */
export function checkCallbackNumber(text: string, rules: CallbackNumberRules): CallbackNumberVerdict {
  const typed = text.trim();
  const number = typed.replace(/^00/, "+");
  if (!/^\+?[0-9]+$/.test(number)) return { ok: false, because: "digits" };
  if (emergency.test(typed) || emergency.test(number)) return { ok: false, because: "emergency" };
  const digits = number.replace("+", "");
  if (digits.length < fewestDigits || digits.length > mostDigits) return { ok: false, because: "length" };
  if ([number, digits, `+${digits}`].some((form) => rules.isOwn(form))) return { ok: false, because: "own" };
  const isAllowed = rules.allowed.length === 0 || rules.allowed.some((pattern) => isLike(number, pattern));
  return isAllowed ? { ok: true, number } : { ok: false, because: "not-allowed" };
}

function isLike(number: string, pattern: string): boolean {
  const isOpen = pattern.endsWith("*");
  const fixed = isOpen ? pattern.slice(0, -1) : pattern;
  if (isOpen ? number.length < fixed.length : number.length !== fixed.length) return false;
  return Array.from(fixed).every((wanted, at) => {
    const digit = number[at] ?? "";
    return wanted === "?" ? /[0-9]/.test(digit) : wanted === digit;
  });
}
