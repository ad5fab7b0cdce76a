/**
 * What a caller needs of an agent, as an expression over skills: `language=zh and (billing>=5 or vip)`.
 *
 *   expression  = term { "or" term }
 *   term        = factor { "and" factor }
 *   factor      = "not" factor | "(" expression ")" | test
 *   test        = skill [ comparison level ]
 *   skill       = key [ "=" value ]               billing, language=zh
 *   comparison  = ">=" | ">" | "<=" | "<" | "="   level is a proficiency, 0 (none) to 10
 *
 * A skill alone asks for any proficiency. "and" binds closer than "or"; words are not case-sensitive. An agent
 * without a skill has proficiency 0 in it. Used by the router, by what checks configuration, and by the screens.
 */

/** A requirement as data. `least` and `most` bound the proficiency, both inclusive. */
export type Requirement =
  | { kind: "has"; skill: string; least: number; most: number }
  | { kind: "not"; of: Requirement }
  | { kind: "and" | "or"; of: Requirement[] };

/** Proficiencies 1 to 10 by skill: the key, or `key=value` for a skill that has values. */
export type Skills = Readonly<Record<string, number>>;

export const bestProficiency = 10;
const longestText = 500;
const mostTests = 20;
const skillPattern = /^[a-z][a-z0-9_-]{0,39}(=[A-Za-z0-9][A-Za-z0-9_-]{0,39})?$/;

/** Whether the text can name a skill: small letters, digits, _ and -, and after "=" a value. */
export function isSkill(text: string): boolean {
  return skillPattern.test(text);
}

/** What is wrong with an expression, and at which character (from 1). */
export interface RequirementProblem {
  at: number;
  sentence: string;
}

export type Parsed = { ok: true; requirement: Requirement } | { ok: false; problem: RequirementProblem };

/** Reads an expression. Never throws; a text that is empty is a problem, too. */
export function parseRequirement(text: string): Parsed {
  try {
    return { ok: true, requirement: new Parser(text).parse() };
  } catch (error) {
    if (error instanceof Misread) return { ok: false, problem: { at: error.at, sentence: error.message } };
    throw error;
  }
}

class Misread extends Error {
  readonly at: number;
  constructor(at: number, sentence: string) {
    super(sentence);
    this.at = at;
  }
}

interface Token {
  text: string;
  at: number;
}

const tokenPattern = /\s+|>=|<=|[()<>=]|[A-Za-z0-9_-]+|./gu;
const words = new Set(["and", "or", "not"]);
const deepest = 30;

class Parser {
  private readonly tokens: Token[] = [];
  private readonly end: number;
  private next = 0;
  private tests = 0;
  private depth = 0;

  constructor(text: string) {
    this.end = text.length + 1;
    if (text.length > longestText) {
      throw new Misread(longestText + 1, `A requirement has at most ${longestText} characters`);
    }
    for (const match of text.matchAll(tokenPattern)) {
      if (match[0].trim() !== "") this.tokens.push({ text: match[0], at: match.index + 1 });
    }
  }

  parse(): Requirement {
    if (this.tokens.length === 0) throw new Misread(1, "A requirement is needed, such as language=zh");
    const requirement = this.expression();
    const rest = this.tokens[this.next];
    if (rest) throw new Misread(rest.at, `"and" or "or" is expected before "${rest.text}"`);
    return requirement;
  }

  private expression(): Requirement {
    this.depth += 1;
    if (this.depth > deepest) throw new Misread(this.here(), "There are too many brackets in one another");
    const result = this.list("or", () => this.list("and", () => this.factor()));
    this.depth -= 1;
    return result;
  }

  private list(kind: "and" | "or", one: () => Requirement): Requirement {
    const of = [one()];
    while (this.takes(kind)) of.push(one());
    return of.length === 1 && of[0] ? of[0] : { kind, of };
  }

  private factor(): Requirement {
    if (this.takes("not")) {
      this.depth += 1;
      if (this.depth > deepest) throw new Misread(this.here(), "There are too many of the word not");
      const of = this.factor();
      this.depth -= 1;
      return { kind: "not", of };
    }
    if (!this.takes("(")) return this.test();
    const inner = this.expression();
    if (!this.takes(")")) throw new Misread(this.here(), 'A closing bracket ")" is missing');
    return inner;
  }

