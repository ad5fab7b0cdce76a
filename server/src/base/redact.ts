/** The log's second line of defence: the first is that no statement hands it a secret or a person's data. */

/** Never written, at any level. Compared in lower case, without dashes and underscores. */
const secretFields = new Set([
  ...["password", "passwd", "secret", "token", "credential", "credentials", "authorization", "cookie"],
  ...["proxyauthorization", "setcookie", "ha1", "apikey", "privatekey", "sessiontoken"],
]);
/** Written at debug only. */
const personalFields = new Set([
  ...["from", "to", "number", "numbers", "dialed", "caller", "callernumber", "callername", "customer"],
  ...["name", "displayname", "username", "user", "email", "phone", "uri", "contact", "attributes"],
  ...["digits", "pressed", "note", "query", "parameters", "sdp"],
]);
/** Words of the protocol that look like somebody's address and are nobody's. */
const plainFields = new Set(["sipCallId", "mediaCallId", "time", "node"]);

const longestText = 2_000;
const deepest = 4;
const sipUser = /\b(sips?:)[^\s@<>"]+@/gi;
const telephoneUri = /\btel:[^\s<>"]+/gi;
const mailAddress = /[\w.+-]+@(?:[\w-]+\.)+[a-z]{2,}\b/gi;
/** Seven digits or more, however they are grouped; not within ids, addresses of machines, or paths. */
const telephoneNumber = /(?<![\w./:@-])\+?\(?\d(?:[ ()-]{0,2}\d){6,}(?![\w-]|\.\d)/g;

/** A text of unknown origin without what could be a telephone number, a SIP user or an e-mail address. */
export function scrub(text: string): string {
  const short = text.length > longestText ? `${text.slice(0, longestText)}…` : text;
  return short
    .replace(sipUser, "$1…@")
    .replace(telephoneUri, "tel:…")
    .replace(mailAddress, "…@…")
    .replace(telephoneNumber, "…");
}

/**
 * The fields of a log line as they may be written. `isPublic`: at info and above, where nothing personal is said; at
 * debug only secrets are taken out. An Error becomes its type, message, code, stack and cause: what libraries hang on
 * it besides (whole SIP messages, parameters of SQL) is left out.
 */
export function cleanFields(fields: object, isPublic: boolean): Record<string, unknown> {
  return cleanObject(fields, isPublic, 0);
}

function cleanObject(fields: object, isPublic: boolean, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) clean[name] = cleanField(name, value, isPublic, depth);
  }
  return clean;
}

function cleanField(name: string, value: unknown, isPublic: boolean, depth: number): unknown {
  if (plainFields.has(name)) return value;
  const plain = name.toLowerCase().replace(/[-_]/g, "");
  if (secretFields.has(plain)) return "[secret]";
  if (isPublic && personalFields.has(plain) && value !== null) return "[personal]";
  return cleanValue(value, isPublic, depth);
}

function cleanValue(value: unknown, isPublic: boolean, depth: number): unknown {
  if (typeof value === "string") return isPublic ? scrub(value) : value;
  if (typeof value !== "object" || value === null) return typeof value === "bigint" ? String(value) : value;
  if (depth >= deepest) return "[deep]";
  if (value instanceof Error) return cleanObject(describe(value), isPublic, depth + 1);
  if (Array.isArray(value)) return value.map((one) => cleanValue(one, isPublic, depth + 1));
  if (value instanceof Date) return value.toISOString();
  return cleanObject(value, isPublic, depth + 1);
}

function describe(error: Error): object {
  const { code } = error as NodeJS.ErrnoException;
  const { message, stack, cause } = error;
  return { type: error.constructor.name, message, code, stack, cause };
}
