/**
 * A requirement as a flow writes it: with `{language}` for the caller's language and `{key}` for a value that a set
 * node kept, filled in when a caller comes to the queue (`language={language} and billing>={level}`).
 */
import { type Parsed, parseRequirement, type Requirement, skillsNamed } from "./requirement.ts";

const placeholder = /\{([^{}]*)\}/g;
const keyPattern = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
/** What a skill or its value may look like, and a level: anything else could change the meaning of the expression. */
const fillingPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;
const words = new Set(["and", "or", "not"]);

export type Filled = { ok: true; requirement: Requirement } | { ok: false; sentence: string };

/** The requirement for a caller of whom these values are known ("language" among them), or why there is none. */
export function fillRequirement(template: string, values: Readonly<Record<string, string>>): Filled {
  const refused: string[] = [];
  const text = template.replace(placeholder, (_, key: string) => {
    const value = Object.hasOwn(values, key) ? (values[key] ?? "") : null;
    if (value === null) refused.push(`{${key}} has no value`);
    else if (!fillingPattern.test(value) || words.has(value.toLowerCase()))
      refused.push(`{${key}} is "${value.slice(0, 60)}", which can be no skill`);
    return value ?? "";
  });
  const why = refused[0];
  if (why !== undefined) return { ok: false, sentence: `The requirement "${template}" is left out: ${why}` };
  const parsed = parseRequirement(text);
  if (parsed.ok) return parsed;
  const { sentence, at } = parsed.problem;
  return { ok: false, sentence: `The requirement "${text}" is left out: ${sentence} (at ${at})` };
}

/**
 * Whether the text can be a requirement once it is filled in: each placeholder is read as a level after a comparison,
 * as a skill or its value elsewhere. Problems are told at the place in the text as it was written.
 */
export function checkFlowRequirement(template: string): Parsed {
  let stretched = "";
  /** Where each piece of the text that is read begins in the one that was written. */
  const pieces: { read: number; written: number }[] = [{ read: 0, written: 0 }];
  let done = 0;
  for (const match of template.matchAll(placeholder)) {
    if (!keyPattern.test(match[1] ?? "")) {
      const sentence = `A name of a value is expected in the brackets, such as {language}, not "${match[0]}"`;
      return { ok: false, problem: { at: match.index + 1, sentence } };
    }
    stretched += template.slice(done, match.index);
    pieces.push({ read: stretched.length, written: match.index });
    stretched += /[<>]=?\s*$/.test(stretched) ? "5" : "x";
    done = match.index + match[0].length;
    pieces.push({ read: stretched.length, written: done });
  }
  const parsed = parseRequirement(stretched + template.slice(done));
  if (parsed.ok) return parsed;
  const at = parsed.problem.at - 1;
  const piece = pieces.findLast(({ read }) => read <= at) ?? { read: 0, written: 0 };
  return { ok: false, problem: { ...parsed.problem, at: piece.written + (at - piece.read) + 1 } };
}

/** The skills that the text names outright, without a placeholder in them; none when it can't be read. */
export function skillsOfTemplate(template: string): string[] {
  const mark = "placeholder-0";
  const levels = template.replace(/([<>]=?\s*)\{[^{}]*\}/g, "$15");
  const parsed = parseRequirement(levels.replace(placeholder, mark));
  return parsed.ok ? skillsNamed(parsed.requirement).filter((skill) => !skill.includes(mark)) : [];
}
