import type { Clock } from "../../base/clock.ts";
import { describeError, type Log } from "../../base/log.ts";
import type { RegistrationState } from "../../contract/trunks.ts";
import type { RegistrarLease, TrunkPeer } from "../directories.ts";
import type { SipEdge } from "../sip-edge.ts";
import type { SipEdges } from "../sip-edges.ts";
import type { RegisteringTrunk } from "./register-request.ts";
import { Registration } from "./registration.ts";

/** A third of the lease: two renewals may fail. */
const renewEveryMs = 10_000;

export interface RegistrationsParts {
  clock: Clock;
  log: Log;
  edges: SipEdges;
  /** Which node registers; null: this one, always. */
  lease: RegistrarLease | null;
}

const elsewhere: RegistrationState = {
  ...{ state: "elsewhere", until: null, status: null, sentence: null, nextTryAt: null },
};

/**
 * All trunks' registrations. One node of an installation holds them, by a lease in the database; the others show what it
 * tells, and take over when it stops renewing.
 */
export class Registrations {
  readonly #parts: RegistrationsParts;
  readonly #running = new Map<string, { trunk: RegisteringTrunk; key: string; registration: Registration }>();
  readonly #stops: (() => void)[];
  #wanted: RegisteringTrunk[] = [];
  #isHolder: boolean;
  /** What the holder told, while it is not this node. */
  #told: ReadonlyMap<string, RegistrationState> = new Map();
  #stopTimer: () => void = () => undefined;
  #renewing: Promise<void> = Promise.resolve();
  #closing: Promise<void> | null = null;

  constructor(parts: RegistrationsParts) {
    this.#parts = parts;
    this.#isHolder = parts.lease === null;
    this.#stops = [
      parts.edges.onUp((edge) => this.#each((registration) => registration.onEdgeUp(edge))),
      parts.edges.onDown((edge) => this.#each((registration) => registration.onEdgeDown(edge))),
    ];
    if (parts.lease) this.#renewSoon(0);
  }

  /** The trunks as they are now: what is new registers, what is gone or changed takes its binding back. */
  follow(trunks: readonly TrunkPeer[]): void {
    if (this.#closing) return;
    this.#wanted = trunks.filter(isRegistering);
    this.#adjust();
  }

  /** Null: there is nothing to register. */
  stateOf(trunk: TrunkPeer): RegistrationState | null {
    if (!trunk.registration) return null;
    const sentence = trunk.enabled ? null : "The trunk is off";
    if (!trunk.enabled) return { ...elsewhere, state: "stopped", sentence };
    const own = this.#running.get(trunk.id)?.registration.state;
    if (own) return own;
    return this.#isHolder ? { ...elsewhere, state: "registering" } : (this.#told.get(trunk.id) ?? elsewhere);
  }

  /** Un-REGISTERs, for at most two seconds, then gives the lease up. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    return this.#closing;
  }

  async #closeOnce(): Promise<void> {
    this.#stopTimer();
    for (const stop of this.#stops) stop();
    await Promise.all(
      [...this.#running.values()].map(({ registration }) => registration.stop({ unregister: true })),
    );
    this.#running.clear();
    await this.#renewing;
    if (this.#isHolder) await this.#parts.lease?.release().catch((error: unknown) => this.#warn(error));
  }

  #adjust(): void {
    const wanted = new Map(this.#isHolder ? this.#wanted.map((trunk) => [trunk.id, trunk]) : []);
    for (const [id, { key, registration }] of this.#running) {
      const trunk = wanted.get(id);
      if (trunk && keyOf(trunk) === key) continue;
      this.#running.delete(id);
      // Whoever has the lease now has the binding, too: the Contact may be the same.
      void registration.stop({ unregister: this.#isHolder }); // never rejects
    }
    for (const trunk of wanted.values()) if (!this.#running.has(trunk.id)) this.#start(trunk);
  }

  #start(trunk: RegisteringTrunk): void {
    const { clock, log, edges, lease } = this.#parts;
    const registration = new Registration(trunk, {
      ...{ clock, log },
      edge: (): SipEdge | undefined => edges.all.find(({ isUp }) => isUp),
      onChange: (state) => {
        lease?.tell(trunk.id, state).catch((error: unknown) => this.#warn(error));
      },
    });
    this.#running.set(trunk.id, { trunk, key: keyOf(trunk), registration });
  }

  #each(run: (registration: Registration) => void): void {
    for (const { registration } of this.#running.values()) run(registration);
  }

  #renewSoon(delayMs: number): void {
    const { clock } = this.#parts;
    this.#stopTimer = clock.setTimer(clock.now() + delayMs, () => {
      this.#renewing = this.#renew().finally(() => {
        if (!this.#closing) this.#renewSoon(renewEveryMs * (0.9 + Math.random() * 0.2));
      });
    });
  }

  /** While the database is away, whoever registered goes on: nobody else can take over meanwhile. */
  async #renew(): Promise<void> {
    const { lease, log } = this.#parts;
    if (!lease) return;
    try {
      const isHolder = await lease.hold();
      if (!isHolder) this.#told = await lease.told();
      if (isHolder !== this.#isHolder && this.#wanted.length > 0)
        log.info({}, isHolder ? "This node registers with carriers" : "Another node registers with carriers");
      this.#isHolder = isHolder;
    } catch (error) {
      this.#warn(error);
    }
    if (!this.#closing) this.#adjust();
  }

  #warn(error: unknown): void {
    this.#parts.log.warn(
      { error: describeError(error) },
      "The lease on carriers' registrations is not to be had",
    );
  }
}

function isRegistering(trunk: TrunkPeer): trunk is RegisteringTrunk {
  return trunk.enabled && trunk.registration !== null;
}

/** What makes a registration another one. */
function keyOf({ registration, contactToken }: RegisteringTrunk): string {
  return JSON.stringify([registration, contactToken]);
}
