import type { Log } from "../base/log.ts";
import { describeError } from "../base/log.ts";
import { ChannelBridge } from "./bridge.ts";
import { ChannelLeg } from "./channel-leg.ts";
import { Connector } from "./connector.ts";
import { viaTransport } from "./core/sip-text.ts";
import { RecentSet, TokenBuckets } from "./core/token-bucket.ts";
import { pause, within } from "./deadline.ts";
import type { MediaServer, SipServer } from "../contract/operations.ts";
import { DigestGate } from "./digest-gate.ts";
import type { SipRequest, SipResponse } from "./drachtio.ts";
import type { Caller } from "./gate.ts";
import { Gate, refuse } from "./gate.ts";
import { HangUps } from "./hang-up-dialog.ts";
import type { CallParts } from "./inbound-call.ts";
import { AdmittedCall } from "./inbound-call.ts";
import type { AgentLeg, CallerLeg } from "./leg.ts";
import type { MediaConnection } from "./media-connection.ts";
import { MediaPool } from "./media-pool.ts";
import { watchOrphan } from "./orphans.ts";
import { answerOptions, refuseOtherMethods } from "./other-methods.ts";
import { silenceLimits } from "./core/silence.ts";
import { callHeaders, endLeftovers, nodeHeader } from "./reconcile.ts";
import { PatientRing } from "./patient-ring.ts";
import { routeTo, SipRegistrar } from "./registrar.ts";
import { AgentRing, failedRing } from "./ring.ts";
import type { RingOptions, RingTarget } from "./ring.ts";
import { viewOfMedia, viewOfSip } from "./server-view.ts";
import type { SipEdge } from "./sip-edge.ts";
import { SipEdges } from "./sip-edges.ts";
import { CarrierRing } from "./trunks/carrier-ring.ts";
import { Carriers } from "./trunks/carriers.ts";
import type {
  Bridge,
  DialOutOptions,
  InboundCall,
  Registrar,
  Ring,
  RingAgentOptions,
  Telephony,
  TelephonyConfig,
  TelephonyPart,
  TelephonyPorts,
  TelephonyStats,
  TrunkStatus,
} from "./interfaces.ts";

const closedTabGraceMs = 3_000;
/** Softphones are at another edge by then. */
const cutOffAfterMs = 15_000;
const retryAfter = { "Retry-After": "5" };

