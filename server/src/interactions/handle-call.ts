/** The story of a call: INVITE, number, flow, IVR, queue, agent, talk, the last line of the ledger. */
import { Failure } from "../base/failure.ts";
import { describeError } from "../base/log.ts";
import type { Flow } from "../contract/flow.ts";
import { type FlowOutcome, type MessageRequest, runFlow, type TransferRequest } from "../ivr/ivr.ts";
import type { CallerLeg, InboundCall } from "../telephony/telephony.ts";
import { type Conversation, openConversation } from "./conversation.ts";
import { EmergencyPassage } from "./emergency.ts";
import { leaveMessage } from "./leave-message.ts";
import type { Onward } from "./overflow.ts";
import { partingOf } from "./parting.ts";
import { serveInQueue } from "./serve-in-queue.ts";
import { transferOut } from "./transfer-out.ts";
import { type World, worldOfCall } from "./world.ts";

interface PublishedFlow {
  flowId: string;
  version: number;
  flow: Flow;
}

/** Handles one call to its end. Never rejects: a fault of ours ends the call with an apology and a ledger line. */
export async function handleCall(call: InboundCall, house: World): Promise<void> {
  const world = worldOfCall(house, call.id);
  const { directory, log } = world;
  // A short number of seven digits looks like one whose plus was lost: each form is tried.
  const number = call.toForms.map((form) => directory.number(form)).find((found) => found !== null);
  if (number === undefined) {
    call.reject(404, "Not Found");
    return;
  }
  const published = directory.publishedFlow(number.flowId);
  if (published === null) {
    log.warn({ flowId: number.flowId }, "A call came for a number whose flow is not published");
    call.reject(480, "Temporarily Unavailable");
    return;
  }
  const leg = await answer(call, world);
  if (leg === null) return;
  try {
    const { id: numberId, flowId } = number;
    await tellStory(openConversation(call, leg, world), numberId, { flowId, ...published }, world);
  } catch (error) {
    log.error({ error }, "A call's story broke before it began");
  } finally {
    await leg.hangUp("normal");
  }
}

/** From the flow's first node to the ledger's last line. Never rejects. */
async function tellStory(
  conversation: Conversation,
  numberId: string,
  published: PublishedFlow,
  world: World,
): Promise<void> {
  const { append } = conversation;
  const run = (flow: PublishedFlow) => runPublished(flow, { conversation, world, passage, depth: 0 });
  const passage = openPassage(conversation, numberId, run, world);
  try {
    const left = (await passage.enter(published)) ? await run(published) : null;
    const { outcome, cause = null } = passage.ended ?? { outcome: left };
    if (outcome !== null) finish(conversation, outcome, cause);
  } catch (error) {
    world.log.error({ error }, "A call's story broke");
    append({ type: "fault", where: "call", sentence: describeError(error) });
    conversation.reached("failed");
    conversation.end("system", "fault");
  }
}

interface FlowRun {
  conversation: Conversation;
  world: World;
  passage: EmergencyPassage;
  /** How many flows have led to this one, by the overflow of queues. */
  depth: number;
  /** What those have kept. */
  values?: Readonly<Record<string, string>>;
}

/** A circle of flows and queues is refused when it is saved; what slipped through ends at this depth. */
const mostFlowsInOneAnother = 5;

function runPublished({ flowId, version, flow }: PublishedFlow, run: FlowRun): Promise<FlowOutcome> {
  const { conversation, world, passage, depth, values = {} } = run;
  conversation.append({ type: "flow.entered", flowId, version });
  // A flow that another led to goes on in the caller's language; the first one's own is the call's from now on.
  if (depth === 0 && flow.language !== conversation.language)
    conversation.note({ type: "flow.language", language: flow.language });
  const onward: Onward = {
    around: (queueId, stay) => passage.around(queueId, stay),
    enterFlow: (next, kept) => enterFlow(next, { ...run, depth: depth + 1, values: kept }),
  };
  return runFlow({
    ...actionsOf(conversation, world),
    flow,
    language: conversation.language,
    values,
    enqueue: async (request) => {
      const end = await serveInQueue(conversation, request, world, onward);
      if (end !== "answered") conversation.tell("flow");
      return end;
    },
    on: (note) => {
      conversation.note(note);
    },
  });
}

const endOfFlow: Record<FlowOutcome["how"], "answered" | "transferred" | "served" | "hung-up"> = {
  answered: "answered",
  transferred: "transferred",
  "hung-up-by-flow": "served",
  "hung-up-by-caller": "hung-up",
  aborted: "hung-up",
};

/** A flow that a queue's overflow leads to, as part of the flow that led to the queue. */
async function enterFlow(flowId: string, run: FlowRun): ReturnType<Onward["enterFlow"]> {
  const { conversation, world, depth } = run;
  const published = world.directory.publishedFlow(flowId);
  if (published === null || depth >= mostFlowsInOneAnother) return null;
  const { how, state } = await runPublished({ flowId, ...published }, run);
  if (state.faults.length > 0) conversation.reached("failed");
  return endOfFlow[how];
}

/** What a flow can do with the caller, besides the queue. */
function actionsOf(conversation: Conversation, world: World) {
  const { prompts, clock } = world;
  return {
    prompts,
    clock,
    port: conversation.leg,
    leaveMessage: (request: MessageRequest) => leaveMessage(conversation, request, world),
    transfer: (request: TransferRequest) => transferOut(conversation, request, world),
    isOpen: (scheduleId: string, at: number) => world.hours.isOpen(scheduleId, at),
    attributes: () => conversation.attributes(),
  };
}

/** Where the emergency switch comes in. */
function openPassage(
  conversation: Conversation,
  numberId: string,
  run: (published: PublishedFlow) => Promise<FlowOutcome>,
  world: World,
): EmergencyPassage {
  return new EmergencyPassage({
    conversation,
    numberId,
    watch: world.emergency,
    publishedFlow: (flowId) => world.directory.publishedFlow(flowId),
    announce: (flow) =>
      runFlow({
        ...actionsOf(conversation, world),
        flow,
        enqueue: () => Promise.resolve("failed"), // there is no queue in it
        on: (note) => {
          if (note.type === "fault") conversation.note(note); // the rest is of a flow that nobody made
        },
      }),
    run,
  });
}

/** Null when the caller left meanwhile, or media could not be had (telephony has answered 488 or 503). */
async function answer(call: InboundCall, world: World): Promise<CallerLeg | null> {
  try {
    return await call.answer();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    world.log.info({ code: error.code }, "A call could not be answered");
    return null;
  }
}

/** The last line; a talk that an agent ended has written it already. */
function finish(conversation: Conversation, left: FlowOutcome, cause: string | null): void {
  const parting = partingOf(conversation.leg);
  if (left.how === "hung-up-by-flow" && parting === null) conversation.reached("completed-in-flow");
  if (left.state.faults.length > 0 || parting?.by === "system") conversation.reached("failed");
  conversation.end(parting?.by ?? "system", parting?.cause ?? cause ?? endCause[left.how]);
}

const endCause: Record<FlowOutcome["how"], string> = {
  "hung-up-by-flow": "flow-ended",
  "hung-up-by-caller": "hung-up",
  answered: "talk-ended",
  transferred: "transferred",
  aborted: "shutdown",
};
