import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { TrunkCheck, TrunkState } from "../../contract/trunks.ts";
import { causeOfSipStatus } from "../core/cause.ts";
import { chooseCarriers } from "../core/choose-carrier.ts";
import { type OutboundNumber, readOutboundNumber } from "../core/outbound-number.ts";
import type { RegistrarLease, TrunkDirectory, TrunkPeer } from "../directories.ts";
import type { DialOutOptions, EmergencyCall, Ring, RingFailure } from "../interfaces.ts";
import type { AgentLeg } from "../leg.ts";
import { failedRing } from "../ring.ts";
import type { RingOptions, RingTarget } from "../ring.ts";
import type { SipEdges } from "../sip-edges.ts";
import { type Attempt, CarrierCall } from "./carrier-call.ts";
import { CarrierChecks } from "./carrier-checks.ts";
import { type OutboundTrunk, writeInvite } from "./carrier-invite.ts";
import { Channels } from "./channels.ts";
import { RegistrarAddresses } from "./registrar-addresses.ts";
import { Registrations } from "./registrations.ts";
import { TrunkCounters, type TrunkFigures } from "./trunk-figures.ts";

export interface CarrierParts {
  trunks: TrunkDirectory;
  clock: Clock;
  log: Log;
  edges: SipEdges;
  /** Which node registers with carriers; null: this one. */
  lease: RegistrarLease | null;
  defaultRegion: string | undefined;
  /** Besides those of the regions. */
  emergencyNumbers: readonly string[];
  isOurs(number: string): boolean;
  onEmergency(call: EmergencyCall): void;
  /** Sends one INVITE. */
  ring(target: RingTarget, options: RingOptions): Ring;
}

/** Trunks as they are now: who registers, who is well, which takes a call out and how, and how many calls there are. */
export class Carriers {
  /** The trunks for the gate: those that register are known by their registrar's addresses as well. */
  readonly directory: TrunkDirectory;
  readonly #parts: CarrierParts;
  readonly #channels = new Channels();
  readonly #checks: CarrierChecks;
  readonly #registrations: Registrations;
  readonly #addresses: RegistrarAddresses;
  readonly #counters = new TrunkCounters();
  readonly #listeners = new Set<() => void>();
  readonly #stopListening: () => void;
  /** Until when a carrier asked to be left alone. */
  readonly #restsUntil = new Map<string, number>();
  #trunks: readonly TrunkPeer[] = [];

