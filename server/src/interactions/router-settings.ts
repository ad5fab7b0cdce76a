import type { QueueSettings as RouterSettings } from "../acd/acd.ts";
import { defaultQueueSettings } from "../acd/acd.ts";
import type { QueueSettings } from "../contract/queues.ts";

/** A queue's settings as administrators know them, in the router's words. */
export function routerSettings(queueId: string, settings: QueueSettings): RouterSettings {
  return {
    ...defaultQueueSettings,
    queueId,
    strategy: settings.strategy,
    ringTimeoutMs: settings.ringTimeoutMs,
    wrapUpMs: settings.wrapUpMs,
    ageingMs: settings.agingMs,
    maxWaitMs: settings.maximumWaitMs === 0 ? null : settings.maximumWaitMs,
    noAgentsAfterMs: settings.leaveWhenNoAgents ? 0 : null,
    announceEveryMs: settings.announcePosition ? settings.announceEveryMs : null,
  };
}
