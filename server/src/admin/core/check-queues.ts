/** Queues: who is in them, what they ask for, and what their other settings say together. */
import { listSome, whyUnknown } from "../../contract/known-skills.ts";
import { isImpossible, parseRequirement, type Requirement, skillsNamed } from "../../contract/requirement.ts";
import { checkPeople } from "./check-agents.ts";
import { queueNodesOf } from "./check-flows-on-routing.ts";
import { checkReach } from "./check-reach.ts";
import { checkRings } from "./check-rings.ts";
import type { Inspection } from "./check-routing.ts";
import { repeated } from "./check-uniqueness.ts";
import { type QueueInspection, seconds } from "./queue-inspection.ts";

export function checkQueues(inspection: Inspection): void {
  const requiredByFlows = new Set(
    inspection.around.flows.flatMap(({ flow }) =>
      flow === null ? [] : queueNodesOf(flow).flatMap((node) => (node.requirement ? [node.queueId] : [])),
    ),
  );
  inspection.document.queues.forEach((queue, index) => {
    const one = { ...inspection, queue, path: `queues.${index}`, subject: `Queue ${queue.name}` };
    checkMembers(one);
    const requirement = checkRequirement(one);
    checkRings(one, requirement);
    checkStrategy(one, requirement !== null || requiredByFlows.has(queue.id));
    checkLimits(one);
    checkKeys(one);
    checkReferences(one);
    checkReach(one, requirement);
  });
}

function checkMembers(one: QueueInspection): void {
  const { queue, path, subject, document, nameOf, error, warning, staffOf } = one;
  for (const { at, thing } of repeated(queue.members, ({ personId }) => personId))
    error(`${path}.members.${at}`, subject, `${nameOf(thing.personId)} is a member of ${queue.name} twice`);
  const personIds = queue.members.map(({ personId }) => personId);
  checkPeople(one, personIds, `${path}.members`, subject, `in the queue ${queue.name}`);
  for (const { at, thing } of repeated(queue.teams, ({ teamId }) => teamId))
    error(`${path}.teams.${at}`, subject, `${queue.name} has the same team twice (${thing.teamId})`);
  queue.teams.forEach(({ teamId }, at) => {
    if (!document.teams.some(({ id }) => id === teamId))
      error(
        `${path}.teams.${at}.teamId`,
        subject,
        `${queue.name} has a team that does not exist (${teamId})`,
      );
  });
  const { overflow, rings } = queue.settings;
  const isHelped = rings.some(({ borrowFrom }) => borrowFrom.length > 0);
  if (staffOf(queue.id).length === 0 && !isHelped && Object.keys(overflow).length === 0)
    warning(
      `${path}.members`,
      subject,
      `Nobody works in ${queue.name}, and it sends callers nowhere else: add members, or say where callers go`,
    );
}

/** Null: none, or one that can't be read. */
function checkRequirement({
  queue,
  path,
  subject,
  known,
  knownBefore,
  error,
}: QueueInspection): Requirement | null {
  const text = queue.settings.requirement;
  if (text === null) return null;
  const where = `${path}.settings.requirement`;
  const parsed = parseRequirement(text);
  if (!parsed.ok) {
    const { at, sentence } = parsed.problem;
    error(
      where,
      subject,
      `What ${queue.name} requires can't be read at character ${at} of "${text}": ${sentence}`,
    );
    return null;
  }
  for (const skill of skillsNamed(parsed.requirement)) {
    const why = whyUnknown(skill, known);
    if (why === null) continue;
    const isRemoved = whyUnknown(skill, knownBefore) === null;
    error(
      where,
      subject,
      `${queue.name} requires ${skill}, ${isRemoved ? "which would be removed: change what it requires first" : `but ${why}`}`,
    );
  }
  if (isImpossible(parsed.requirement))
    error(
      where,
      subject,
      `Nobody can ever meet what ${queue.name} requires, as it contradicts itself: ${text}`,
    );
  return parsed.requirement;
}