  constructor(parts: CarrierParts) {
    this.#parts = parts;
    this.#checks = new CarrierChecks(parts);
    this.#registrations = new Registrations(parts);
    this.#addresses = new RegistrarAddresses(parts.clock, () => this.#tell());
    this.#stopListening = parts.trunks.onChange(() => this.#follow());
    this.directory = {
      list: () => this.#trunks.map((trunk) => this.#withAddresses(trunk)),
      onChange: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
    this.#follow();
  }

  /** Takes a channel for a call that comes in; the returned function gives it back. Null: the trunk is full. */
  takeChannel(trunk: TrunkPeer): (() => void) | null {
    return this.#channels.take(trunk, "in");
  }

  /** Calls a number through the carriers that take it, one after the other, or an address outside. Never throws. */
  dialOut(options: DialOutOptions): Ring {
    const { to } = options;
    if (/^sips?:[^\s<>"]+$/i.test(to))
      return this.#parts.ring({ uri: to, personId: "" }, this.#ringOptions(options, {}));
    const { defaultRegion: region, emergencyNumbers, clock } = this.#parts;
    const emergencyRegions = [region, ...this.#outbound().map((trunk) => trunk.region)].filter(
      (each) => each != null,
    );
    const dialed = readOutboundNumber(to, { region, emergencyRegions, emergencyNumbers });
    if (!dialed) return failedRing("unreachable");
    if (dialed.isEmergency) this.#noteEmergency(dialed.number, options.callId);
    return new CarrierCall({
      clock,
      candidates: this.#candidates(dialed),
      ringTimeoutMs: options.ringTimeoutMs,
      isEmergency: dialed.isEmergency,
      begin: (trunkId, ringTimeoutMs) => this.#begin(trunkId, dialed, { ...options, ringTimeoutMs }),
    });
  }

  /** Null: there is no such trunk. */
  stateOf(trunkId: string): TrunkState | null {
    const trunk = this.#find(trunkId);
    if (!trunk) return null;
    const running = this.#channels.now(trunkId);
    const { state, since, roundTripMs, sentence } = this.#checks.healthOf(trunkId);
    return {
      callsNow: running.in + running.out,
      outboundCallsNow: running.out,
      registration: this.#registrations.stateOf(trunk),
      health: { state, since: since === null ? null : new Date(since).toISOString(), roundTripMs, sentence },
    };
  }

  async check(trunkId: string): Promise<TrunkCheck> {
    const trunk = this.#find(trunkId);
    if (trunk) return await this.#checks.check(trunk);
    const nothing = { answered: false, alive: false, status: null, roundTripMs: null };
    return { ...nothing, sentence: "This node does not know the trunk yet" };
  }

  figures(): TrunkFigures {
    const trunks = this.#trunks.flatMap(({ id, name }) => {
      const state = this.stateOf(id);
      return state ? [{ id, name, state }] : [];
    });
    return { trunks, ...this.#counters.read() };
  }

  /** Takes the registrations back. Idempotent. */
  async close(): Promise<void> {
    this.#stopListening();
    this.#addresses.close();
    this.#checks.close();
    await this.#registrations.close();
  }

  #follow(): void {
    this.#trunks = this.#parts.trunks.list();
    const ids = new Set(this.#trunks.map(({ id }) => id));
    for (const id of this.#restsUntil.keys()) if (!ids.has(id)) this.#restsUntil.delete(id);
    this.#counters.keepOnly(ids);
    this.#checks.follow(this.#trunks);
    this.#registrations.follow(this.#trunks);
    this.#addresses.follow(this.#trunks);
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #withAddresses(trunk: TrunkPeer): TrunkPeer {
    const more = this.#addresses.of(trunk.id);
    return more.length === 0 ? trunk : { ...trunk, networks: [...trunk.networks, ...more] };
  }

  #find(trunkId: string): TrunkPeer | undefined {
    return this.#trunks.find(({ id }) => id === trunkId);
  }

  #outbound(): OutboundTrunk[] {
    return this.#trunks.filter((trunk): trunk is OutboundTrunk => trunk.enabled && trunk.outbound !== null);
  }

  #candidates(dialed: OutboundNumber): string[] {
    const views = this.#outbound().map((trunk) => {
      const health = this.#checks.healthOf(trunk.id).state;
      return {
        ...{ id: trunk.id, order: trunk.order, prefixes: trunk.prefixes },
        isUp: health === "unknown" ? null : health === "up",
        hasRoom: this.#channels.hasRoom(trunk, "out"),
        restsUntil: this.#restsUntil.get(trunk.id) ?? 0,
        isLocked: trunk.needsPassword,
      };
    });
    return chooseCarriers(dialed, views, this.#parts.clock.now());
  }

  /** One carrier's turn; null: it has no channel any more, or is gone. */
  #begin(trunkId: string, dialed: OutboundNumber, options: DialOutOptions): Attempt | null {
    const trunk = this.#outbound().find(({ id }) => id === trunkId);
    const giveBack = trunk && this.#channels.take(trunk, "out", { beyondLimits: dialed.isEmergency });
    if (!trunk || !giveBack) return null;
    const { clock, log, ring } = this.#parts;
    const { target, headers } = writeInvite(trunk, dialed, options.caller, this.#parts);
    const begun = ring(target, this.#ringOptions(options, headers));
    return {
      ring: begun,
      isThere: this.#checks.isThere(trunk),
      rest: (restMs) => this.#restsUntil.set(trunkId, clock.now() + restMs),
      end: (outcome, wasSilent) => {
        if ("channelId" in outcome) void outcome.ended.then(giveBack);
        else giveBack();
        const cause = causeOf(outcome, wasSilent);
        this.#counters.countAttempt(trunkId, cause);
        const sipStatus = "channelId" in outcome ? 200 : outcome.sipStatus;
        log.info({ trunkId, callId: options.callId, cause, sipStatus }, "A call out through a carrier");
        if (wasSilent) this.#checks.suspect(trunkId);
      },
    };
  }

  #ringOptions(options: DialOutOptions, headers: Record<string, string>): RingOptions {
    const { caller, ringTimeoutMs, signal, beside, callId } = options;
    return { caller, headers, ringTimeoutMs, signal, beside, callId, logFields: {} };
  }

  #noteEmergency(number: string, callId: string | undefined): void {
    this.#counters.countEmergency();
    this.#parts.log.warn({ emergencyNumber: number, callId }, "An emergency number is dialed");
    this.#parts.onEmergency({ number, callId });
  }
}

/** In one word, for logs and figures. */
function causeOf(outcome: AgentLeg | RingFailure, wasSilent: boolean): string {
  if ("channelId" in outcome) return "answered";
  if (wasSilent) return "silent";
  const { cause, sipStatus } = outcome;
  return sipStatus === null || sipStatus < 300 ? cause : causeOfSipStatus(sipStatus);
}
