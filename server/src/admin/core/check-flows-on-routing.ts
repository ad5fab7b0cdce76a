/** What the published flows need of the routing: queues, schedules, skills. */
import { checkFlowRequirement, skillsOfTemplate } from "../../contract/flow-requirement.ts";
import type { Flow } from "../../contract/flow.ts";
import { whyUnknown } from "../../contract/known-skills.ts";
import {
  bothRequired,
  isImpossible,
  parseRequirement,
  type Requirement,
} from "../../contract/requirement.ts";
import type { Inspection } from "./check-routing.ts";

export interface RequiringNode {
  id: string;
  queueId: string;
  /** Null: none, or one that can't be read. */
  requirement: Requirement | null;
  /** Those that are named outright, without placeholders. */
  skills: string[];
  /** Without placeholders it is what it says. */
  isWhole: boolean;
}

/** The queue nodes of a flow with what they require. */
export function queueNodesOf(flow: Flow): RequiringNode[] {
  return Object.entries(flow.nodes).flatMap(([id, node]) => {
    if (node.kind !== "queue") return [];
    const text = node.requirement ?? "";
    const checked = text === "" ? null : checkFlowRequirement(text);
    const requirement = checked?.ok === true ? checked.requirement : null;
    const isWhole = !text.includes("{");
    const skills = skillsOfTemplate(text);
    return [{ id, queueId: node.queueId, requirement, skills, isWhole }];
  });
}

export function checkFlowsOnRouting(inspection: Inspection): void {
  for (const { name, flow } of inspection.around.flows) if (flow !== null) checkFlow(inspection, name, flow);
}

function checkFlow(
  { document, around, known, knownBefore, error, warning }: Inspection,
  name: string,
  flow: Flow,
) {
  const subject = `Flow ${name}`;
  const queues = new Map(document.queues.map((queue) => [queue.id, queue]));
  const schedules = new Set(document.schedules.map(({ id }) => id));
  const before = { queues: around.published.queues, schedules: around.published.schedules };
  for (const [id, node] of Object.entries(flow.nodes)) {
    const queueId = node.kind === "queue" || node.kind === "voicemail" ? node.queueId : null;
    const gone = before.queues.find((queue) => queue.id === queueId && !queues.has(queue.id));
    if (gone)
      error(
        "queues",
        subject,
        `The queue ${gone.name} can't be removed: the flow ${name} uses it (node ${id})`,
      );
    const scheduleId = node.kind === "hours" ? node.scheduleId : undefined;
    const closed = before.schedules.find((each) => each.id === scheduleId && !schedules.has(each.id));
    if (closed)
      error(
        "schedules",
        subject,
        `The schedule ${closed.name} can't be removed: the flow ${name} uses it (node ${id})`,
      );
  }
  for (const { id, queueId, requirement, skills, isWhole } of queueNodesOf(flow)) {
    const where = `The flow ${name} asks at node ${id}`;
    for (const skill of skills) {
      const why = whyUnknown(skill, known);
      if (why === null) continue;
      const report = whyUnknown(skill, knownBefore) === null ? error : warning;
      report("skills", subject, `${where} for ${skill}, but ${why}`);
    }
    const queue = queues.get(queueId);
    const own = queue?.settings.requirement ?? null;
    const parsed = own === null ? null : parseRequirement(own);
    const both = isWhole ? bothRequired(requirement, parsed?.ok === true ? parsed.requirement : null) : null;
    if (both !== null && requirement !== null && isImpossible(both))
      warning(
        "queues",
        subject,
        `${where} for what nobody can meet together with what the queue ${queue?.name ?? ""} asks for: ${own ?? ""}`,
      );
  }
}
