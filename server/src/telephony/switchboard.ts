import type { Log } from "../base/log.ts";
import { describeError } from "../base/log.ts";
import { ChannelBridge } from "./bridge.ts";
import { ChannelLeg } from "./channel-leg.ts";
import { Connector } from "./connector.ts";
import { viaTransport } from "./core/sip-text.ts";
import { RecentSet, TokenBuckets } from "./core/token-bucket.ts";
import { pause, within } from "./deadline.ts";
import { DigestGate } from "./digest-gate.ts";
import type { SipRequest, SipResponse } from "./drachtio.ts";
import { createMrf } from "./drachtio.ts";
import type { Caller } from "./gate.ts";
import { Gate, refuse } from "./gate.ts";
import { HangUps } from "./hang-up-dialog.ts";
import type { CallParts } from "./inbound-call.ts";
import { AdmittedCall } from "./inbound-call.ts";
import type { AgentLeg, CallerLeg } from "./leg.ts";
import { MediaConnection } from "./media-connection.ts";
import { watchOrphan } from "./orphans.ts";
import { answerOptions, refuseOtherMethods } from "./other-methods.ts";
import { silenceLimits } from "./core/silence.ts";
import { endLeftovers, nodeHeader } from "./reconcile.ts";
import { PatientRing } from "./patient-ring.ts";
import { routeTo, SipRegistrar } from "./registrar.ts";
import { AgentRing, failedRing } from "./ring.ts";
import type { RingOptions, RingTarget } from "./ring.ts";
import { SipEdge } from "./sip-edge.ts";
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
} from "./interfaces.ts";

const closedTabGraceMs = 3_000;
const retryAfter = { "Retry-After": "5" };

