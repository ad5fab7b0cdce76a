/** Names, keys and ids that must not come twice. */
import type { Inspection } from "./check-routing.ts";

export function checkUniqueness({ document, error }: Inspection): void {
  const kinds: [path: string, kind: string, things: readonly { id: string; name: string }[]][] = [
    ["skills", "skill", document.skills],
    ["schedules", "schedule", document.schedules],
    ["teams", "team", document.teams],
    ["queues", "queue", document.queues],
  ];
  for (const [path, kind, things] of kinds) {
    const subject = (name: string) => `${kind[0]?.toUpperCase() ?? ""}${kind.slice(1)} ${name}`;
    for (const { at, thing } of repeated(things, ({ name }) => name.toLowerCase()))
      error(`${path}.${at}.name`, subject(thing.name), `There are two ${kind}s called ${thing.name}`);
    for (const { at, thing } of repeated(things, ({ id }) => id))
      error(
        `${path}.${at}.id`,
        subject(thing.name),
        `Two ${kind}s have the id ${thing.id}, one is ${thing.name}`,
      );
  }
  checkSkillKeys(document.skills, error);
}

function checkSkillKeys(skills: Inspection["document"]["skills"], error: Inspection["error"]): void {
  for (const { at, thing } of repeated(skills, ({ key }) => key))
    error(
      `skills.${at}.key`,
      `Skill ${thing.name}`,
      `Two skills have the key ${thing.key}: ${thing.name} is the second`,
    );
  skills.forEach(({ name, values }, index) => {
    const subject = `Skill ${name}`;
    for (const { at, thing } of repeated(values, ({ value }) => value))
      error(
        `skills.${index}.values.${at}.value`,
        subject,
        `The skill ${name} has the value ${thing.value} twice`,
      );
    for (const { at, thing } of repeated(values, (each) => each.name.toLowerCase()))
      error(
        `skills.${index}.values.${at}.name`,
        subject,
        `The skill ${name} has two values called ${thing.name}`,
      );
  });
}

/** Those that were there before, by what must be unique. */
export function repeated<T>(things: readonly T[], keyOf: (thing: T) => string): { at: number; thing: T }[] {
  const seen = new Set<string>();
  return things.flatMap((thing, at) => {
    const key = keyOf(thing);
    if (seen.has(key)) return [{ at, thing }];
    seen.add(key);
    return [];
  });
}
