/**
 * Keeps the calls back that customers asked for: in the database, so that they survive everything, and in the queue
 * when it is their time. Each open one is looked after by exactly one process (a claim with a lease).
 */
import { actorOf, audit } from "../admin/audit.ts";
import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import type { SignedInContext } from "../base/handler.ts";
import type { Log } from "../base/log.ts";
import type { Callback, CallbackTryCause } from "../contract/callbacks.ts";
import type { Postgres, Queryable } from "../store/postgres.ts";
import { CallbackClaims } from "./callback-claims.ts";
import { callbackHoursOf, callbackSettingsOf, findCallbackSettings } from "./callback-queue.ts";
import { CallbackWait, openStates, type WaitKeeper } from "./callback-wait.ts";
import {
  type CallbackChange,
  changeCallback,
  findOpen,
  readCallback,
  type StoredCallback,
} from "./callbacks.postgres.ts";
import { afterTry } from "./core/callback-plan.ts";
import type { CallbackDesk, CallbackRequest, KeptCallback, World } from "./world.ts";

export interface CallbacksOptions {
  postgres: Postgres;
  clock: Clock;
  log: Log;
  nodeId: string;
}

type Change = { action: string; change: CallbackChange; detail: object };

/** The calls back of all queues. Errors: Failure "not-found", "conflict" (being called, or over), "unavailable". */
export interface Callbacks extends CallbackDesk {
  /** Claims what is open and looks after it from now on. */
  start(world: World): Promise<void>;
  cancel(id: string, reason: string, context: SignedInContext): Promise<Callback>;
  hasten(id: string, first: boolean, context: SignedInContext): Promise<Callback>;
  changeNumber(id: string, number: string, reason: string, context: SignedInContext): Promise<Callback>;
  /** It has been served, and the agent says that it was not the customer who answered. */
  callAgain(id: string, cause: CallbackTryCause): Promise<Callback>;
  /** As screens show it. */
  shown(callback: KeptCallback): Callback;
  /** Hears that something has changed; returns the function that stops it. */
  on(listener: () => void): () => void;
  /** How many open ones this process looks after. */
  open(): number;
  /** How many are being called or talk now. */
  busy(): number;
  /** Nobody is called from now on; resolves when the calls under way are over. What waits stays in the database. */
  drain(): Promise<void>;
  /** Ends the calls under way, too. Idempotent. */
  close(): Promise<void>;
}

export function openCallbacks(options: CallbacksOptions): Callbacks {
  return new Keeper(options);
}

class Keeper implements Callbacks {
  readonly #postgres: Postgres;
  readonly #clock: Clock;
  readonly #claims: CallbackClaims;
  readonly #waits = new Map<string, CallbackWait>();
  readonly #listeners = new Set<() => void>();
  /** What the waits know of their keeper. */
  readonly #self: WaitKeeper;
  #world: World | null = null;
  #stops: (() => void)[] = [];
  #isDraining = false;

  constructor({ postgres, clock, log, nodeId }: CallbacksOptions) {
    this.#postgres = postgres;
    this.#clock = clock;
    this.#claims = new CallbackClaims(postgres, clock, log, nodeId);
    this.#self = {
      clock,
      log,
      claims: this.#claims,
      world: () => this.#world,
      isDraining: () => this.#isDraining,
      keeps: (wait) => this.#waits.get(wait.callback.id) === wait,
      forget: (wait) => {
        if (this.#waits.get(wait.callback.id) === wait) this.#waits.delete(wait.callback.id);
      },
      tell: () => {
        this.#tell();
      },
    };
  }

