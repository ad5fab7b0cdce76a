/**
 * Keeps the calls back that customers asked for: in the database, so that they survive everything, and in the queue
 * when it is their time. Each open one is looked after by exactly one process (a claim with a lease).
 */
import { randomUUID } from "node:crypto";
import { actorOf, audit } from "../admin/audit.ts";
import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import type { SignedInContext } from "../base/handler.ts";
import { describeError, type Log } from "../base/log.ts";
import type { Callback, CallbackState, CallbackTryCause } from "../contract/callbacks.ts";
import type { CallbackSettings } from "../contract/queues.ts";
import type { Postgres, Queryable } from "../store/postgres.ts";
import {
  type CallbackChange,
  changeCallback,
  claimAbandoned,
  type Claimant,
  findOpen,
  insertCallback,
  leaseMs,
  readCallback,
  renewClaims,
  type StoredCallback,
  takeCallback,
} from "./callbacks.postgres.ts";
import { afterTry, nextStep } from "./core/callback-plan.ts";
import { type CallbackControl, type CallbackResult, serveCallback } from "./serve-callback.ts";
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

/** An open call back that this process looks after. */
interface Kept {
  callback: KeptCallback;
  revision: number;
  /** Written down, and not in the queue before the request is final. */
  isHeld: boolean;
  customerGone: Promise<unknown>;
  stay: { leaving: AbortController; end(): void; ended: Promise<void> } | null;
  stopTimer: () => void;
  /** Changes of one call back are written one after the other. */
  writes: Promise<unknown>;
}

const renewEveryMs = 5_000;
/** After a fault of ours or of the router's. */
const retryMs = 2_000;
const openStates: readonly CallbackState[] = ["waiting", "calling"];
const nobody = Promise.resolve();

class Keeper implements Callbacks {
  readonly #postgres: Postgres;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #claimant: Claimant;
  readonly #kept = new Map<string, Kept>();
  readonly #listeners = new Set<() => void>();
  #world: World | null = null;
  #stops: (() => void)[] = [];
  #stopRenewing = () => {};
  #isDraining = false;
  #isClosing = false;

  constructor({ postgres, clock, log, nodeId }: CallbacksOptions) {
    this.#postgres = postgres;
    this.#clock = clock;
    this.#log = log;
    this.#claimant = { nodeId, claim: randomUUID() };
  }

