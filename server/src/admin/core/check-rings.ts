/** The steps by which a queue's search widens. */
import { whyUnknown } from "../../contract/known-skills.ts";
import type { Ring } from "../../contract/queues.ts";
import { isImpossible, relaxRequirement, type Requirement } from "../../contract/requirement.ts";
import { type QueueInspection, seconds } from "./queue-inspection.ts";
import { isSame } from "./routing-fields.ts";

const start: Omit<Ring, "afterMs"> = { lowerBy: 0, drop: [], level: 1, borrowFrom: [] };

export function checkRings(one: QueueInspection, requirement: Requirement | null): void {
  const { rings } = one.queue.settings;
  rings.forEach((ring, at) => {
    checkOrder(one, ring, rings[at - 1], at);
    checkEffect(one, ring, rings[at - 1] ?? start, at);
    checkDropped(one, ring, at);
    checkBorrowed(one, ring, at);
    if (requirement !== null) checkRelaxed(one, requirement, ring, at);
  });
  checkLevels(one);
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

function checkEffect(one: QueueInspection, ring: Ring, before: Omit<Ring, "afterMs">, at: number): void {
  const { queue, subject, warning } = one;
  const { afterMs: _, ...now } = ring;
  const { lowerBy, drop, level, borrowFrom } = before;
  if (isSame(now, { lowerBy, drop, level, borrowFrom }))
    warning(
      where(one, at),
      subject,
      `Ring ${at + 1} of ${queue.name} changes nothing: it is like what comes before it`,
    );
  else if (ring.level < level)
    warning(
      where(one, at, "level"),
      subject,
      `Ring ${at + 1} of ${queue.name} goes back from level ${level} to level ${ring.level}: rings are there to widen`,
    );
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
