/** The steps by which a queue's search widens. */
import { whyUnknown } from "../../contract/known-skills.ts";
import type { Ring } from "../../contract/queues.ts";
import { isImpossible, relaxRequirement, type Requirement } from "../../contract/requirement.ts";
import { type QueueInspection, seconds } from "./queue-inspection.ts";
import { isSame } from "./routing-fields.ts";

export function checkRings(one: QueueInspection, requirement: Requirement | null): void {
  const { rings } = one.queue.settings;
  const stages = stagesOf(rings);
  rings.forEach((ring, at) => {
    checkOrder(one, ring, rings[at - 1], at);
    checkEffect(one, stages[at + 1], stages[at], at);
    checkDropped(one, ring, at);
    checkBorrowed(one, ring, at);
    if (requirement !== null) checkRelaxed(one, requirement, ring, at);
  });
  checkLevels(one);
}

/** What holds from the start, and from each ring on: levels and loans add up, lowering and dropping are the last ring's. */
export function stagesOf(rings: readonly Ring[]): Ring[] {
  let stage: Ring = { afterMs: 0, lowerBy: 0, drop: [], level: 1, borrowFrom: [] };
  const stages = [stage];
  for (const ring of rings) {
    const borrowFrom = [...new Set([...stage.borrowFrom, ...ring.borrowFrom])];
    stage = { ...ring, level: Math.max(stage.level, ring.level), borrowFrom };
    stages.push(stage);
  }
  return stages;
}

function where({ path }: QueueInspection, at: number, field = ""): string {
  return `${path}.settings.rings.${at}${field === "" ? "" : `.${field}`}`;
}

function checkOrder(one: QueueInspection, ring: Ring, before: Ring | undefined, at: number): void {
  const { queue, subject, error, warning } = one;
  const { maximumWaitMs } = queue.settings;
  const begins = `Ring ${at + 1} of ${queue.name} begins after ${seconds(ring.afterMs)}`;
  if (before !== undefined && ring.afterMs <= before.afterMs)
    error(
      where(one, at, "afterMs"),
      subject,
      `${begins}, not later than ring ${at} (${seconds(before.afterMs)})`,
    );
  if (maximumWaitMs > 0 && ring.afterMs >= maximumWaitMs)
    warning(
      where(one, at, "afterMs"),
      subject,
      `${begins}, but callers leave after ${seconds(maximumWaitMs)}: it never begins`,
    );
}

function checkEffect(
  one: QueueInspection,
  now: Ring | undefined,
  before: Ring | undefined,
  at: number,
): void {
  if (now === undefined || before === undefined) return;
  const { queue, subject, warning } = one;
  const ring = `Ring ${at + 1} of ${queue.name}`;
  if (isSame({ ...now, afterMs: 0 }, { ...before, afterMs: 0 }))
    warning(where(one, at), subject, `${ring} changes nothing: it is like what comes before it`);
  else if (now.lowerBy < before.lowerBy || before.drop.some((skill) => !drops(now, skill)))
    warning(
      where(one, at),
      subject,
      `${ring} asks for more than what comes before it: rings are there to widen`,
    );
}

function drops({ drop }: Ring, skill: string): boolean {
  return drop.includes(skill) || drop.includes("*") || drop.includes(skill.split("=")[0] ?? skill);
}

function checkDropped(one: QueueInspection, ring: Ring, at: number): void {
  const { queue, subject, known, error } = one;
  ring.drop.forEach((skill, index) => {
    // A key stands for all of its values.
    const isKnown = skill === "*" || known.has(skill) || whyUnknown(skill, known) === null;
    if (isKnown) return;
    const why = whyUnknown(skill, known) ?? "";
    error(
      where(one, at, `drop.${index}`),
      subject,
      `Ring ${at + 1} of ${queue.name} no longer asks for ${skill}, but ${why}`,
    );
  });
}

function checkBorrowed(one: QueueInspection, ring: Ring, at: number): void {
  const { queue, subject, document, error } = one;
  ring.borrowFrom.forEach((queueId, index) => {
    const borrows = `Ring ${at + 1} of ${queue.name} borrows agents`;
    if (queueId === queue.id)
      error(where(one, at, `borrowFrom.${index}`), subject, `${borrows} from ${queue.name} itself`);
    else if (!document.queues.some(({ id }) => id === queueId))
      error(
        where(one, at, `borrowFrom.${index}`),
        subject,
        `${borrows} from a queue that does not exist (${queueId})`,
      );
  });
}

function checkRelaxed(one: QueueInspection, requirement: Requirement, ring: Ring, at: number): void {
  const relaxed = relaxRequirement(requirement, ring);
  if (isImpossible(requirement) || relaxed === null || !isImpossible(relaxed)) return;
  one.error(
    where(one, at),
    one.subject,
    `Nobody can ever meet what ring ${at + 1} leaves of what ${one.queue.name} requires`,
  );
}

/** Levels without members, and members whom no ring reaches. */
function checkLevels(one: QueueInspection): void {
  const { queue, path, subject, warning, staffOf } = one;
  const staff = staffOf(queue.id);
  if (staff.length === 0) return;
  let reached = 1;
  if (staff.every(({ level }) => level > 1) && queue.settings.rings.every(({ level }) => level <= 1))
    warning(`${path}.members`, subject, `Nobody in ${queue.name} is of level 1, and no ring reaches further`);
  queue.settings.rings.forEach(({ level }, at) => {
    const from = reached;
    if (level > from && !staff.some((member) => member.level > from && member.level <= level))
      warning(
        where(one, at, "level"),
        subject,
        `Ring ${at + 1} of ${queue.name} reaches level ${level}, but nobody is on ${level === from + 1 ? `that level` : `levels ${from + 1} to ${level}`}`,
      );
    reached = Math.max(reached, level);
  });
  const beyond = staff.filter(({ level }) => level > reached && level > 1);
  if (beyond.length > 0 && beyond.length < staff.length)
    warning(
      `${path}.members`,
      subject,
      `${beyond.length} of the members of ${queue.name} are never asked: no ring reaches beyond level ${reached}`,
    );
}
