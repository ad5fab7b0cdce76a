/**
 * The calls back that this process has claimed in the database: renewed while it lives, taken over from processes that
 * are lost, and written only while they are its own.
 */
import { randomUUID } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import { describeError, type Log } from "../base/log.ts";
import type { CallbackState } from "../contract/callbacks.ts";
import type { Postgres, Queryable } from "../store/postgres.ts";
import {
  type CallbackChange,
  changeCallback,
  claimAbandoned,
  type Claimant,
  insertCallback,
  leaseMs,
  readCallback,
  renewClaims,
  type StoredCallback,
  takeCallback,
} from "./callbacks.postgres.ts";
import type { CallbackRequest, KeptCallback } from "./world.ts";

const renewEveryMs = 5_000;
/** After a fault of the database. */
const retryMs = 2_000;

/** Somebody who looks after a claimed call back. */
interface Holder {
  readonly callback: KeptCallback;
  readonly revision: number;
  /** Another process has it now. */
  lose(): void;
}

/** Who hears what each renewal finds. */
interface ClaimsOwner {
  holders(): Holder[];
  /** Another process has changed it; it is still ours. */
  changed(stored: StoredCallback): void;
  /** Ours from now on. */
  found(stored: StoredCallback[]): void;
}

export class CallbackClaims {
  readonly #postgres: Postgres;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #claimant: Claimant;
  #stopRenewing = () => {};
  #isDraining = false;
  #isClosing = false;

  constructor(postgres: Postgres, clock: Clock, log: Log, nodeId: string) {
    this.#postgres = postgres;
    this.#clock = clock;
    this.#log = log;
    this.#claimant = { nodeId, claim: randomUUID() };
  }

  /** Claims what is open, and keeps the claims from now on. */
  async start(owner: ClaimsOwner): Promise<void> {
    await this.#renew(owner);
    if (!this.#isClosing) this.#armRenewal(owner);
  }

  /** Failure "conflict" when the number has an open one in this queue. */
  insert(request: CallbackRequest, times: { askedAt: number; expiresAt: number }): Promise<StoredCallback> {
    return insertCallback(this.#postgres, this.#claimant, randomUUID(), request, times);
  }

  /** Inside a transaction: an ended one that goes on is ours. */
  take(inside: Queryable, id: string): Promise<void> {
    return takeCallback(inside, id, this.#claimant);
  }

  /** Writes until it is written or the program ends; null when it was not ours any more. */
  async write(
    id: string,
    states: readonly CallbackState[],
    change: CallbackChange,
  ): Promise<StoredCallback | null> {
    const { claim } = this.#claimant;
    for (;;) {
      try {
        return await changeCallback(this.#postgres, id, { states, claim }, change);
      } catch (error) {
        this.#log.warn({ callbackId: id, error: describeError(error) }, "A call back was not written");
        if (this.#isClosing || !(error instanceof Failure) || error.code !== "unavailable") return null;
        await this.#pause(retryMs);
      }
    }
  }

  /** Whose telephone rings now is kept, so that nobody is called twice; what waits is left to other processes. */
  drain(): void {
    this.#isDraining = true;
  }

  /** What can't be written now is not written again. */
  close(): void {
    this.drain();
    this.#isClosing = true;
    this.#stopRenewing();
  }

  #armRenewal(owner: ClaimsOwner): void {
    this.#stopRenewing = this.#clock.setTimer(this.#clock.now() + renewEveryMs, () => {
      void this.#renew(owner).finally(() => {
        if (!this.#isClosing) this.#armRenewal(owner);
      });
    });
  }

  /** Never rejects: while the database is away nobody else can take what is ours either. */
  async #renew(owner: ClaimsOwner): Promise<void> {
    try {
      const ours = await renewClaims(
        this.#postgres,
        this.#claimant,
        this.#isDraining ? "being called" : "all",
      );
      for (const holder of owner.holders()) {
        const revision = ours.get(holder.callback.id);
        if (revision === undefined || revision > holder.revision) await this.#readAgain(holder, owner);
      }
      if (this.#isDraining) return;
      const found = await claimAbandoned(this.#postgres, this.#claimant);
      owner.found(found);
      if (found.length > 0)
        this.#log.info({ callbacks: found.length }, "Open calls back are looked after again");
    } catch (error) {
      this.#log.debug({ error: describeError(error), leaseMs }, "The claims of calls back were not renewed");
    }
  }

  /** Another process has changed it, or has taken it because this one was silent for too long. */
  async #readAgain(holder: Holder, owner: ClaimsOwner): Promise<void> {
    const stored = await readCallback(this.#postgres, holder.callback.id);
    if (stored?.claim === this.#claimant.claim) owner.changed(stored);
    else holder.lose();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimer(this.#clock.now() + ms, resolve);
    });
  }
}