function checkStrategy(one: QueueInspection, isSkillAsked: boolean): void {
  const { queue, path, subject, document, error, warning, staffOf } = one;
  const { strategy } = queue.settings;
  const where = `${path}.settings.strategy`;
  if ((strategy === "most-proficient" || strategy === "least-proficient") && !isSkillAsked)
    warning(
      where,
      subject,
      `${queue.name} chooses by proficiency, but asks for no skill: the longest idle will be chosen`,
    );
  if (strategy !== "weighted-random" || staffOf(queue.id).length === 0) return;
  const filled = queue.teams.filter(({ teamId }) =>
    document.teams.some(({ id, personIds }) => id === teamId && personIds.length > 0),
  );
  if ([...queue.members, ...filled].every(({ weight }) => weight === 0))
    error(
      where,
      subject,
      `${queue.name} chooses by weight, but every member weighs 0: give somebody a weight`,
    );
}

function checkLimits({ queue, path, subject, warning }: QueueInspection): void {
  const { alarmWaitMs, maximumWaitMs, maximumEstimatedWaitMs } = queue.settings;
  if (maximumWaitMs === 0) return;
  const limit = `nobody waits longer than ${seconds(maximumWaitMs)} there`;
  if (alarmWaitMs > maximumWaitMs)
    warning(
      `${path}.settings.alarmWaitMs`,
      subject,
      `The alarm of ${queue.name} comes after ${seconds(alarmWaitMs)}, but ${limit}`,
    );
  if (maximumEstimatedWaitMs > maximumWaitMs)
    warning(
      `${path}.settings.maximumEstimatedWaitMs`,
      subject,
      `${queue.name} takes callers whose estimated wait is up to ${seconds(maximumEstimatedWaitMs)}, but ${limit}`,
    );
}

/** One key can't do two things. */
function checkKeys({ queue, path, subject, error }: QueueInspection): void {
  const { callback, exitKey } = queue.settings;
  if (callback.offered && callback.key === exitKey)
    error(
      `${path}.settings.callback.key`,
      subject,
      `The key ${exitKey} leaves ${queue.name} and asks for a call back: choose another for one of them`,
    );
}

function checkReferences({ queue, path, subject, document, around, error, warning }: QueueInspection): void {
  const { scheduleId, musicPromptId, boosts, sticky } = queue.settings;
  if (scheduleId !== null && !document.schedules.some(({ id }) => id === scheduleId))
    error(
      `${path}.settings.scheduleId`,
      subject,
      `${queue.name} opens by a schedule that does not exist (${scheduleId})`,
    );
  if (musicPromptId !== null && !around.promptIds.has(musicPromptId))
    error(
      `${path}.settings.musicPromptId`,
      subject,
      `There is no such prompt for the music of ${queue.name}`,
    );
  for (const { at, thing } of repeated(boosts, ({ attribute, value }) => `${attribute}=${value}`))
    error(
      `${path}.settings.boosts.${at}`,
      subject,
      `${queue.name} has two boosts for customers whose ${thing.attribute} is ${thing.value}`,
    );
  const nothing = boosts.filter(({ priority, ageMs }) => priority === 0 && ageMs === 0);
  if (nothing.length > 0)
    warning(
      `${path}.settings.boosts`,
      subject,
      `${queue.name} has a boost that changes nothing, for ${listSome(nothing.map((each) => each.attribute))}`,
    );
  const { maximumWaitMs } = queue.settings;
  if (sticky.lastAgent && maximumWaitMs > 0 && sticky.patienceMs >= maximumWaitMs)
    warning(
      `${path}.settings.sticky.patienceMs`,
      subject,
      `${queue.name} waits for the last agent for ${seconds(sticky.patienceMs)}, but ${seconds(maximumWaitMs)} at most in all`,
    );
}
