import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { TrunkCheck } from "../../contract/trunks.ts";
import {
  afterCheck,
  type CarrierHealth,
  isSignOfLife,
  nextCheckMs,
  unknownHealth,
} from "../core/carrier-health.ts";
import type { TrunkPeer } from "../directories.ts";
import type { SipEdges } from "../sip-edges.ts";
import { ask } from "./ask.ts";
import { carrierUri } from "./carrier-uri.ts";

/** Four sendings of RFC 3261's timer E. */
const answerMs = 4_000;
/** During a call: the caller waits. */
const quickAnswerMs = 2_000;

export interface CarrierChecksParts {
  clock: Clock;
  log: Log;
  edges: SipEdges;
}

interface Watched {
  trunk: TrunkPeer;
  health: CarrierHealth;
  stopTimer(): void;
}

/** Asks carriers by OPTIONS how they are, each in its own time. */
export class CarrierChecks {
  readonly #parts: CarrierChecksParts;
  readonly #watched = new Map<string, Watched>();
  #isClosed = false;

  constructor(parts: CarrierChecksParts) {
    this.#parts = parts;
  }

  follow(trunks: readonly TrunkPeer[]): void {
    if (this.#isClosed) return;
    const checked = new Map(trunks.filter(isChecked).map((trunk) => [trunk.id, trunk]));
    for (const [id, watched] of this.#watched) {
      const trunk = checked.get(id);
      // Its health is that of an address: another one begins anew.
      if (
        trunk &&
        targetOf(trunk) === targetOf(watched.trunk) &&
        trunk.checkEveryMs === watched.trunk.checkEveryMs
      )
        continue;
      watched.stopTimer();
      this.#watched.delete(id);
    }
    for (const trunk of checked.values()) {
      if (this.#watched.has(trunk.id)) continue;
      const watched = { trunk, health: unknownHealth, stopTimer: () => undefined };
      this.#watched.set(trunk.id, watched);
      this.#checkIn(watched, Math.random() * Math.min(1_000, trunk.checkEveryMs));
    }
  }

  healthOf(trunkId: string): CarrierHealth {
    return this.#watched.get(trunkId)?.health ?? unknownHealth;
  }

  /** Null: it is not to be asked. */
  isThere(trunk: TrunkPeer): (() => Promise<boolean>) | null {
    if (!this.#watched.has(trunk.id)) return null;
    return async () => (await this.#ask(trunk, quickAnswerMs)).alive;
  }

  /** A call found it silent: looks now instead of at the next turn. */
  suspect(trunkId: string): void {
    const watched = this.#watched.get(trunkId);
    if (watched) this.#checkIn(watched, 0);
  }

  /** Asks now, whether it is watched or not. Never rejects. */
  async check(trunk: TrunkPeer): Promise<TrunkCheck> {
    const result = await this.#ask(trunk, answerMs);
    const watched = this.#watched.get(trunk.id);
    if (watched && this.#parts.edges.isUp) this.#note(watched, result);
    return result;
  }

  close(): void {
    this.#isClosed = true;
    for (const { stopTimer } of this.#watched.values()) stopTimer();
    this.#watched.clear();
  }

  #checkIn(watched: Watched, delayMs: number): void {
    const { clock } = this.#parts;
    watched.stopTimer();
    watched.stopTimer = clock.setTimer(clock.now() + delayMs, () => void this.#checkNow(watched)); // never rejects
  }

  async #checkNow(watched: Watched): Promise<void> {
    const { edges } = this.#parts;
    const result = await this.#ask(watched.trunk, answerMs);
    if (this.#watched.get(watched.trunk.id) !== watched) return;
    // Without an edge it is us who are away.
    if (edges.isUp) this.#note(watched, result);
    this.#checkIn(watched, nextCheckMs(watched.health, watched.trunk.checkEveryMs, Math.random()));
  }

  #note(watched: Watched, { alive, roundTripMs, sentence }: TrunkCheck): void {
    const { clock, log } = this.#parts;
    const before = watched.health;
    watched.health = afterCheck(before, { isAlive: alive, roundTripMs, sentence }, clock.now());
    if (watched.health.state === before.state) return;
    const fields = { trunkId: watched.trunk.id };
    if (watched.health.state === "down") log.warn(fields, `A carrier is down: ${sentence}`);
    else log.info(fields, "A carrier answers");
  }

  async #ask(trunk: TrunkPeer, timeoutMs: number): Promise<TrunkCheck> {
    const nothing = { answered: false, alive: false, status: null, roundTripMs: null };
    const edge = this.#parts.edges.next();
    const uri = targetOf(trunk);
    if (!edge) return { ...nothing, sentence: "The SIP edge is away" };
    if (uri === null) return { ...nothing, sentence: "The trunk has no carrier that could be asked" };
    const { clock } = this.#parts;
    const headers = { Accept: "application/sdp" };
    const { response, roundTripMs, sentence } = await ask(
      edge.srf,
      { uri, method: "OPTIONS", headers },
      { clock, timeoutMs },
    );
    // 408 is the edge's own way of saying that nobody answered (RFC 3261 §8.1.3.1).
    if (!response || response.status === 408)
      return { ...nothing, sentence: response ? "No answer" : sentence };
    const { status } = response;
    return { answered: true, alive: isSignOfLife(status), status, roundTripMs, sentence };
  }
}

function isChecked(trunk: TrunkPeer): boolean {
  return trunk.enabled && trunk.checkEveryMs > 0 && targetOf(trunk) !== null;
}

/** Where calls go out; of a trunk that only registers, the registrar. */
function targetOf({ outbound, registration }: TrunkPeer): string | null {
  if (outbound) return carrierUri(outbound.uri, outbound.transport);
  return registration && carrierUri(registration.registrarUri, registration.transport);
}
