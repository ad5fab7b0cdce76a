/** What may stand at the caret of a requirement, and which characters it replaces. */
export interface Completion {
  from: number;
  to: number;
  options: { insert: string; hint: string | null }[];
}

/** Skills that can be asked for: the key (`language` for any), `language=zh`, and what people call it. */
export interface KnownSkill {
  skill: string;
  name: string;
}

const mostOptions = 8;

/** Skills where a skill is expected; comparisons, `and` and `or` behind one. */
export function completionsAt(text: string, caret: number, skills: readonly KnownSkill[]): Completion {
  const before = text.slice(0, caret);
  const word = /[A-Za-z][\w=-]*$/.exec(before)?.[0] ?? "";
  const from = caret - word.length;
  const tail = /^[\w=-]*/.exec(text.slice(caret))?.[0] ?? "";
  if (expectsSkill(before.slice(0, from))) {
    return { from, to: caret + tail.length, options: skillOptions(word, skills) };
  }
  if (word !== "") {
    const words = ["and", "or"].filter((one) => one.startsWith(word.toLowerCase()) && one !== word);
    return { from, to: caret + tail.length, options: words.map((insert) => ({ insert, hint: null })) };
  }
  const isBehindTest = /[\w)]\s+$/.test(before);
  const options = isBehindTest ? ["and", "or"].map((insert) => ({ insert, hint: null })) : [];
  return { from: caret, to: caret, options };
}

/** At the beginning, behind an opening bracket, and behind a word that wants one. */
function expectsSkill(before: string): boolean {
  return /(^|\(|\b(and|or|not))\s*$/i.test(before);
}

function skillOptions(word: string, skills: readonly KnownSkill[]): Completion["options"] {
  const wanted = word.toLowerCase();
  const isByKey = ({ skill }: KnownSkill) => skill.toLowerCase().startsWith(wanted);
  const isByName = ({ name }: KnownSkill) => name.toLowerCase().includes(wanted);
  return skills
    .filter((one) => one.skill !== word && (isByKey(one) || isByName(one)))
    .toSorted((one, other) => Number(isByKey(other)) - Number(isByKey(one)))
    .slice(0, mostOptions)
    .map(({ skill, name }) => ({ insert: skill, hint: name }));
}

/** The text with one more condition, joined by `and`. */
export function withCondition(text: string, condition: string): string {
  const before = text.trimEnd();
  if (before === "") return condition;
  return expectsSkill(before) ? `${before} ${condition}` : `${before} and ${condition}`;
}
