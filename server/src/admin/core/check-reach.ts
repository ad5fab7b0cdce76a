/** Whether anybody in a queue can meet what it requires, from the start or from some ring on. */
import { meets, relaxRequirement, type Requirement } from "../../contract/requirement.ts";
import { stagesOf } from "./check-rings.ts";
import { type QueueInspection, seconds } from "./queue-inspection.ts";

/** Deactivated people count, so that nothing becomes an error by somebody's going. */
export function checkReach(one: QueueInspection, requirement: Requirement | null): void {
  const { queue, path, subject, document, error, warning, staffOf } = one;
  if (requirement === null || staffOf(queue.id).length === 0) return;
  const skillsOf = new Map(document.agents.map(({ personId, skills }) => [personId, skills]));
  const { rings } = queue.settings;
  const stages = stagesOf(rings);
  const first = stages.findIndex((stage) => {
    const relaxed = relaxRequirement(requirement, stage);
    const own = staffOf(queue.id).filter(({ level }) => level <= stage.level);
    const lent = stage.borrowFrom.flatMap((queueId) => staffOf(queueId));
    return [...own, ...lent].some(
      ({ personId }) => relaxed === null || meets(skillsOf.get(personId) ?? {}, relaxed),
    );
  });
  if (first === 0) return;
  const where = `${path}.settings.requirement`;
  const text = queue.settings.requirement ?? "";
  const begin = stages[first];
  if (begin === undefined)
    error(
      where,
      subject,
      `Nobody in ${queue.name} meets what it requires (${text})${rings.length > 0 ? ", not even in the last ring" : ""}: callers would wait for nobody`,
    );
  else
    warning(
      where,
      subject,
      `Nobody in ${queue.name} meets what it requires (${text}) before ring ${first}: every caller waits ${seconds(begin.afterMs)} at least`,
    );
}