/** Owns the connections and everything that lives on them: calls, rings, legs. */
export class Switchboard implements Telephony {
  readonly registrar: Registrar;
  readonly #registrar: SipRegistrar;
  readonly #config: TelephonyConfig;
  readonly #ports: TelephonyPorts;
  readonly #log: Log;
  readonly #edge: SipEdge;
  readonly #media: MediaConnection;
  readonly #gate: Gate;
  readonly #carriers: Carriers;
  readonly #hangUps: HangUps;
  readonly #parts: CallParts;
  readonly #calls = new Map<AdmittedCall, Caller>();
  readonly #legs = new Set<ChannelLeg>();
  readonly #rings = new Set<AgentRing | PatientRing>();
  readonly #rejected = new Map<string, number>();
  readonly #counters = {
    callsAccepted: 0,
    scannerHits: 0,
    scannerDropped: 0,
    digestFailures: 0,
    mediaCommandTimeouts: 0,
  };
  #handler: ((call: InboundCall) => void) | null = null;
  #orphans: ChannelLeg[] = [];
  #isDraining = false;
  #closing: Promise<void> | null = null;

  constructor(config: TelephonyConfig, ports: TelephonyPorts) {
    const { clock, log } = ports;
    this.#config = config;
    this.#ports = ports;
    this.#log = log;
    const [sip] = config.sip;
    const [server] = config.media.servers;
    if (!sip || !server) throw new TypeError("Telephony needs a SIP edge and a media server");
    this.#edge = new SipEdge(sip, log);
    this.#hangUps = new HangUps(this.#edge, clock, log);
    const connector = new Connector(this.#edge.srf, clock);
    this.#media = new MediaConnection({ ...config.media, ...server }, createMrf(connector), clock, log);
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
    const { edge, strangers } = {
      edge: this.#edge,
      strangers: new TokenBuckets(config.unknownSourceRate ?? { perSecond: 5, burst: 20 }),
    };
    const credentialKey = config.credentialKey;
    this.#registrar = new SipRegistrar({
      ...{ edge, digests, phones: ports.phones, people: ports.people, credentialKey, clock, log },
      mayTry: (request) => this.#gate.mayTry(request),
      onConnectionClosed: (address, port) => this.#onWebSocketClosed(address, port),
    });
    this.registrar = this.#registrar;
    this.#gate = new Gate({
      ...{ edge, digests, registrar: this.#registrar, trunks: ports.trunks, phones: ports.phones },
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
    this.#parts = {
      ...{ clock, log, hangUps: this.#hangUps, media: this.#media, srf: this.#edge.srf, connector },
      counters: this.#counters,
      mediaHeaders: { [nodeHeader]: config.nodeId },
      silenceLimits: silenceLimits(config.mediaTimeoutMs ?? 20_000),
      defaultRegion: config.defaultRegion,
      onLeg: (leg) => this.#keepLeg(leg),
    };
    this.#carriers = new Carriers({
      trunks: ports.trunks,
      ring: (target, options) => this.#ring(target, options),
    });
    this.#listen();
    this.#media.start();
  }

  onCall(handler: (call: InboundCall) => void): void {
    this.#handler = handler;
  }

  ringAgent(options: RingAgentOptions): Ring {
    // Not "unreachable": nobody is to be found not ready after a restart of ours.
    if (this.#closing) return failedRing("cancelled");
    if (this.#edge.isUp) return this.#ringNow(options);
    const onUp = (listener: () => void) => this.#edge.onUp(listener);
    const { clock } = this.#ports;
    return this.#keepRing(new PatientRing(() => this.#ringNow(options), { onUp, clock }));
  }

  #ringNow(options: RingAgentOptions): Ring {
    const contact = this.#registrar.contactOf(options.personId);
    if (!contact) return failedRing("unreachable");
    const { caller, ringTimeoutMs, signal, beside, offerId, personId } = options;
    const target: RingTarget = {
      uri: contact.contact,
      proxy: routeTo(contact),
      personId,
      onDead: () => {
        // A lost datagram proves nothing; a lost connection can't come back by itself.
        if (contact.source.transport !== "udp") this.#registrar.dropContact(contact);
      },
    };
    const headers = { "X-Ringdown-Offer": offerId, ...options.headers };
    return this.#ring(target, { caller, headers, ringTimeoutMs, signal, beside, logFields: { offerId } });
  }

  dialOut(options: DialOutOptions): Ring {
    if (!this.#edge.isUp || this.#closing) return failedRing("unreachable");
    return this.#carriers.dialOut(options);
  }

  bridge(customer: CallerLeg, agent: AgentLeg): Promise<Bridge> {
    if (!(customer instanceof ChannelLeg) || !(agent instanceof ChannelLeg)) {
      throw new TypeError("Only legs of this switchboard can be bridged");
    }
    return ChannelBridge.join(customer, agent, { clock: this.#ports.clock, log: this.#log });
  }

  reconcile(): Promise<number> {
    const ours = new Set([...this.#legs].map((leg) => leg.channelId));
    return endLeftovers(this.#media, this.#hangUps, { nodeId: this.#config.nodeId, ours, log: this.#log });
  }

  drain(): void {
    this.#isDraining = true;
  }

  health(): { sip: TelephonyPart; media: TelephonyPart } {
    return {
      sip: { ok: this.#edge.isUp, sentence: this.#edge.sentence },
      media: { ok: this.#media.server !== null, sentence: this.#media.sentence },
    };
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
    while (!this.#edge.isUp || !this.#media.server) {
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
    const hangingUp = Promise.all([...this.#legs].map((leg) => leg.hangUp("shutdown")));
    await within(this.#ports.clock, 5_000, "the last BYEs", hangingUp).catch((error: unknown) => {
      this.#log.warn({ error: describeError(error) }, "Some calls could not be ended");
    });
    this.#gate.close();
    this.#registrar.close();
    this.#media.close();
    this.#edge.close();
  }

  #listen(): void {
    this.#edge.handle("invite", (request, response) => {
      this.#onInvite(request, response).catch((error: unknown) => {
        this.#log.error({ error: describeError(error) }, "An INVITE could not be handled");
        if (!response.finalResponseSent) response.send(500);
      });
    });
    this.#edge.handle("options", (request, response) => answerOptions(request, response, this.#gate));
    refuseOtherMethods(this.#edge);
    this.#edge.onDown(() => this.#onEdgeLost());
    this.#edge.onUp(() => this.#watchOrphans());
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
    call = new AdmittedCall(request, response, admitted, this.#parts);
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
      this.#log.error({ sipCallId: call.sipCallId, error: describeError(error) }, "The call handler threw");
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

  #ring(target: RingTarget, options: RingOptions): Ring {
    return this.#keepRing(new AgentRing(target, options, this.#parts));
  }

  #keepRing<R extends AgentRing | PatientRing>(ring: R): R {
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
  #onEdgeLost(): void {
    for (const ring of [...this.#rings]) ring.fail();
    for (const call of [...this.#calls.keys()]) call.failUnanswered();
    this.#orphans = [...this.#legs];
  }

  /** Legs from before the loss: the edge doesn't tell the new connection of their BYEs. */
  #watchOrphans(): void {
    for (const leg of this.#orphans.splice(0)) {
      void watchOrphan(leg, { edge: this.#edge, clock: this.#ports.clock, log: this.#log }); // never rejects
    }
  }

  /** A closed tab often sends its BYE first; one that was killed sends none, and would never come back. */
  #onWebSocketClosed(address: string, port: number): void {
    const { clock } = this.#ports;
    for (const call of this.#calls.keys()) {
      if (call.webSocket?.address !== address || call.webSocket.port !== port) continue;
      const cancel = clock.setTimer(clock.now() + closedTabGraceMs, () => call.loseCaller());
      void call.ended.then(cancel);
    }
  }

  #countRejected(cause: string): void {
    this.#rejected.set(cause, (this.#rejected.get(cause) ?? 0) + 1);
  }
}