  async start(world: World): Promise<void> {
    this.#world = world;
    this.#stops.push(
      world.hours.on(() => {
        for (const wait of this.#waits.values()) wait.judge();
      }),
    );
    await this.#claims.start({
      holders: () => [...this.#waits.values()],
      changed: (stored) => {
        this.#follow(stored);
      },
      found: (found) => {
        this.#lookAfter(found);
      },
    });
  }

  // ---- for the story of a call

  find(queueId: string, number: string): Promise<KeptCallback | null> {
    return findOpen(this.#postgres, queueId, number);
  }

  async keep(request: CallbackRequest): Promise<KeptCallback> {
    const askedAt = this.#clock.now();
    const { expiresAfterMs } = callbackSettingsOf(request.queueId, this.#world);
    const stored = await this.#claims.insert(request, { askedAt, expiresAt: askedAt + expiresAfterMs });
    this.#take(stored, { isHeld: true });
    return stored.callback;
  }

  enter(callbackId: string, customerGone: Promise<unknown>): void {
    const wait = this.#waits.get(callbackId);
    if (wait === undefined) return;
    wait.enter(customerGone);
    this.#tell();
  }

  async drop(callbackId: string, reason: "agent-answered" | "customer"): Promise<void> {
    const change = { state: "cancelled", endReason: reason, endedAt: this.#clock.now() } as const;
    const wait = this.#waits.get(callbackId);
    if (wait?.isHeld) {
      wait.forget();
      await wait.write(["waiting"], change);
      return;
    }
    const stored = await changeCallback(this.#postgres, callbackId, { states: ["waiting"] }, change);
    if (stored !== null) this.#follow(stored);
  }

  // ---- for supervisors and agents

  cancel(id: string, reason: string, context: SignedInContext): Promise<Callback> {
    const endedAt = this.#clock.now();
    const change: CallbackChange = { state: "cancelled", endReason: "supervisor", endedAt, note: reason };
    return this.#changeBy(context, id, { action: "callback.cancelled", change, detail: { reason } });
  }

  hasten(id: string, first: boolean, context: SignedInContext): Promise<Callback> {
    const change: CallbackChange = { nextTryAt: null, ...(first ? { first } : {}) };
    return this.#changeBy(context, id, { action: "callback.hastened", change, detail: { first } });
  }

  async changeNumber(
    id: string,
    number: string,
    reason: string,
    context: SignedInContext,
  ): Promise<Callback> {
    const change: CallbackChange = { number, note: reason, tries: 0, lastCause: null, nextTryAt: null };
    const detail = { number, reason };
    return this.#changeBy(context, id, { action: "callback.number-changed", change, detail });
  }

  async callAgain(id: string, cause: CallbackTryCause): Promise<Callback> {
    const before = await readCallback(this.#postgres, id);
    if (before === null) throw notFound(id);
    const settings = callbackSettingsOf(before.callback.queueId, this.#world);
    const change = { ...afterTry(before.callback, cause, settings, this.#clock.now()), servedAt: null };
    const stored = await this.#postgres.transaction(async (inside) => {
      await this.#claims.take(inside, id);
      return await changeCallback(inside, id, { states: ["done"] }, change);
    });
    if (stored === null) throw new Failure("conflict", "This call back is not over, or goes on already");
    if (stored.callback.state === "waiting") this.#take(stored, { isHeld: false }).judge();
    this.#tell();
    return this.shown(stored.callback);
  }

  shown({ dialed: _dialed, pressed: _pressed, ...callback }: KeptCallback): Callback {
    const closed = openStates.includes(callback.state) && !this.#isOpenNow(callback.queueId);
    return { ...callback, closed };
  }

  on(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  open(): number {
    return this.#waits.size;
  }

  busy(): number {
    return [...this.#waits.values()].filter((wait) => wait.isBusy).length;
  }

  async drain(): Promise<void> {
    this.#isDraining = true;
    this.#claims.drain();
    await Promise.all([...this.#waits.values()].map((wait) => wait.drain()));
  }

  async close(): Promise<void> {
    this.#claims.close();
    for (const stop of this.#stops.splice(0)) stop();
    const drained = this.drain();
    for (const wait of this.#waits.values()) wait.endStay();
    await drained;
    await Promise.all([...this.#waits.values()].map(({ written }) => written));
    this.#waits.clear();
    this.#listeners.clear();
  }

  #isOpenNow(queueId: string): boolean {
    return callbackHoursOf(queueId, this.#clock.now(), this.#world).isOpen;
  }

  // ---- changes

  async #changeBy(
    context: SignedInContext,
    id: string,
    { action, change, detail }: Change,
  ): Promise<Callback> {
    const stored = await this.#postgres.transaction(async (inside) => {
      const changed = await changeCallback(inside, id, { states: ["waiting"] }, change);
      if (changed === null) throw await this.#refusal(inside, id);
      await audit(inside, actorOf(context), { action, subject: `callback:${id}`, detail });
      return changed;
    });
    this.#follow(stored);
    return this.shown(stored.callback);
  }

  async #refusal(inside: Queryable, id: string): Promise<Failure> {
    const stored = await readCallback(inside, id);
    if (stored === null) return notFound(id);
    const { number, state } = stored.callback;
    return state === "calling"
      ? new Failure("conflict", `${number} is being called at this moment`)
      : new Failure("conflict", `The call back to ${number} has ended`);
  }

  /** What the database says of it now: to its wait, and to the screens. */
  #follow(stored: StoredCallback): void {
    this.#waits.get(stored.callback.id)?.follow(stored);
    this.#tell();
  }

  #take(stored: StoredCallback, held: { isHeld: boolean }): CallbackWait {
    const wait = new CallbackWait(stored, held, this.#self);
    this.#waits.set(stored.callback.id, wait);
    return wait;
  }

  #lookAfter(found: StoredCallback[]): void {
    for (const stored of found) {
      const wait = this.#take(stored, { isHeld: false });
      if (findCallbackSettings(stored.callback.queueId, this.#world) === null)
        wait.end("failed", "queue-removed");
      else wait.judge();
    }
    if (found.length > 0) this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function notFound(id: string): Failure {
  return new Failure("not-found", `There is no call back ${id}`);
}