  async start(world: World): Promise<void> {
    this.#world = world;
    this.#stops.push(
      world.hours.on(() => {
        for (const kept of this.#kept.values()) this.#judge(kept);
      }),
    );
    await this.#renew();
    if (!this.#isDraining) this.#armRenewal();
  }

  // ---- for the story of a call

  find(queueId: string, number: string): Promise<KeptCallback | null> {
    return findOpen(this.#postgres, queueId, number);
  }

  async keep(request: CallbackRequest): Promise<KeptCallback> {
    const askedAt = this.#clock.now();
    const expiresAt = askedAt + this.#settings(request.queueId).expiresAfterMs;
    const times = { askedAt, expiresAt };
    const stored = await insertCallback(this.#postgres, this.#claimant, randomUUID(), request, times);
    this.#take(stored, { isHeld: true });
    return stored.callback;
  }

  enter(callbackId: string, customerGone: Promise<unknown>): void {
    const kept = this.#kept.get(callbackId);
    if (kept === undefined) return;
    kept.isHeld = false;
    kept.customerGone = customerGone;
    this.#judge(kept);
    this.#tell();
  }

  async drop(callbackId: string, reason: "agent-answered" | "customer"): Promise<void> {
    const change = { state: "cancelled", endReason: reason, endedAt: this.#clock.now() } as const;
    const kept = this.#kept.get(callbackId);
    if (kept?.isHeld) {
      this.#forget(kept);
      await this.#write(kept, ["waiting"], change);
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
    const { queueId } = before.callback;
    const change = { ...afterTry(before.callback, cause, this.#settings(queueId), this.#clock.now()) };
    const stored = await this.#postgres.transaction(async (inside) => {
      await takeCallback(inside, id, this.#claimant);
      return await changeCallback(inside, id, { states: ["done"] }, { ...change, servedAt: null });
    });
    if (stored === null) throw new Failure("conflict", "This call back is not over, or goes on already");
    if (stored.callback.state === "waiting") this.#judge(this.#take(stored, { isHeld: false }));
    this.#tell();
    return this.shown(stored.callback);
  }

  shown({ dialed: _dialed, pressed: _pressed, ...callback }: KeptCallback): Callback {
    const closed = openStates.includes(callback.state) && !this.#hoursOf(callback.queueId).isOpen;
    return { ...callback, closed };
  }

  on(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  busy(): number {
    return [...this.#kept.values()].filter(
      ({ stay, callback }) => stay !== null && callback.state !== "waiting",
    ).length;
  }

  async drain(): Promise<void> {
    this.#isDraining = true;
    const stays = [...this.#kept.values()].flatMap(({ stay, stopTimer }) => {
      stopTimer();
      stay?.leaving.abort("draining");
      return stay === null ? [] : [stay.ended];
    });
    await Promise.all(stays);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#stopRenewing();
    for (const stop of this.#stops.splice(0)) stop();
    const drained = this.drain();
    for (const { stay } of this.#kept.values()) stay?.end();
    await drained;
    await Promise.all([...this.#kept.values()].map(({ writes }) => writes));
    this.#kept.clear();
    this.#listeners.clear();
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

  /** What the database says of it now: to its stay in the queue, and to the screens. */
  #follow(stored: StoredCallback): void {
    const kept = this.#kept.get(stored.callback.id);
    if (kept !== undefined && stored.revision > kept.revision) {
      const { callback: before } = kept;
      const now = stored.callback;
      kept.callback = now;
      kept.revision = stored.revision;
      const isMoved = now.number !== before.number || (now.first && !before.first);
      if (!openStates.includes(now.state)) {
        kept.stay?.leaving.abort(now.endReason ?? "supervisor");
        this.#forget(kept);
      } else if (isMoved && kept.stay !== null) kept.stay.leaving.abort("moved");
      else this.#judge(kept);
    }
    this.#tell();
  }

  /** Writes until it is written or the program ends; null when it was not ours any more. */
  #write(
    kept: Kept,
    states: readonly CallbackState[],
    change: CallbackChange,
  ): Promise<StoredCallback | null> {
    const writing = kept.writes.then(async () => {
      for (;;) {
        try {
          const { claim } = this.#claimant;
          const stored = await changeCallback(this.#postgres, kept.callback.id, { states, claim }, change);
          if (stored !== null && stored.revision > kept.revision) {
            kept.callback = stored.callback;
            kept.revision = stored.revision;
          }
          return stored;
        } catch (error) {
          this.#log.warn(
            { callbackId: kept.callback.id, error: describeError(error) },
            "A call back was not written",
          );
          if (this.#isClosing || !(error instanceof Failure) || error.code !== "unavailable") return null;
          await this.#pause(retryMs);
        }
      }
    });
    kept.writes = writing;
    return writing;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimer(this.#clock.now() + ms, resolve);
    });
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  // ---- the time of each, and its stays in the queue

  #take(stored: StoredCallback, { isHeld }: { isHeld: boolean }): Kept {
    const { callback, revision } = stored;
    const kept: Kept = {
      callback,
      revision,
      isHeld,
      customerGone: nobody,
      stay: null,
      stopTimer: () => {},
      writes: nobody,
    };
    this.#kept.set(stored.callback.id, kept);
    return kept;
  }

  #forget(kept: Kept): void {
    kept.stopTimer();
    if (this.#kept.get(kept.callback.id) === kept) this.#kept.delete(kept.callback.id);
  }

  /** Into the queue, out of it, or a timer for when to look again. */
  #judge(kept: Kept): void {
    kept.stopTimer();
    if (this.#isDraining || kept.isHeld || this.#kept.get(kept.callback.id) !== kept) return;
    const now = this.#clock.now();
    const step = nextStep(kept.callback, now, this.#hoursOf(kept.callback.queueId));
    if (kept.stay !== null) {
      if (step.do === "enter") this.#lookAgainAt(kept, step.until);
      else kept.stay.leaving.abort(step.do === "expire" ? "expired" : "closed");
      return;
    }
    if (step.do === "expire") return this.#end(kept, "expired", "expired");
    this.#lookAgainAt(kept, step.until);
    if (step.do === "enter") this.#stay(kept);
  }

  #lookAgainAt(kept: Kept, at: number): void {
    if (!Number.isFinite(at)) return;
    kept.stopTimer = this.#clock.setTimer(at, () => {
      this.#judge(kept);
    });
  }

  #stay(kept: Kept): void {
    const world = this.#world;
    if (world === null) return;
    const leaving = new AbortController();
    const ending = new AbortController();
    const control: CallbackControl = {
      signal: leaving.signal,
      end: ending.signal,
      customerGone: kept.customerGone,
      mayCall: async () => {
        const stored = await this.#write(kept, openStates, { state: "calling" });
        this.#tell();
        return stored !== null;
      },
      notCalled: () => {
        void this.#write(kept, ["calling"], { state: "waiting" }).then(() => {
          this.#tell();
        });
      },
      talking: () => {
        const at = this.#clock.now();
        const change = { state: "done", servedAt: at, endedAt: at, nextTryAt: null } as const;
        void this.#write(kept, openStates, change).then(() => {
          this.#tell();
        });
      },
      entered: (interactionId) => {
        void this.#write(kept, openStates, { interactionId });
      },
    };
    const ended = serveCallback(kept.callback, control, world)
      .then((result) => this.#afterStay(kept, result))
      .catch((error: unknown) => {
        this.#log.error(
          { callbackId: kept.callback.id, error },
          "A call back could not be followed to its end",
        );
      });
    const end = () => {
      ending.abort();
    };
    kept.stay = { leaving, end, ended };
  }

  async #afterStay(kept: Kept, result: CallbackResult): Promise<void> {
    kept.stay = null;
    kept.customerGone = nobody;
    const { id, queueId } = kept.callback;
    if (result.how === "served") return this.#forget(kept);
    if (result.how === "tried") {
      const change = afterTry(kept.callback, result.cause, this.#settings(queueId), this.#clock.now());
      const stored = await this.#write(kept, openStates, { ...change });
      if (stored === null || stored.callback.state === "failed") this.#forget(kept);
      else this.#judge(kept);
      return this.#tell();
    }
    if (result.cause === "queue-removed") return this.#end(kept, "failed", "queue-removed");
    if (this.#isDraining || this.#kept.get(id) !== kept) return;
    if (["closed", "expired", "moved"].includes(result.cause)) return this.#judge(kept);
    // The router or this node was away for a moment: at the same place again, soon.
    kept.stopTimer();
    this.#lookAgainAt(kept, this.#clock.now() + retryMs);
  }

  #end(kept: Kept, state: "expired" | "failed", endReason: "expired" | "queue-removed"): void {
    this.#forget(kept);
    void this.#write(kept, openStates, { state, endReason, endedAt: this.#clock.now() }).then(() => {
      this.#tell();
    });
  }

