import type { Entry } from "./event.ts";
import type { Capacity, Membership, QueueSettings } from "./settings.ts";
import { highestPriority } from "./settings.ts";

/** What is wrong with a field: where, and a sentence. */
export interface Problem {
  path: string;
  message: string;
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
  ];
}

export function checkAgent(agentId: string, queues: Membership[], capacity: Capacity): Problem[] {
  const problems = checkId("agentId", agentId);
  for (const [index, { queueId, priority, order, weight }] of queues.entries()) {
    const path = `queues.${index}`;
    problems.push(...checkId(`${path}.queueId`, queueId));
    problems.push(...checkNumber(`${path}.priority`, priority, 0, highestPriority));
    if (order !== undefined) problems.push(...checkNumber(`${path}.order`, order, 0, 1_000_000));
    if (weight !== undefined) problems.push(...checkNumber(`${path}.weight`, weight, 0, 1_000_000));
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
    ...checkOptional("offerMs", entry.offerMs ?? null, 1_000, longestMs),
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
