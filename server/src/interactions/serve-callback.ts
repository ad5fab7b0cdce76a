/**
 * One stay of a call back in the queue, from its place to the talk.
 *
 *   agent first:     offer ─► the agent's phone answers ─► ringback, the customer is called ─► accepted ─► talk
 *   customer first:  offer ─► the customer is called ─► greeting, the agent's phone rings ─► accepted ─► talk
 *                                                  └─► no agent after all: music, first in line
 *   the customer is not reached ─► out of the queue; the agent is free at once, without wrap-up
 *
 * The offer is accepted only when both are on the line: until then the router holds the agent, and lets them go when
 * the call back leaves the queue.
 */
import { randomUUID } from "node:crypto";
import type { Waiting } from "../acd/acd.ts";
import { describeError } from "../base/log.ts";
import type { QueueLeftCause } from "../contract/ledger.ts";
import type { QueueSettings } from "../contract/queues.ts";
import { type CallbackControl, type CallbackResult, tried } from "./callback-control.ts";
import { type CallbackConversation, openCallbackConversation } from "./callback-conversation.ts";
import { CallbackCustomer } from "./callback-customer.ts";
import { CallbackOffers } from "./callback-offers.ts";
import { leftCauseOf, offerMsOf } from "./core/callback-words.ts";
import { partingOf } from "./parting.ts";
import { enteredOf, entryOf } from "./queue-place.ts";
import { offerEnd } from "./queue-words.ts";
import { talk } from "./talk.ts";
import { cancelPlace, releaseAgent } from "./tell-router.ts";
import { type KeptCallback, type World, worldOfCall } from "./world.ts";

/** Our own word for leaving the queue in order to come back at its front. */
const toFront = "to-front";

/** Never rejects; the interaction of this stay is told to its end. */
export async function serveCallback(
  callback: KeptCallback,
  control: CallbackControl,
  world: World,
): Promise<CallbackResult> {
  const queue = world.directory.queue(callback.queueId);
  if (queue === null) return { how: "left", cause: "queue-removed" };
  return new CallbackStay(callback, control, queue.settings, world).run();
}

class CallbackStay {
  readonly #callback: KeptCallback;
  readonly #control: CallbackControl;
  readonly #settings: QueueSettings;
  readonly #world: World;
  readonly #conversation: CallbackConversation;
  readonly #customer: CallbackCustomer;
  readonly #offers: CallbackOffers;
  #result: CallbackResult | null = null;
  #isInQueue = false;
  #isTalking = false;
  #wasServed = false;
  /** Whom the router counts as busy with this call back. */
  #agentId: string | null = null;

  constructor(callback: KeptCallback, control: CallbackControl, settings: QueueSettings, house: World) {
    const interactionId = randomUUID();
    const world = worldOfCall(house, interactionId, { callbackId: callback.id });
    this.#callback = callback;
    this.#control = control;
    this.#settings = settings;
    this.#world = world;
    const { first } = settings.callback;
    const conversation = openCallbackConversation(callback, interactionId, first, world);
    const customer = new CallbackCustomer(
      callback,
      control,
      settings,
      conversation,
      {
        lost: (result) => {
          this.#leave(result);
        },
        givenUp: () => {
          this.#leaveIfAsked();
        },
        hungUp: () => {
          if (this.#isTalking) return; // the talk sees it itself
          this.#leave(this.#wasServed ? { how: "served" } : tried("customer-left"));
        },
      },
      world,
    );
    this.#conversation = conversation;
    this.#customer = customer;
    this.#offers = new CallbackOffers(
      callback.enqueuedAt,
      settings,
      conversation,
      customer,
      {
        customerFirst: () => {
          this.#keepCustomer(["callback-greeting"]);
        },
        noAgent: () => {
          this.#moveToFront();
        },
        broke: () => {
          this.#leave(tried("failed"));
        },
      },
      world,
    );
  }