/** Owns the connections and everything that lives on them: calls, rings, legs. */
export class Switchboard implements Telephony {
  readonly registrar: Registrar;
  readonly trunks: TrunkStatus;
  readonly #registrar: SipRegistrar;
  readonly #config: TelephonyConfig;
  readonly #ports: TelephonyPorts;
  readonly #log: Log;
  readonly #edges: SipEdges;
  readonly #media: MediaPool;
  readonly #gate: Gate;
  readonly #carriers: Carriers;
  readonly #hangUps: readonly HangUps[];
  /** What a call over one of the edges needs. */
  readonly #partsOf = new Map<SipEdge, CallParts>();
  readonly #calls = new Map<AdmittedCall, Caller>();
  readonly #legs = new Set<ChannelLeg>();
  readonly #rings = new Set<AgentRing | CarrierRing | PatientRing>();
  readonly #rejected = new Map<string, number>();
  readonly #counters = {
    callsAccepted: 0,
    scannerHits: 0,
    scannerDropped: 0,
    digestFailures: 0,
    mediaCommandTimeouts: 0,
  };
  #handler: ((call: InboundCall) => void) | null = null;
  readonly #orphans = new Map<SipEdge, ChannelLeg[]>();
  /** From the first `reconcile` on, each media server that comes back is looked through. */
  #isReconciling = false;
  #isDraining = false;
  #closing: Promise<void> | null = null;

  constructor(config: TelephonyConfig, ports: TelephonyPorts) {
    const { clock, log } = ports;
    this.#config = config;
    this.#ports = ports;
    this.#log = log;
    if (config.sip.length === 0 || config.media.servers.length === 0)
      throw new TypeError("Telephony needs a SIP edge and a media server");
    this.#edges = new SipEdges(config.sip, clock, log);
    const drains = ports.drains ?? { has: () => false };
    this.#media = new MediaPool(config.media, { connector: new Connector(clock), drains, clock, log });
    const known = new RecentSet({ lifetimeMs: 3_600_000 });
    const digests = new DigestGate({
      realm: config.realm,
      key: config.credentialKey,
      clock,
      onFailure: () => this.#counters.digestFailures++,
      onSuccess: (request) => {
        // A websocket's address is that of our own proxy.
        const isWebSocket = /^wss?$/.test(viaTransport(request.get("Via")) ?? "");
        if (!isWebSocket) known.add(request.source_address, clock.now());
      },
    });
    const edges = this.#edges;
    const strangers = new TokenBuckets(config.unknownSourceRate ?? { perSecond: 5, burst: 20 });
    const credentialKey = config.credentialKey;
    this.#registrar = new SipRegistrar({
      ...{ edges, digests, phones: ports.phones, people: ports.people, credentialKey, clock, log },
      mayTry: (request) => this.#gate.mayTry(request),
      onConnectionClosed: (source) => this.#onWebSocketClosed(source),
    });
    this.registrar = this.#registrar;
    this.#carriers = new Carriers({
      ...{ clock, log, edges, trunks: ports.trunks, lease: ports.registrarLease ?? null },
      defaultRegion: config.defaultRegion,
      emergencyNumbers: config.emergencyNumbers ?? [],
      isOurs: (number) => ports.isOurs?.(number) ?? false,
      onEmergency: (call) => ports.onEmergencyCall?.(call),
      ring: (target, options) => this.#ringOutside(target, options),
    });
    this.trunks = this.#carriers;
    this.#gate = new Gate({
      ...{
        edges,
        digests,
        registrar: this.#registrar,
        trunks: this.#carriers.directory,
        phones: ports.phones,
      },
      ...{
        people: ports.people,
        credentialKey,
        defaultRegion: config.defaultRegion,
        strangers,
        known,
        clock,
      },
      onStranger: (isDropped) => {
        this.#counters.scannerHits++;
        if (isDropped) this.#counters.scannerDropped++;
      },
    });
    this.#hangUps = this.#edges.all.map((edge) => {
      const hangUps = new HangUps(edge, clock, log);
      this.#partsOf.set(edge, {
        ...{ clock, log, hangUps, edge, srf: edge.srf, media: this.#media },
        counters: this.#counters,
        mediaHeaders: { [nodeHeader]: config.nodeId },
        silenceLimits: silenceLimits(config.mediaTimeoutMs ?? 20_000),
        defaultRegion: config.defaultRegion,
        onLeg: (leg) => this.#keepLeg(leg),
      });
      return hangUps;
    });
    this.#listen();
    this.#watchMedia();
    this.#media.start();
  }

  onCall(handler: (call: InboundCall) => void): void {
    this.#handler = handler;
  }

  ringAgent(options: RingAgentOptions): Ring {
    // Not "unreachable": nobody is to be found not ready after a restart of ours.
    if (this.#closing) return failedRing("cancelled");
    const { personId } = options;
    if (this.#hasWayTo(personId)) return this.#ringNow(options);
    if (this.#isCutOff(personId)) return failedRing("unreachable");
    const onUp = (listener: () => void) => this.#onWayTo(personId, listener);
    const { clock } = this.#ports;
    return this.#keepRing(new PatientRing(() => this.#ringNow(options), { onUp, clock }));
  }

  /** Nobody who is registered nowhere is waited for, unless they could not tell us. */
  #hasWayTo(personId: string): boolean {
    const contact = this.#registrar.contactOf(personId);
    if (!contact) return this.#edges.isUp;
    return this.#edges.find(contact.source.edge)?.isUp ?? false;
  }

  /** Their edge is away for so long, while others are there, that waiting for it would only cost callers time. */
  #isCutOff(personId: string): boolean {
    const contact = this.#registrar.contactOf(personId);
    const edge = contact && this.#edges.find(contact.source.edge);
    if (!edge || edge.isUp || !this.#edges.isUp) return false;
    return this.#ports.clock.now() - edge.since > cutOffAfterMs;
  }

  /** The edge comes back, or the phone registers over another one. */
  #onWayTo(personId: string, listener: () => void): () => void {
    const look = () => {
      if (this.#hasWayTo(personId)) listener();
    };
    const stops = [
      this.#edges.onUp(look),
      this.#registrar.onRegistered((id) => {
        if (id === personId) look();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  #ringNow(options: RingAgentOptions): Ring {
    const contact = this.#registrar.contactOf(options.personId);
    const edge = contact && this.#edges.find(contact.source.edge);
    if (!edge) return failedRing("unreachable");
    const { caller, ringTimeoutMs, signal, beside, callId, offerId, personId } = options;
    const target: RingTarget = {
      uri: contact.contact,
      proxy: routeTo(contact),
      personId,
      onDead: () => {
        // A lost datagram proves nothing; a lost connection can't come back by itself.
        if (contact.source.transport !== "udp") this.#registrar.dropContact(contact);
      },
    };
    const headers = { "X-Ringdown-Offer": offerId, ...callHeaders(callId), ...options.headers };
    const logFields = { offerId, agentId: personId };
    return this.#ring(edge, target, { caller, headers, ringTimeoutMs, signal, beside, callId, logFields });
  }

  dialOut(options: DialOutOptions): Ring {
    if (!this.#edges.isUp || this.#closing) return failedRing("unreachable");
    return this.#carriers.dialOut(options);
  }

  bridge(customer: CallerLeg, agent: AgentLeg): Promise<Bridge> {
    if (!(customer instanceof ChannelLeg) || !(agent instanceof ChannelLeg)) {
      throw new TypeError("Only legs of this switchboard can be bridged");
    }
    return ChannelBridge.join(customer, agent, { clock: this.#ports.clock, log: customer.log });
  }

  async reconcile(): Promise<number> {
    this.#isReconciling = true;
    const counts = await Promise.all(this.#media.servers.map((media) => this.#reconcileOn(media)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  drain(): void {
    this.#isDraining = true;
    this.#edges.drain();
  }

  health(): { sip: TelephonyPart; media: TelephonyPart } {
    return {
      sip: { ok: this.#edges.isUp, sentence: this.#edges.sentence },
      media: { ok: this.#media.isUp, sentence: this.#media.sentence },
    };
  }

  servers(): { sip: SipServer[]; media: MediaServer[] } {
    const legsOn = (edge: SipEdge) => [...this.#legs].filter((leg) => leg.edge === edge).length;
    const loads = new Map(this.#media.loads().map((load) => [load.name, load]));
    return {
      sip: this.#edges.all.map((edge) =>
        viewOfSip(edge, { legs: legsOn(edge), registrations: this.#registrar.sizeOn(edge.name) }),
      ),
      media: this.#media.servers.flatMap((media) => {
        const load = loads.get(media.name);
        return load ? [viewOfMedia(media, load)] : [];
      }),
    };
  }

  isEdgeUp(name: string): boolean {
    return this.#edges.find(name)?.isUp ?? false;
  }

  onEdgeDown(listener: (name: string) => void): () => void {
    return this.#edges.onDown(({ name }) => listener(name));
  }

  stats(): TelephonyStats {
    return {
      ...this.#counters,
      callsNow: this.#calls.size,
      callsRejected: Object.fromEntries(this.#rejected),
      registrations: this.#registrar.size,
      ringsNow: this.#rings.size,
    };
  }

  async ready(timeoutMs: number): Promise<void> {
    const { clock } = this.#ports;
    const deadline = clock.now() + timeoutMs;
    while (!this.#edges.isUp || !this.#media.isUp) {
      if (clock.now() >= deadline || this.#closing) {
        const { sip, media } = this.health();
        throw new Error(`Not ready: SIP: ${sip.sentence}; media: ${media.sentence}`);
      }
      await pause(clock, 25);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    return this.#closing;
  }

  async #closeOnce(): Promise<void> {
    this.#isDraining = true;
    for (const ring of [...this.#rings]) ring.cancel();
    for (const call of [...this.#calls.keys()]) call.reject(503, undefined, retryAfter);
    const hangingUp = Promise.all([
      ...[...this.#legs].map((leg) => leg.hangUp("shutdown")),
      this.#carriers.close(),
    ]);
    await within(this.#ports.clock, 5_000, "the last BYEs", hangingUp).catch((error: unknown) => {
      this.#log.warn({ error: describeError(error) }, "Some calls could not be ended");
    });
    this.#gate.close();
    this.#registrar.close();
    this.#media.close();
    this.#edges.close();
  }

  #listen(): void {
    this.#edges.handle("invite", (request, response) => {
      this.#onInvite(request, response).catch((error: unknown) => {
        this.#log.error({ error: describeError(error) }, "An INVITE could not be handled");
        if (!response.finalResponseSent) response.send(500);
      });
    });
    this.#edges.handle("options", (request, response) => answerOptions(request, response, this.#gate));
    refuseOtherMethods(this.#edges);
    this.#edges.onDown((edge) => this.#onEdgeLost(edge));
    this.#edges.onUp((edge) => this.#watchOrphans(edge));
  }

  #watchMedia(): void {
    for (const media of this.#media.servers) {
      media.onLost(() => {
        for (const leg of [...this.#legs]) if (leg.media === media) leg.loseMedia();
      });
      media.onUp(() => {
        if (this.#isReconciling) void this.#reconcileOn(media); // never rejects
      });
    }
  }

  async #reconcileOn(media: MediaConnection): Promise<number> {
    const ours = new Set([...this.#legs].map((leg) => leg.channelId));
    const { nodeId } = this.#config;
    const count = await endLeftovers(media, this.#hangUps, { nodeId, ours, log: this.#log });
    if (count > 0) this.#log.warn({ server: media.name, count }, "Channels that nobody owned were ended");
    return count;
  }

  async #onInvite(request: SipRequest, response: SipResponse): Promise<void> {
    let isCancelled = false;
    let call: AdmittedCall | null = null;
    // Listened to from the first moment: a CANCEL may come while the gate looks up an account.
    request.once("cancel", () => {
      isCancelled = true;
      call?.cancel();
    });
    if (this.#isDraining || !this.#handler) {
      const refused = refuse(
        response,
        503,
        this.#isDraining ? "draining" : "not-ready",
        undefined,
        retryAfter,
      );
      return this.#countRejected(refused.cause);
    }
    const admitted = await this.#gate.admit(request, response);
    if ("cause" in admitted) return this.#countRejected(admitted.cause);
    const limit = this.#limitFor(admitted.caller);
    if (limit) {
      refuse(response, limit.status, limit.cause, undefined, limit.status === 503 ? retryAfter : {});
      return this.#countRejected(limit.cause);
    }
    if (isCancelled) return this.#countRejected("cancelled");
    const giveBack = this.#takeChannel(admitted.caller);
    if (giveBack === null) {
      refuse(response, 503, "trunk-full", undefined, retryAfter);
      return this.#countRejected("trunk-full");
    }
    call = new AdmittedCall(request, response, admitted, this.#partsFor(admitted.edge));
    void call.ended.then(giveBack);
    this.#hand(call, admitted.caller);
  }

  #takeChannel(caller: Caller): (() => void) | null {
    return caller.source === "trunk" ? this.#carriers.takeChannel(caller.trunk) : () => undefined;
  }

  #hand(call: AdmittedCall, caller: Caller): void {
    this.#calls.set(call, caller);
    this.#counters.callsAccepted++;
    void call.ended.then(() => this.#calls.delete(call));
    try {
      this.#handler?.(call);
    } catch (error) {
      this.#log.error({ callId: call.id, error: describeError(error) }, "The call handler threw");
      call.reject(500);
    }
  }

  /** Why there is no room for one more call of this kind, or null. */
  #limitFor(caller: Caller): { status: number; cause: string } | null {
    const most = this.#config.maximumCalls ?? 0;
    if (!this.#media.hasRoom() || (most > 0 && this.#calls.size >= most)) {
      return { status: 503, cause: "no-capacity" };
    }
    if (caller.source === "web") {
      const isUsed = [...this.#calls.values()].some(
        (c) => c.source === "web" && c.credential === caller.credential,
      );
      if (isUsed) return { status: 486, cause: "credential-in-use" };
    }
    return null;
  }

  #ring(edge: SipEdge, target: RingTarget, options: RingOptions): Ring {
    const parts = this.#partsFor(edge);
    const { carrier } = target;
    if (carrier?.offer !== "early") return this.#keepRing(new AgentRing(target, options, parts));
    return this.#keepRing(new CarrierRing({ ...target, carrier }, options, parts));
  }

  /** Over any edge. */
  #ringOutside(target: RingTarget, options: RingOptions): Ring {
    const edge = this.#edges.next();
    return edge ? this.#ring(edge, target, options) : failedRing("unreachable");
  }

  #partsFor(edge: SipEdge): CallParts {
    const parts = this.#partsOf.get(edge);
    if (!parts) throw new Error(`There is no SIP edge ${edge.name}`);
    return parts;
  }

  #keepRing<R extends AgentRing | CarrierRing | PatientRing>(ring: R): R {
    this.#rings.add(ring);
    void ring.answered.then(() => this.#rings.delete(ring));
    return ring;
  }

  #keepLeg(leg: ChannelLeg): void {
    this.#legs.add(leg);
    void leg.ended.then(() => this.#legs.delete(leg));
    if (this.#closing) void leg.hangUp("shutdown"); // was being made when everybody else was hung up
  }

  /**
   * Talk goes on without the edge; what waits for a SIP message would wait for ever. Registrations stay: if the edge
   * itself died, its websockets died with it, which the proxy in front of them tells.
   */
  #onEdgeLost(edge: SipEdge): void {
    for (const ring of [...this.#rings]) if (ring.edge === edge) ring.fail();
    for (const call of [...this.#calls.keys()]) if (call.edge === edge) call.failUnanswered();
    this.#orphans.set(
      edge,
      [...this.#legs].filter((leg) => leg.edge === edge),
    );
  }

  /** Legs from before the loss: the edge doesn't tell the new connection of their BYEs. */
  #watchOrphans(edge: SipEdge): void {
    const orphans = this.#orphans.get(edge) ?? [];
    this.#orphans.delete(edge);
    for (const leg of orphans) void watchOrphan(leg, { edge, clock: this.#ports.clock }); // never rejects
  }

  /** A closed tab often sends its BYE first; one that was killed sends none, and would never come back. */
  #onWebSocketClosed(source: { address: string; port: number; edge: string | null }): void {
    const { clock } = this.#ports;
    const { address, port } = source;
    for (const call of this.#calls.keys()) {
      if (call.webSocket?.address !== address || call.webSocket.port !== port) continue;
      if (source.edge !== null && source.edge !== call.edge.name) continue;
      const cancel = clock.setTimer(clock.now() + closedTabGraceMs, () => call.loseCaller());
      void call.ended.then(cancel);
    }
  }

  #countRejected(cause: string): void {
    this.#rejected.set(cause, (this.#rejected.get(cause) ?? 0) + 1);
  }
}
