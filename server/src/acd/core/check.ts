import { bestProficiency, isSkill, parseRequirement } from "../../contract/requirement.ts";
import type { Entry, Sticky } from "./event.ts";
import type { Capacity, Membership, QueueSettings, Ring } from "./settings.ts";
import { highestPriority } from "./settings.ts";

/** What is wrong with a field: where, and a sentence. */
export interface Problem {
  path: string;
  message: string;
}

const highestLevel = 100;

interface CheckedAgent {
  agentId: string;
  queues: Membership[];
  capacity: Capacity;
  skills?: Record<string, number>;
  handledToday?: number;
}

/** A day: longer than anything here sensibly lasts, and far from where timers and numbers misbehave. */
const longestMs = 24 * 3_600_000;

/** Everything that is wrong with a queue's settings; empty when nothing is. */
export function checkQueue(settings: QueueSettings): Problem[] {
  return [
    ...checkId("queueId", settings.queueId),
    ...checkWhole("ringAtOnce", settings.ringAtOnce, 1, 50),
    ...checkWhole("ringTimeoutMs", settings.ringTimeoutMs, 1_000, longestMs),
    ...checkWhole("wrapUpMs", settings.wrapUpMs, 0, longestMs),
    ...checkWhole("ageingMs", settings.ageingMs, 0, longestMs),
    ...checkWhole("leaveOutMs", settings.leaveOutMs, 0, longestMs),
    ...checkOptional("maxWaitMs", settings.maxWaitMs, 1_000, longestMs),
    ...checkOptional("maxWaiting", settings.maxWaiting, 0, 1_000_000),
    ...checkOptional("noAgentsAfterMs", settings.noAgentsAfterMs, 0, longestMs),
    ...checkOptional("announceEveryMs", settings.announceEveryMs, 1_000, longestMs),
    ...checkOptional("alarmWaitMs", settings.alarmWaitMs, 1_000, longestMs),
    ...checkOptional("maxEstimatedWaitMs", settings.maxEstimatedWaitMs, 0, longestMs),
    ...checkRings(settings.rings),
    ...checkRequirement(settings.requirement ?? undefined),
  ];
}

function checkRings(rings: Ring[]): Problem[] {
  const problems: Problem[] = [];
  let before = 0;
  for (const [index, ring] of rings.entries()) {
    const path = `rings.${index}`;
    problems.push(...checkWhole(`${path}.afterMs`, ring.afterMs, before + 1, longestMs));
    problems.push(...checkWhole(`${path}.lowerBy`, ring.lowerBy, 0, bestProficiency));
    problems.push(...checkWhole(`${path}.level`, ring.level, 1, highestLevel));
    for (const queueId of ring.borrowFrom) problems.push(...checkId(`${path}.borrowFrom`, queueId));
    before = ring.afterMs;
  }
  return problems;
}

export function checkAgent({ agentId, queues, capacity, skills, handledToday = 0 }: CheckedAgent): Problem[] {
  const problems = checkId("agentId", agentId);
  problems.push(...checkWhole("handledToday", handledToday, 0, 1_000_000));
  for (const [index, { queueId, priority, order, weight, level, delayMs }] of queues.entries()) {
    const path = `queues.${index}`;
    problems.push(...checkId(`${path}.queueId`, queueId));
    problems.push(...checkNumber(`${path}.priority`, priority, 0, highestPriority));
    if (order !== undefined) problems.push(...checkNumber(`${path}.order`, order, 0, 1_000_000));
    if (weight !== undefined) problems.push(...checkNumber(`${path}.weight`, weight, 0, 1_000_000));
    if (level !== undefined) problems.push(...checkWhole(`${path}.level`, level, 1, highestLevel));
    if (delayMs !== undefined) problems.push(...checkWhole(`${path}.delayMs`, delayMs, 0, longestMs));
  }
  for (const [skill, proficiency] of Object.entries(skills ?? {})) {
    if (!isSkill(skill)) problems.push({ path: "skills", message: `"${skill}" cannot name a skill` });
    problems.push(...checkWhole(`skills.${skill}`, proficiency, 1, bestProficiency));
  }
  problems.push(...checkNumber("capacity.total", capacity.total, 0, 1_000_000));
  for (const [channel, weight] of Object.entries(capacity.weights)) {
    problems.push(...checkNumber(`capacity.weights.${channel}`, weight, 0, 1_000_000));
  }
  for (const [channel, limit] of Object.entries(capacity.limits)) {
    problems.push(...checkWhole(`capacity.limits.${channel}`, limit, 0, 1_000));
  }
  return problems;
}

export function checkEntry(entry: Entry): Problem[] {
  return [
    ...checkId("interactionId", entry.interactionId),
    ...checkNumber("priority", entry.priority, 0, highestPriority),
    ...checkNumber("enqueuedAt", entry.enqueuedAt, 0, 1e14),
    ...checkNumber("ageMs", entry.ageMs ?? 0, 0, longestMs),
    ...checkRequirement(entry.requirement),
    ...(entry.sticky ? checkSticky(entry.sticky) : []),
    ...checkOptional("offerMs", entry.offerMs ?? null, 1_000, longestMs),
  ];
}

function checkRequirement(requirement: string | undefined): Problem[] {
  const parsed = requirement === undefined ? null : parseRequirement(requirement);
  if (!parsed || parsed.ok) return [];
  const { at, sentence } = parsed.problem;
  return [{ path: "requirement", message: `${sentence} (character ${at})` }];
}

function checkSticky({ agentId, patienceMs }: Sticky): Problem[] {
  return [
    ...checkId("sticky.agentId", agentId),
    ...checkWhole("sticky.patienceMs", patienceMs, 0, longestMs),
  ];
}

/** "__proto__" and its like are no names for records. */
export function checkId(path: string, id: string): Problem[] {
  const isFit = id.length > 0 && id.length <= 200 && id !== "__proto__";
  return isFit ? [] : [{ path, message: "an id of 1 to 200 characters is needed" }];
}

export function checkNumber(path: string, value: number, least: number, most: number): Problem[] {
  if (Number.isFinite(value) && value >= least && value <= most) return [];
  return [{ path, message: `${value} is not a number from ${least} to ${most}` }];
}

function checkWhole(path: string, value: number, least: number, most: number): Problem[] {
  if (Number.isInteger(value) && value >= least && value <= most) return [];
  return [{ path, message: `${value} is not a whole number from ${least} to ${most}` }];
}

function checkOptional(path: string, value: number | null, least: number, most: number): Problem[] {
  return value === null ? [] : checkWhole(path, value, least, most);
}