  async run(): Promise<CallbackResult> {
    const { signal, end } = this.#control;
    const { interactionId, append } = this.#conversation;
    this.#control.entered(interactionId);
    append({ ...enteredOf({ ...this.#callback, sticky: null }), callback: true });
    this.#isInQueue = true;
    const leave = () => {
      this.#leaveIfAsked();
    };
    signal.addEventListener("abort", leave, { once: true });
    end.addEventListener("abort", leave, { once: true });
    try {
      const entering = this.#enqueue(this.#callback.first ? "front" : "back");
      leave();
      return this.#tellEnd(await this.#serve(await entering));
    } catch (error) {
      return this.#tellEnd(this.#breakOff(error));
    } finally {
      signal.removeEventListener("abort", leave);
      end.removeEventListener("abort", leave);
      await this.#customer.letGo();
    }
  }

  #enqueue(position: "front" | "back"): Promise<Waiting> {
    const entry = entryOf(this.#conversation.interactionId, { ...this.#callback, sticky: null });
    return this.#world.acd.enqueue({
      ...entry,
      position,
      callback: true,
      offerMs: offerMsOf(this.#settings),
    });
  }

  async #serve(entered: Waiting): Promise<CallbackResult> {
    let waiting = entered;
    for (;;) {
      const step = await waiting.next();
      switch (step.type) {
        case "position":
          break;
        case "offer":
          this.#offers.begin(step);
          break;
        case "withdrawn":
          this.#offers.takeBack(step.offerId, offerEnd[step.cause]);
          break;
        case "accepted": {
          const ended = await this.#talkWith(step.offerId, step.agentId);
          if (ended !== "agent-lost") return this.#wasServed ? { how: "served" } : tried("failed");
          waiting = await this.#returnToFront(step.agentId);
          break;
        }
        case "exit":
          if (step.cause !== toFront || this.#result !== null)
            return this.#result ?? { how: "left", cause: step.cause };
          waiting = await this.#enqueue("front");
          break;
      }
    }
  }

  async #talkWith(offerId: string, agentId: string): Promise<"ended" | "agent-lost"> {
    const { leg: agentLeg, isSoftphone } = this.#offers.accept(offerId);
    this.#agentId = agentId;
    this.#isTalking = true;
    await this.#customer.stopMusic();
    const { queueId, enqueuedAt } = this.#callback;
    const leaveQueue = (cause: QueueLeftCause) => {
      if (cause === "answered") {
        this.#wasServed = true;
        this.#control.talking();
      }
      this.#appendLeft(cause);
    };
    const partner = { agentLeg, agentId, isSoftphone, queueId, enqueuedAt, leaveQueue };
    try {
      return await talk(this.#conversation, partner, this.#settings, this.#world);
    } catch (error) {
      void agentLeg.hangUp("failed"); // never rejects
      throw error;
    } finally {
      this.#isTalking = false;
    }
  }

  /** The agent's leg was lost: as with everybody, the customer hears music and is first in line. */
  async #returnToFront(lostAgentId: string): Promise<Waiting> {
    const { interactionId, append } = this.#conversation;
    const { queueId, enqueuedAt } = this.#callback;
    append({ type: "queue.returned", queueId, cause: "agent-lost", enqueuedAt });
    this.#isInQueue = true;
    const returning = this.#world.acd.requeue({
      ...entryOf(interactionId, { ...this.#callback, sticky: null }),
      position: "front",
      callback: true,
      offerMs: offerMsOf(this.#settings),
      lostAgentId,
    });
    this.#keepCustomer(["agent-lost"]);
    const waiting = await returning;
    this.#agentId = null;
    if (this.#conversation.leg.signal.aborted) this.#leave({ how: "served" });
    return waiting;
  }

  /** The customer is on the line and the agent is not: from now on nobody goes before them. */
  #moveToFront(): void {
    if (!this.#conversation.hasCustomer || this.#result !== null || this.#isTalking) return;
    this.#keepCustomer([]);
    const { queueId, enqueuedAt } = this.#callback;
    this.#conversation.append({ type: "queue.returned", queueId, cause: "no-agent", enqueuedAt });
    this.#cancel(toFront);
  }

  #keepCustomer(opening: Parameters<CallbackCustomer["keep"]>[0]): void {
    if (!this.#isTalking && this.#result === null) this.#customer.keep(opening);
  }

  // ---- ways out

  /** Not while the customer is being called or on the line, unless all must end. */
  #leaveIfAsked(): void {
    const { signal, end } = this.#control;
    if (end.aborted) this.#customer.giveUp();
    if (end.aborted || (signal.aborted && !this.#customer.isTaken))
      this.#leave({ how: "left", cause: signal.aborted ? String(signal.reason) : "shutdown" });
  }

  /** The first result counts. The queue's own exit follows. */
  #leave(result: CallbackResult): void {
    if (this.#result !== null) return;
    this.#result = result;
    this.#cancel(result.how === "served" ? "customer-left" : result.cause);
  }

  #cancel(cause: string): void {
    cancelPlace(this.#conversation.interactionId, cause, "A call back", this.#world);
  }

  /** The router is gone, the queue is, or we made a mistake: nothing of the stay may stay behind anywhere. */
  #breakOff(problem: unknown): CallbackResult {
    const { interactionId, append } = this.#conversation;
    const { log, desks } = this.#world;
    const sentence = describeError(problem);
    log.error({ error: sentence }, "A call back's stay in the queue broke");
    append({ type: "fault", where: "callback", sentence });
    this.#cancel("fault");
    if (this.#agentId !== null) {
      desks.callEnded(this.#agentId, interactionId);
      releaseAgent(interactionId, this.#agentId, this.#world);
    }
    if (this.#wasServed) return { how: "served" };
    return this.#result ?? (this.#customer.isTaken ? tried("failed") : { how: "left", cause: "fault" });
  }

  #tellEnd(result: CallbackResult): CallbackResult {
    this.#offers.takeBackAll("customer-left");
    if (this.#isInQueue) this.#appendLeft(leftCauseOf(result));
    if (result.how === "tried") this.#conversation.reached("not-reached");
    const parting = this.#conversation.hasCustomer ? partingOf(this.#conversation.leg) : null;
    const cause = result.how === "served" ? "talk-ended" : result.cause;
    this.#conversation.end(parting?.by ?? "system", parting?.cause ?? cause);
    return result;
  }

  #appendLeft(cause: QueueLeftCause): void {
    const { queueId, enqueuedAt } = this.#callback;
    this.#isInQueue = false;
    const waitMs = Math.max(0, this.#world.clock.now() - enqueuedAt);
    this.#conversation.append({ type: "queue.left", queueId, cause, waitMs });
  }
}
