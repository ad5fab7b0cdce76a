/**
 * The emergency switch in the story of a call. Callers meet it before the flow begins, at the door of a queue (when it
 * was thrown meanwhile, or concerns that queue alone), and while they wait, when it sends them away. Each hears it once.
 */
import type { Acd } from "../acd/acd.ts";
import type { Clock } from "../base/clock.ts";
import { describeError, type Log } from "../base/log.ts";
import { isEmergencyOn, type Emergency } from "../contract/emergency.ts";
import type { Flow } from "../contract/flow.ts";
import type { Language } from "../contract/people.ts";
import type { FlowOutcome } from "../ivr/ivr.ts";
import type { Conversation } from "./conversation.ts";
import { concerns, emergencyFlow, sendsAway, type EmergencyPlace } from "./core/emergency-flow.ts";

/** The cause with which the switch takes callers out of a queue, in the router's words. */
const sentAwayBy = "emergency";
/** Who can't be sent away (before the router knows them, or in a talk) is tried again: soon at first, then rarely. */
const soonMs = 1_000;
const soonTries = 10;
const rarelyMs = 15_000;

export interface EmergencyWatch {
  /** The switch, if it is on and says something at this place. */
  at(place: EmergencyPlace): Emergency | null;
  /** Whether the switch closes this queue, or the whole center: nobody is called back from it meanwhile. */
  closes(queueId: string): boolean;
  /** Keeps a caller in view while they stay in a queue, and says whether the switch has sent them away. */
  during<T>(
    caller: EmergencyPlace & { interactionId: string },
    stay: () => Promise<T>,
  ): Promise<{ result: T; isSentAway: boolean }>;
  /** The switch was thrown: those whom it sends away leave their queues now. */
  thrown(): void;
  close(): void;
}

/** `emergency` answers from memory with what the switch was put on with. */
export function openEmergencyWatch(sources: {
  emergency(): Emergency | null;
  acd: Pick<Acd, "cancel">;
  clock: Clock;
  log: Log;
}): EmergencyWatch {
  const { acd, clock, log } = sources;
  const inQueues = new Map<string, { place: EmergencyPlace; isSentAway: boolean }>();
  let tries = 0;
  let stopTimer: (() => void) | null = null;

  const sendAway = (interactionId: string, caller: { isSentAway: boolean }) => {
    caller.isSentAway = true;
    acd.cancel(interactionId, sentAwayBy).then(
      (result) => {
        if (result === "not-waiting") caller.isSentAway = false;
      },
      (error: unknown) => {
        caller.isSentAway = false;
        log.warn(
          { callId: interactionId, error: describeError(error) },
          "A caller could not be sent away yet",
        );
      },
    );
  };
  const sweep = () => {
    stopTimer?.();
    stopTimer = null;
    const emergency = sources.emergency();
    const concerned = [...inQueues].filter(([, { place }]) => sendsAway(emergency, place, clock.now()));
    for (const [interactionId, caller] of concerned) if (!caller.isSentAway) sendAway(interactionId, caller);
    if (concerned.length === 0) return;
    tries += 1;
    stopTimer = clock.setTimer(clock.now() + (tries < soonTries ? soonMs : rarelyMs), sweep);
  };

  return {
    at(place) {
      const emergency = sources.emergency();
      return isEmergencyOn(emergency, clock.now()) && concerns(emergency, place) ? emergency : null;
    },
    closes(queueId) {
      const emergency = sources.emergency();
      if (!isEmergencyOn(emergency, clock.now()) || emergency.mode !== "closed") return false;
      return emergency.scope.kind !== "numbers" && concerns(emergency, { numberId: "", queueId });
    },
    async during({ interactionId, ...place }, stay) {
      const caller = { place, isSentAway: false };
      inQueues.set(interactionId, caller);
      try {
        return { result: await stay(), isSentAway: caller.isSentAway };
      } finally {
        inQueues.delete(interactionId);
      }
    },
    thrown() {
      tries = 0;
      sweep();
    },
    close: () => stopTimer?.(),
  };
}

interface RunnableFlow {
  flowId: string;
  version: number;
  flow: Flow;
}

export interface PassageSources {
  conversation: Pick<Conversation, "append" | "interactionId" | "language" | "reached">;
  numberId: string;
  watch: EmergencyWatch;
  publishedFlow(flowId: string): { version: number; flow: Flow } | null;
  /** Runs the emergency's own flow on the caller's leg. */
  announce(flow: Flow): Promise<FlowOutcome>;
  /** Runs another flow as if it had been called. */
  run(flow: RunnableFlow): Promise<FlowOutcome>;
}

/** One call's way past the switch. */
export class EmergencyPassage {
  readonly #sources: PassageSources;
  #hasHeard = false;
  /** How the call ended, if the switch ended it. */
  ended: { outcome: FlowOutcome; cause: string | null } | null = null;

  constructor(sources: PassageSources) {
    this.#sources = sources;
  }

  /** Before the flow begins. False when the call is over. */
  async enter({ flow }: { flow: Flow }): Promise<boolean> {
    const emergency = this.#met(null);
    return emergency === null || this.#tell(emergency, "entry", null, { chosen: null, first: flow.language });
  }

  /**
   * Around a stay in a queue: "hung-up" when the switch ended the call. What a queue does with those who leave it (its
   * overflow) stands outside: the switch goes first.
   */
  async around<Result extends string>(
    queueId: string,
    stay: () => Promise<Result>,
  ): Promise<Result | "hung-up"> {
    const { watch, numberId, conversation } = this.#sources;
    const before = this.#met(queueId);
    if (before !== null && !(await this.#tell(before, "queue", queueId, this.#spoken()))) return "hung-up";
    const { interactionId } = conversation;
    const { result, isSentAway } = await watch.during({ interactionId, numberId, queueId }, stay);
    if (!isSentAway || result === "hung-up") return result;
    const meanwhile = this.#met(queueId);
    if (meanwhile === null) return result;
    return (await this.#tell(meanwhile, "waiting", queueId, this.#spoken())) ? result : "hung-up";
  }

  #met(queueId: string | null): Emergency | null {
    if (this.#hasHeard) return null;
    return this.#sources.watch.at({ numberId: this.#sources.numberId, queueId });
  }

  #spoken(): { chosen: Language; first: Language } {
    const { language } = this.#sources.conversation;
    return { chosen: language, first: language };
  }

  /** Whether the call goes on as usual. */
  async #tell(
    emergency: Emergency,
    where: "entry" | "queue" | "waiting",
    queueId: string | null,
    language: { chosen: Language | null; first: Language },
  ): Promise<boolean> {
    const { conversation, announce } = this.#sources;
    const { name, mode, ending } = emergency;
    this.#hasHeard = true;
    const isClosed = mode === "closed";
    conversation.append({
      type: "emergency.met",
      name,
      mode,
      where,
      queueId,
      ending: isClosed ? ending.kind : null,
    });
    if (isClosed && ending.kind !== "flow") conversation.reached("not-served");
    const outcome = await announce(emergencyFlow(emergency, language));
    if (outcome.how !== "hung-up-by-flow") return this.#end(outcome, null);
    if (!isClosed) return true;
    const next = ending.kind === "flow" ? this.#sources.publishedFlow(ending.flowId) : null;
    if (ending.kind !== "flow" || next === null) return this.#end(outcome, "emergency");
    return this.#end(await this.#sources.run({ flowId: ending.flowId, ...next }), null);
  }

  #end(outcome: FlowOutcome, cause: string | null): false {
    this.ended ??= { outcome, cause };
    return false;
  }
}
