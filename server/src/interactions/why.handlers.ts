/** "Why does this caller wait?" and "why is this agent idle while people wait?", answered from the router's board. */
import { DateTime } from "luxon";
import type { Acd, AgentExplanation, WaitingExplanation } from "../acd/acd.ts";
import type { Agents } from "../agents/agents.ts";
import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import { bind, type BoundEndpoint, type SignedInContext } from "../base/handler.ts";
import type { Interaction } from "../contract/interactions.ts";
import * as contract from "../contract/why.ts";
import type { AgentAnswer, WaitingAnswer } from "../contract/why.ts";

export interface WhyDependencies {
  clock: Clock;
  acd: Pick<Acd, "explainWaiting" | "explainAgent">;
  agents: Pick<Agents, "standing">;
  directory: {
    person(personId: string): { name: string } | null;
    queue(queueId: string): { name: string } | null;
  };
  /** The interaction while this process holds it. */
  live(interactionId: string): Interaction | null;
  /** The interaction as it is stored. */
  stored(interactionId: string): Promise<Interaction | null>;
}

export function whyEndpoints(deps: WhyDependencies): BoundEndpoint[] {
  return [
    bind(contract.explainWaiting, async ({ params: { interactionId } }) => {
      const explanation = deps.acd.explainWaiting(interactionId);
      const live = deps.live(interactionId);
      if (explanation !== null) return answerWaiting(explanation, live?.from ?? null, deps);
      const interaction = live ?? (await deps.stored(interactionId));
      throw new Failure("not-found", sayWhatBecame(interactionId, interaction, deps));
    }),
    bind(contract.explainAgent, ({ params: { personId } }, { user }) =>
      Promise.resolve(answerAgent(personId, user, deps)),
    ),
  ];
}

function answerWaiting(
  { queueId, offeredTo, leftOut, sticky, sentence, ...facts }: WaitingExplanation,
  from: string | null,
  deps: WhyDependencies,
): WaitingAnswer {
  const { person, queue, inWords } = names(deps);
  return {
    ...facts,
    at: deps.clock.now(),
    from,
    queue: queue(queueId),
    offeredTo: offeredTo.map(person),
    leftOut: leftOut.map(({ agentId, untilMs }) => ({ ...person(agentId), untilMs })),
    sticky: sticky && { ...person(sticky.agentId), because: sticky.because },
    sentence: inWords(sentence),
  };
}

function answerAgent(personId: string, user: SignedInContext["user"], deps: WhyDependencies): AgentAnswer {
  if (user.role === "agent" && user.id !== personId)
    throw new Failure("forbidden", "Agents may ask about themselves only");
  const known = deps.directory.person(personId);
  if (known === null) throw new Failure("not-found", `There is no person ${personId}`);
  const explanation = deps.acd.explainAgent(personId);
  const standing = deps.agents.standing(personId);
  if (explanation === null || standing === null)
    throw new Failure(
      "not-found",
      `The router does not know ${known.name}: they have not been active since the start`,
    );
  const { agentId: _, engagement: __, queues, sentence, ...facts } = explanation;
  const { person, inWords } = names(deps);
  return {
    ...facts,
    at: deps.clock.now(),
    agent: person(personId),
    state: standing.state,
    queues: queues.map((each) => nameQueue(each, deps)),
    sentence: inWords(sentence),
  };
}

function nameQueue(
  { queueId, borrowedFrom, ...facts }: AgentExplanation["queues"][number],
  deps: WhyDependencies,
): AgentAnswer["queues"][number] {
  const { queue } = names(deps);
  return {
    ...facts,
    queue: queue(queueId),
    borrowedFrom: borrowedFrom === null ? null : queue(borrowedFrom),
  };
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Who or what was deleted meanwhile keeps a piece of the id for a name. */
function names({ directory }: WhyDependencies) {
  const nameOf = (id: string, found: { name: string } | null) => found?.name ?? id.slice(0, 8);
  return {
    person: (personId: string) => ({ personId, name: nameOf(personId, directory.person(personId)) }),
    queue: (queueId: string) => ({ queueId, name: nameOf(queueId, directory.queue(queueId)) }),
    /** The router knows ids only. */
    inWords: (sentence: string) =>
      sentence.replace(uuid, (id) => nameOf(id, directory.person(id) ?? directory.queue(id))),
  };
}

/** Why there is nothing to explain: what the caller does instead of waiting, or how it came out. */
function sayWhatBecame(
  interactionId: string,
  interaction: Interaction | null,
  deps: WhyDependencies,
): string {
  if (interaction === null) return `There is no interaction ${interactionId}`;
  const { agentId, answeredAt, endedAt, enqueuedAt, outcome } = interaction;
  const agent = agentId === null ? "an agent" : names(deps).person(agentId).name;
  const gone = "This caller does not wait any more";
  if (answeredAt !== null) return `${gone}: answered by ${agent} at ${timeOfDay(answeredAt)}`;
  if (endedAt !== null) return `${gone}: ${outcome ?? "ended"} at ${timeOfDay(endedAt)}`;
  if (enqueuedAt === null) return "This caller has not come to a queue yet";
  return `${gone}: left the queue, and is in the flow again`;
}

/** On the server's clock, as in the reports. */
function timeOfDay(at: number): string {
  return DateTime.fromMillis(at).toFormat("HH:mm");
}
