/** Keys of skills are what requirements and agents go by: they stay as long as anything uses them. */
import { listSome } from "../../contract/known-skills.ts";
import { parseRequirement, skillsNamed } from "../../contract/requirement.ts";
import type { RoutingDocument, Skill } from "../../contract/routing.ts";
import { queueNodesOf } from "./check-flows-on-routing.ts";
import type { Inspection } from "./check-routing.ts";

export function checkSkills({ document, around, error }: Inspection): void {
  const former = new Map(around.published.skills.map((skill) => [skill.id, skill]));
  document.skills.forEach(({ id, key, name }, index) => {
    const before = former.get(id);
    if (before === undefined || before.key === key) return;
    const users = usersOf(before, around);
    if (users.length === 0) return;
    error(
      `skills.${index}.key`,
      `Skill ${name}`,
      `The key of the skill ${name} stays ${before.key}, not ${key}: it is used by ${listSome(users)}`,
    );
  });
}

/** Who uses a skill in what is published. */
function usersOf({ key }: Skill, { published, people, flows }: Inspection["around"]): string[] {
  const isIt = (skill: string) => skill === key || skill.startsWith(`${key}=`);
  const agents = published.agents
    .filter(({ skills }) => Object.keys(skills).some(isIt))
    .map(({ personId }) => people.get(personId)?.name ?? personId);
  const queues = published.queues
    .filter((queue) => skillsOfQueue(queue).some(isIt))
    .map(({ name }) => `the queue ${name}`);
  const running = flows
    .filter(({ flow }) => flow !== null && queueNodesOf(flow).some(({ skills }) => skills.some(isIt)))
    .map(({ name }) => `the flow ${name}`);
  return [...queues, ...running, ...agents];
}

function skillsOfQueue({ settings }: RoutingDocument["queues"][number]): string[] {
  const parsed = settings.requirement === null ? null : parseRequirement(settings.requirement);
  const named = parsed?.ok === true ? skillsNamed(parsed.requirement) : [];
  return [...named, ...settings.rings.flatMap(({ drop }) => drop)];
}
