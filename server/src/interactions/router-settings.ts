import type { QueueSettings as RouterSettings } from "../acd/acd.ts";
import { defaultQueueSettings } from "../acd/acd.ts";
import type { QueueSettings } from "../contract/queues.ts";

/** A queue's settings as administrators know them, in the router's words. */
export function routerSettings(queueId: string, settings: QueueSettings): RouterSettings {
  const orNull = (limit: number) => (limit === 0 ? null : limit);
  return {
    ...defaultQueueSettings,
    queueId,
    strategy: settings.strategy,
    ringAtOnce: settings.ringAtOnce,
    rings: settings.rings,
    requirement: settings.requirement,
    ringTimeoutMs: settings.ringTimeoutMs,
    wrapUpMs: settings.wrapUpMs,
    ageingMs: settings.agingMs,
    leaveOutMs: settings.leaveOutMs,
    maxWaitMs: orNull(settings.maximumWaitMs),
    maxWaiting: orNull(settings.maximumWaiting),
    maxEstimatedWaitMs: orNull(settings.maximumEstimatedWaitMs),
    alarmWaitMs: orNull(settings.alarmWaitMs),
    noAgentsAfterMs: settings.leaveWhenNoAgents ? 0 : null,
    announceEveryMs: settings.announcePosition ? settings.announceEveryMs : null,
  };
}
