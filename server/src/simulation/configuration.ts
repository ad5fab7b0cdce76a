import { oneCall, type QueueSettings as RouterSettings } from "../acd/acd.ts";
import { membershipsByPerson } from "../admin/core/memberships.ts";
import { type OverflowCause, QueueSettings } from "../contract/queues.ts";
import type { RoutedQueue, RoutingDocument } from "../contract/routing.ts";
import { routerSettings } from "../interactions/router-settings.ts";
import type { Configuration, ConfiguredQueue, StaticProfile } from "./core/scenario.ts";

/** The router's words for what the configuration calls otherwise. */
const routerCauses: Readonly<Record<OverflowCause, string>> = {
  "max-wait": "max-wait",
  full: "queue-full",
  "estimated-wait": "estimated-wait",
  "no-agents": "no-agents",
  closed: "closed",
};

/** A routing document in the words of the simulator; who is not in it has a profile without queues. */
export function configurationOf(document: RoutingDocument, agentIds: Iterable<string> = []): Configuration {
  const memberships = membershipsByPerson(document);
  const routed = new Map(document.agents.map((agent) => [agent.personId, agent]));
  const profileOf = (agentId: string): StaticProfile => ({
    agentId,
    queues: [...(memberships.get(agentId) ?? [])],
    capacity: routed.get(agentId)?.capacity ?? oneCall,
    skills: routed.get(agentId)?.skills ?? {},
  });
  const everybody = new Set([...agentIds, ...memberships.keys(), ...routed.keys()]);
  return {
    queues: document.queues.map(configureQueue),
    agents: new Map([...everybody].map((agentId) => [agentId, profileOf(agentId)])),
  };
}

function configureQueue({ id, name, settings }: RoutedQueue): ConfiguredQueue {
  const overflow: Record<string, string> = {};
  for (const [cause, target] of Object.entries(settings.overflow))
    if (target.kind === "queue") overflow[routerCauses[cause as OverflowCause]] = target.queueId;
  return {
    name,
    settings: routerSettings(id, settings),
    priority: settings.priority,
    stickyPatienceMs: settings.sticky.lastAgent ? settings.sticky.patienceMs : null,
    overflow,
    serviceLevelMs: settings.serviceLevelMs,
    shortAbandonMs: settings.shortAbandonMs,
  };
}

/** The one queue of a model: the defaults of a new queue with what is given; its wrap-up is the model's. */
export function modelSettings(given: Partial<QueueSettings>): RouterSettings {
  return routerSettings("", QueueSettings.parse(given));
}