  #hoursOf(queueId: string): { isOpen: boolean; opensAt: number | null; closesAt: number | null } {
    const world = this.#world;
    const queue = world?.directory.queue(queueId);
    if (world === null || !queue) return { isOpen: true, opensAt: null, closesAt: null };
    const { scheduleId } = queue.settings;
    const now = this.#clock.now();
    return {
      isOpen: !world.emergency.closes(queueId) && world.hours.isOpen(scheduleId, now),
      opensAt: world.hours.opensAt?.(scheduleId, now) ?? null,
      closesAt: world.hours.closesAt(scheduleId, now),
    };
  }

  #settings(queueId: string): CallbackSettings {
    const settings = this.#world?.directory.queue(queueId)?.settings.callback;
    if (settings === undefined) throw new Failure("not-found", `There is no queue ${queueId}`);
    return settings;
  }

  // ---- claims

  #armRenewal(): void {
    this.#stopRenewing = this.#clock.setTimer(this.#clock.now() + renewEveryMs, () => {
      void this.#renew().finally(() => {
        if (!this.#isDraining) this.#armRenewal();
      });
    });
  }

  /** Never rejects: while the database is away nobody else can take what is ours either. */
  async #renew(): Promise<void> {
    try {
      const ours = await renewClaims(this.#postgres, this.#claimant);
      for (const kept of [...this.#kept.values()]) {
        const revision = ours.get(kept.callback.id);
        if (revision === undefined || revision > kept.revision) await this.#readAgain(kept);
      }
      await this.#claim();
    } catch (error) {
      this.#log.debug({ error: describeError(error), leaseMs }, "The claims of calls back were not renewed");
    }
  }

  /** Another process has changed it, or has taken it because this one was silent for too long. */
  async #readAgain(kept: Kept): Promise<void> {
    const stored = await readCallback(this.#postgres, kept.callback.id);
    if (stored?.claim === this.#claimant.claim) return this.#follow(stored);
    kept.stay?.leaving.abort("lost");
    kept.stay?.end();
    this.#forget(kept);
  }

  async #claim(): Promise<void> {
    const found = await claimAbandoned(this.#postgres, this.#claimant);
    for (const stored of found) {
      const settings = this.#world?.directory.queue(stored.callback.queueId)?.settings.callback;
      const kept = this.#take(stored, { isHeld: false });
      if (settings === undefined) this.#end(kept, "failed", "queue-removed");
      else this.#judge(kept);
    }
    if (found.length > 0) {
      this.#log.info({ callbacks: found.length }, "Open calls back are looked after again");
      this.#tell();
    }
  }
}

function notFound(id: string): Failure {
  return new Failure("not-found", `There is no call back ${id}`);
}
