import type { SimulationRequest } from "../../contract/simulation.ts";
import type { RoutedQueue, RoutingDocument } from "../../contract/routing.ts";

type Proposal = SimulationRequest["proposed"];
type ProposedQueue = Extract<Proposal, { type: "queues" }>["queues"][number];

/** The configuration as proposed; queues that are not named stay as they are. */
export function propose(published: RoutingDocument, proposal: Proposal): RoutingDocument {
  if (proposal.type === "document") return proposal.document;
  const proposed = new Map(proposal.queues.map((queue) => [queue.queueId, queue]));
  return {
    ...published,
    queues: published.queues.map((queue) => change(queue, proposed.get(queue.id))),
  };
}

function change(queue: RoutedQueue, proposed: ProposedQueue | undefined): RoutedQueue {
  if (!proposed) return queue;
  const given = Object.entries(proposed.settings ?? {}).filter(([, value]) => value !== undefined);
  return {
    ...queue,
    settings: { ...queue.settings, ...(Object.fromEntries(given) as Partial<RoutedQueue["settings"]>) },
    members: proposed.members ?? queue.members,
  };
}