  private test(): Requirement {
    this.tests += 1;
    const token = this.tokens[this.next];
    if (this.tests > mostTests)
      throw new Misread(this.here(), `A requirement tests at most ${mostTests} skills`);
    if (!token) throw new Misread(this.end, "A skill is expected at the end");
    if (words.has(token.text.toLowerCase()) || !isSkill(token.text)) {
      throw new Misread(token.at, `A skill is expected, not "${token.text}"`);
    }
    this.next += 1;
    return this.compare(token.text);
  }

  private compare(key: string): Requirement {
    let skill = key;
    if (this.tokens[this.next]?.text === "=" && !isLevel(this.tokens[this.next + 1]?.text ?? "")) {
      this.next += 1;
      skill = `${key}=${this.value(key)}`;
    }
    const sign = this.tokens[this.next]?.text ?? "";
    const range = ranges[sign];
    if (!range) return { kind: "has", skill, least: 1, most: bestProficiency };
    this.next += 1;
    const [least, most] = range(this.level(`${skill}${sign}`));
    return { kind: "has", skill, least, most };
  }

  private value(key: string): string {
    const token = this.tokens[this.next];
    if (!token || words.has(token.text.toLowerCase()) || !isSkill(`${key}=${token.text}`)) {
      throw new Misread(
        this.here(),
        `After "${key}=" a value is expected, such as zh, or a level from 0 to 10`,
      );
    }
    this.next += 1;
    return token.text;
  }

  private level(before: string): number {
    const text = this.tokens[this.next]?.text ?? "";
    if (!isLevel(text)) throw new Misread(this.here(), `After "${before}" a level from 0 to 10 is expected`);
    this.next += 1;
    return Number(text);
  }

  private takes(text: string): boolean {
    if (this.tokens[this.next]?.text.toLowerCase() !== text) return false;
    this.next += 1;
    return true;
  }

  private here(): number {
    return this.tokens[this.next]?.at ?? this.end;
  }
}

function isLevel(text: string): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) <= bestProficiency;
}

const ranges: Record<string, (level: number) => [least: number, most: number]> = {
  ">=": (level) => [level, bestProficiency],
  ">": (level) => [level + 1, bestProficiency],
  "<=": (level) => [0, level],
  "<": (level) => [0, level - 1],
  "=": (level) => [level, level],
};

/** The expression in its usual spelling: equal requirements of the same shape give equal texts. */
export function formatRequirement(requirement: Requirement): string {
  switch (requirement.kind) {
    case "has":
      return formatTest(requirement);
    case "not":
      return `not ${bracketed(requirement.of)}`;
    case "and":
      return requirement.of
        .map((each) => (each.kind === "or" ? bracketed(each) : formatRequirement(each)))
        .join(" and ");
    case "or":
      return requirement.of.map(formatRequirement).join(" or ");
  }
}

function bracketed(requirement: Requirement): string {
  const text = formatRequirement(requirement);
  return requirement.kind === "has" || requirement.kind === "not" ? text : `(${text})`;
}

function formatTest({ skill, least, most }: Extract<Requirement, { kind: "has" }>): string {
  if (least === 1 && most === bestProficiency) return skill;
  if (least === most) return `${skill}=${least}`;
  if (most === bestProficiency)
    return least > bestProficiency ? `${skill}>${least - 1}` : `${skill}>=${least}`;
  return most < 0 ? `${skill}<${most + 1}` : `${skill}<=${most}`;
}

/** Whether an agent with these skills will do. */
export function meets(skills: Skills, requirement: Requirement): boolean {
  switch (requirement.kind) {
    case "has": {
      const level = levelOf(skills, requirement.skill);
      return level >= requirement.least && level <= requirement.most;
    }
    case "not":
      return !meets(skills, requirement.of);
    case "and":
      return requirement.of.every((each) => meets(skills, each));
    case "or":
      return requirement.of.some((each) => meets(skills, each));
  }
}

function levelOf(skills: Skills, skill: string): number {
  return Object.hasOwn(skills, skill) ? (skills[skill] ?? 0) : 0;
}

/** The skills that the requirement asks for (not those that it excludes), each once, in order. */
export function skillsAsked(requirement: Requirement): string[] {
  const asked = new Set<string>();
  gather(requirement, true, (skill) => asked.add(skill));
  return [...asked];
}

/** Every skill that the requirement names, each once, in order. */
export function skillsNamed(requirement: Requirement): string[] {
  const named = new Set<string>();
  gather(requirement, true, (skill) => named.add(skill));
  gather(requirement, false, (skill) => named.add(skill));
  return [...named];
}

