import { Failure } from "../base/failure.ts";
import type { Waiting, WaitingStep } from "./interface.ts";
import type { AcdEvent } from "./core/event.ts";
import type { Channel } from "./core/settings.ts";

/** How somebody came to wait. */
export type Arrival = Extract<AcdEvent, { type: "enqueued" | "requeued" }>;

/** One place in a queue: the steps that nobody has asked for yet, or whoever asked first. */
export class Place implements Waiting {
  readonly interactionId: string;
  readonly channel: Channel;
  readonly arrival: Arrival;
  private readonly steps: WaitingStep[] = [];
  private asking: { resolve: (step: WaitingStep) => void; reject: (reason: unknown) => void } | null = null;
  private failure: Failure | null = null;
  /** Who was told to be rung, by offer, as long as it is not over. */
  private readonly ringing = new Map<string, string>();

  constructor(arrival: Arrival) {
    this.interactionId = arrival.interactionId;
    this.channel = arrival.channel;
    this.arrival = arrival;
  }

  next(signal?: AbortSignal): Promise<WaitingStep> {
    if (this.asking) return Promise.reject(new Error("next() is called while an earlier call waits"));
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const step = this.steps.shift();
    if (step) return Promise.resolve(step);
    if (this.failure) return Promise.reject(this.failure);
    return this.ask(signal);
  }

  private ask(signal: AbortSignal | undefined): Promise<WaitingStep> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.asking = null;
        reject(signal?.reason as Error);
      };
      signal?.addEventListener("abort", abort, { once: true });
      const settle = (): void => {
        signal?.removeEventListener("abort", abort);
        this.asking = null;
      };
      this.asking = {
        resolve: (step) => {
          settle();
          resolve(step);
        },
        reject: (reason) => {
          settle();
          reject(reason);
        },
      };
    });
  }

  push(step: WaitingStep): void {
    if (step.type === "offer") this.ringing.set(step.offerId, step.agentId);
    else if (step.type === "withdrawn") this.ringing.delete(step.offerId);
    if (this.asking) this.asking.resolve(step);
    else this.steps.push(step);
  }

  /** Agents who may have answered this caller. */
  get rungAgents(): string[] {
    return [...this.ringing.values()];
  }

  /** No more steps will come. Those that came are still handed out. */
  fail(failure: Failure): void {
    this.failure = failure;
    this.asking?.reject(failure);
  }
}

/** The places that this node looks after. */
export class WaitingRoom {
  private readonly places = new Map<string, Place>();

  /** Opens before the queue is joined, so that no step is missed. */
  open(arrival: Arrival): Place {
    const { interactionId } = arrival;
    if (this.places.has(interactionId)) {
      throw new Failure("conflict", `Interaction ${interactionId} waits in a queue already`);
    }
    const place = new Place(arrival);
    this.places.set(interactionId, place);
    return place;
  }

  /** Closed only by whom it was opened for: another stay of the same interaction may have begun. */
  discard(place: Place): void {
    if (this.places.get(place.interactionId) === place) this.places.delete(place.interactionId);
  }

  /** Hands the step to the place, if this node looks after it. */
  push(interactionId: string, step: WaitingStep): Place | undefined {
    const place = this.places.get(interactionId);
    if (step.type === "accepted" || step.type === "exit") this.places.delete(interactionId);
    place?.push(step);
    return place;
  }

  has(interactionId: string): boolean {
    return this.places.has(interactionId);
  }

  arrivals(): Arrival[] {
    return [...this.places.values()].map(({ arrival }) => arrival);
  }

  /** Ends all places; returns them. */
  failAll(failure: Failure): Place[] {
    const places = [...this.places.values()];
    for (const place of places) place.fail(failure);
    this.places.clear();
    return places;
  }
}
