/** Which skills there are, and whether a requirement or an agent names one that there is not. */
import type { Skill } from "./routing.ts";

/** Values by key; a skill without values has an empty set. */
export type KnownSkills = ReadonlyMap<string, ReadonlySet<string>>;

export function knownSkills(skills: readonly Pick<Skill, "key" | "values">[]): KnownSkills {
  return new Map(skills.map(({ key, values }) => [key, new Set(values.map(({ value }) => value))]));
}

/** Why nobody can have this skill (`billing`, `language=zh`), as the end of a sentence; null when they can. */
export function whyUnknown(skill: string, known: KnownSkills): string | null {
  const [key = "", value] = skill.split("=");
  const values = known.get(key);
  if (values === undefined) return `there is no skill ${key}`;
  const [example] = values;
  if (example === undefined) return value === undefined ? null : `the skill ${key} has no values`;
  if (value === undefined) return `the skill ${key} comes in kinds: say which, such as ${key}=${example}`;
  return values.has(value)
    ? null
    : `the skill ${key} has no value ${value} (it has ${listSome([...values])})`;
}

/** "zh, en and 3 more". */
export function listSome(names: readonly string[], most = 5): string {
  if (names.length > most) return `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}