function gather(requirement: Requirement, isAsked: boolean, note: (skill: string) => void): void {
  if (requirement.kind === "not") gather(requirement.of, !isAsked, note);
  else if (requirement.kind !== "has") for (const each of requirement.of) gather(each, isAsked, note);
  else if (isAsked) note(requirement.skill);
}

/** The agent's proficiency in what is asked for, summed. */
export function proficiencyIn(skills: Skills, requirement: Requirement): number {
  return skillsAsked(requirement).reduce((sum, skill) => sum + levelOf(skills, skill), 0);
}

/** How a ring makes a requirement easier. */
export interface Relaxation {
  /** Each minimum above 1 is lowered by so many, at least to 1. */
  lowerBy: number;
  /** These skills are no longer asked for: a key, or `key=value`. "*" is all of them. */
  drop: readonly string[];
}

/** The requirement after the relaxation; null when nothing is left of it. What it excludes stays excluded. */
export function relaxRequirement(requirement: Requirement, relaxation: Relaxation): Requirement | null {
  switch (requirement.kind) {
    case "has": {
      if (isDropped(requirement.skill, relaxation.drop)) return null;
      const { least, most } = requirement;
      const isMinimum = most === bestProficiency && least > 1;
      return isMinimum ? { ...requirement, least: Math.max(1, least - relaxation.lowerBy) } : requirement;
    }
    case "not":
      return requirement;
    case "and": {
      const of = requirement.of.flatMap((each) => relaxRequirement(each, relaxation) ?? []);
      return of.length < 2 ? (of[0] ?? null) : { kind: "and", of };
    }
    case "or": {
      const of = requirement.of.map((each) => relaxRequirement(each, relaxation));
      const left = of.filter((each) => each !== null);
      return left.length < of.length ? null : { kind: "or", of: left };
    }
  }
}

function isDropped(skill: string, drop: readonly string[]): boolean {
  return drop.some((each) => each === "*" || each === skill || skill.startsWith(`${each}=`));
}

/** Both together; null asks for nothing. */
export function bothRequired(one: Requirement | null, other: Requirement | null): Requirement | null {
  if (!one || !other) return one ?? other;
  const parts = [one, other].flatMap((each) => (each.kind === "and" ? each.of : [each]));
  return { kind: "and", of: parts };
}

type Clause = Map<string, { least: number; most: number }>;
const mostClauses = 4_096;

/** Whether nobody could ever meet it, such as `billing>=5 and billing<3`. */
export function isImpossible(requirement: Requirement): boolean {
  const clauses = clausesOf(requirement, true);
  return clauses !== null && clauses.length === 0;
}

/** The ways to meet it, each as a range per skill; null when there are too many to look at. */
function clausesOf(requirement: Requirement, isWanted: boolean): Clause[] | null {
  if (requirement.kind === "not") return clausesOf(requirement.of, !isWanted);
  if (requirement.kind === "has") return testClauses(requirement, isWanted);
  const isAll = (requirement.kind === "and") === isWanted;
  let sum: Clause[] = isAll ? [new Map()] : [];
  for (const each of requirement.of) {
    const clauses = clausesOf(each, isWanted);
    if (!clauses) return null;
    sum = isAll ? product(sum, clauses) : [...sum, ...clauses];
    if (sum.length > mostClauses) return null;
  }
  return sum;
}

function testClauses(test: Extract<Requirement, { kind: "has" }>, isWanted: boolean): Clause[] {
  const { skill, least, most } = test;
  const wanted = isWanted
    ? [{ least, most }]
    : [
        { least: 0, most: least - 1 },
        { least: most + 1, most: bestProficiency },
      ];
  return wanted.filter(isRange).map((range) => new Map([[skill, range]]));
}

function product(some: Clause[], others: Clause[]): Clause[] {
  return some.flatMap((one) => others.flatMap((other) => intersect(one, other) ?? []));
}

function intersect(one: Clause, other: Clause): Clause | null {
  const both: Clause = new Map(one);
  for (const [skill, range] of other) {
    const before = both.get(skill);
    const least = Math.max(range.least, before?.least ?? 0);
    const most = Math.min(range.most, before?.most ?? bestProficiency);
    if (!isRange({ least, most })) return null;
    both.set(skill, { least, most });
  }
  return both;
}

function isRange({ least, most }: { least: number; most: number }): boolean {
  return least <= most && least <= bestProficiency && most >= 0;
}
