function clean(text: string, delimiter: string | undefined): string {
  let result = "";
  let keptLength = 0;
  let isQuoted = false;
  const trimmed = text.replace(/^ +/, "");
  for (let i = 0; i < trimmed.length; i++) {
    const character = trimmed[i]!;
    const next = trimmed[i + 1];
    if (character === "\\" && next !== undefined) {
      const special = { n: "\n", r: "\r", t: "\t", s: " " }[next];
      if (special !== undefined || "'\"\\".includes(next) || next === delimiter) {
        result += special ?? next;
        keptLength = result.length;
        i++;
        continue;
      }
    }
    if (character === "'" && (isQuoted || trimmed.includes("'", i + 1))) {
      isQuoted = !isQuoted;
      continue;
    }
    result += character;
    if (character !== " " || isQuoted) keptLength = result.length;
  }
  return result.slice(0, keptLength);
}

/**
 * Splits an argument string as FreeSWITCH's `switch_separate_string` does: quotes with ', escapes with \,
 * and a leading `^^x` makes x the delimiter. With the blank, runs of blanks count once. The last of at
 * most `limit` parts keeps the rest.
 */
export function separateArguments(text: string, delimiter = " ", limit = 64): string[] {
  let rest = text;
  let separator = delimiter;
  if (/^\^\^../s.test(text)) {
    separator = text[2]!;
    rest = text.slice(3);
  }
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let i = 0; i < rest.length && parts.length < limit - 1; i++) {
    const character = rest[i]!;
    if (character === "\\") i++;
    else if (character === "'" && (isQuoted || separator === " " || rest.includes("'", i + 1))) {
      isQuoted = !isQuoted;
    } else if (character === separator && !isQuoted) {
      if (separator !== " " || i > start) parts.push(rest.slice(start, i));
      if (separator === " ") i += / */.exec(rest.slice(i + 1))![0].length;
      start = i + 1;
    }
  }
  if (start < rest.length) parts.push(rest.slice(start));
  return parts.map((part) => clean(part, separator === " " ? undefined : separator));
}

/** FreeSWITCH's `switch_true`. */
export function isTrue(text: string | undefined): boolean {
  if (text === undefined) return false;
  return (
    /^(yes|on|true|t|enabled|active|allow)$/i.test(text) ||
    (/^-?\d+(\.\d+)?$/.test(text) && Number(text) !== 0)
  );
}

/** Leading digits as C's `atoi` reads them; 0 if there are none. */
export function toInteger(text: string | undefined): number {
  const value = Number.parseInt(text ?? "", 10);
  return Number.isNaN(value) ? 0 : value;
}

/**
 * Splits a leading `{a=b,c=d}` (or another pair of brackets) off a text.
 */
export function splitVariables(
  text: string,
  open = "{",
  close = "}",
): { variables: [string, string][]; rest: string } {
  if (!text.startsWith(open)) return { variables: [], rest: text };
  const end = text.indexOf(close);
  if (end < 0) return { variables: [], rest: text };
  const variables = separateArguments(text.slice(1, end), ",").flatMap((pair): [string, string][] => {
    const equals = pair.indexOf("=");
    return equals < 0 ? [] : [[pair.slice(0, equals).trim(), pair.slice(equals + 1)]];
  });
  return { variables, rest: text.slice(end + 1) };
}

/** Replaces `${name}` by the variable's value (empty if unset), as the dialplan does before it runs an application. */
export function expandVariables(text: string, lookUp: (name: string) => string | undefined): string {
  return text.includes("${")
    ? text.replace(/\$\{([^${}()]+)\}/g, (_, name: string) => lookUp(name) ?? "")
    : text;
}
