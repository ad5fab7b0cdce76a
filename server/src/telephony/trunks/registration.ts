import { randomBytes } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { RegistrationState } from "../../contract/trunks.ts";
import { within } from "../deadline.ts";
import { answerChallenge, bestChallenge } from "../core/digest-client.ts";
import { afterRegister, type RegisterAnswer } from "../core/registering.ts";
import type { SipEdge } from "../sip-edge.ts";
import { ask } from "./ask.ts";
import { carrierUri } from "./carrier-uri.ts";
import { type RegisteringTrunk, registerHeaders, toAnswer } from "./register-request.ts";

/** Longer than RFC 3261's timer F would wait on UDP makes no sense; the backoff does the rest. */
const answerMs = 10_000;
const farewellMs = 2_000;
/** After the edge has come back: not all trunks in the same moment. */
const spreadMs = 500;
/** The first challenge, and a new nonce where that one was stale. */
const mostChallenges = 3;

export interface RegistrationParts {
  clock: Clock;
  log: Log;
  /** Over which we register: the first that is up, always the same while it is. */
  edge(): SipEdge | undefined;
  onChange(state: RegistrationState): void;
}

/**
 * One trunk's binding at its registrar (RFC 3261 §10.2).
 *
 *   registering ──200──► registered ──before it expires, edge lost──► registering
 *     │    ▲
 *     │    └── backoff ── failed ◄──┐
 *     └── refusal, silence ─────────┘          stop(): un-REGISTER
 */
export class Registration {
  readonly #trunk: RegisteringTrunk;
  readonly #parts: RegistrationParts;
  /** Refreshes share a Call-ID and count up (§10.2.4). */
  readonly #callId = `${randomBytes(12).toString("hex")}@ringdown`;
  readonly #tag = randomBytes(6).toString("hex");
  #cseq = Math.floor(Math.random() * 1_000);
  #expirySeconds: number;
  #failures = 0;
  /** Counts the attempts: what a late answer belongs to. */
  #attempt = 0;
  #edge: SipEdge | null = null;
  #stopTimer: () => void = () => undefined;
  #isStopped = false;
  /** The registrar has our Contact, as far as we know. */
  #isBound = false;
  #asking: Promise<unknown> = Promise.resolve();
  #state: RegistrationState = {
    ...{ state: "registering", until: null, status: null, sentence: null, nextTryAt: null },
  };

  constructor(trunk: RegisteringTrunk, parts: RegistrationParts) {
    this.#trunk = trunk;
    this.#parts = parts;
    this.#expirySeconds = trunk.registration.expirySeconds;
    if (trunk.registration.password === null) this.#isStopped = true;
    else this.#soon(Math.random() * spreadMs);
    if (this.#isStopped)
      this.#set({ ...this.#state, state: "stopped", sentence: "The trunk needs its password again" });
  }

  get state(): RegistrationState {
    return this.#state;
  }

  /** An edge has come up: it may have forgotten its connections, and have another address. */
  onEdgeUp(edge: SipEdge): void {
    if (this.#isStopped) return;
    const isServed = this.#state.state === "registered" && this.#edge !== edge && this.#edge?.isUp === true;
    if (!isServed) this.#soon(Math.random() * spreadMs);
  }

  /** Calls back would come over an edge that is away: another one takes over, where there is one. */
  onEdgeDown(edge: SipEdge): void {
    if (!this.#isStopped && this.#edge === edge) this.#soon(Math.random() * spreadMs);
  }

  /** Takes the binding back, unless somebody else is to have it. Resolves within two seconds; idempotent. */
  async stop(options: { unregister: boolean }): Promise<void> {
    this.#isStopped = true;
    this.#stopTimer();
    if (!options.unregister) return;
    const { clock } = this.#parts;
    const leaving = this.#leave();
    await within(clock, farewellMs, "the last REGISTER", leaving).catch(() => undefined); // it expires by itself
  }

  /** What is asked right now may be granted yet: it is waited for, and taken back as well. */
  async #leave(): Promise<void> {
    await this.#asking;
    const edge = this.#edge;
    if (!this.#isBound || edge?.isUp !== true) return;
    this.#isBound = false;
    await this.#ask(edge, 0, farewellMs);
  }

  #soon(delayMs: number): void {
    const { clock } = this.#parts;
    this.#stopTimer();
    this.#stopTimer = clock.setTimer(clock.now() + delayMs, () => void this.#register()); // never rejects
  }

  async #register(): Promise<void> {
    if (this.#isStopped) return;
    const attempt = ++this.#attempt;
    const edge = this.#parts.edge();
    if (!edge) {
      // `onEdgeUp` begins again; nobody is asked meanwhile, so that there is nothing to wait for.
      this.#set({
        ...this.#state,
        state: "failed",
        status: null,
        sentence: "The SIP edge is away",
        nextTryAt: null,
      });
      return;
    }
    const asking = this.#ask(edge, this.#expirySeconds, answerMs);
    this.#asking = asking;
    const answer = await asking;
    if (attempt !== this.#attempt) return;
    this.#edge = edge;
    const { status } = answer;
    if (status !== null && status >= 200 && status < 300) this.#isBound = true;
    if (!this.#isStopped) this.#onAnswer(answer);
  }

  #onAnswer(answer: RegisterAnswer): void {
    const { clock, log } = this.#parts;
    const now = clock.now();
    const asked = { expirySeconds: this.#expirySeconds, token: this.#trunk.contactToken };
    const after = afterRegister(answer, { ...asked, failures: this.#failures, random: Math.random() });
    const { status } = answer;
    switch (after.kind) {
      case "registered": {
        this.#failures = 0;
        const until = new Date(now + after.grantedSeconds * 1_000).toISOString();
        const nextTryAt = new Date(now + after.refreshInMs).toISOString();
        if (this.#state.state !== "registered")
          log.info(
            { trunkId: this.#trunk.id, grantedSeconds: after.grantedSeconds },
            "Registered at a carrier",
          );
        this.#set({ state: "registered", until, status, sentence: null, nextTryAt });
        return this.#soon(after.refreshInMs);
      }
      case "again":
        this.#expirySeconds = after.expirySeconds;
        return this.#soon(0);
      case "failed": {
        this.#failures++;
        const nextTryAt = new Date(now + after.retryInMs).toISOString();
        const { sentence } = after;
        const isNew = this.#state.state !== "failed" || this.#state.sentence !== sentence;
        if (isNew) log.warn({ trunkId: this.#trunk.id, status, nextTryAt }, `Not registered: ${sentence}`);
        // What was granted before lasts until it expires, whatever became of the refresh.
        const until =
          this.#state.until !== null && Date.parse(this.#state.until) > now ? this.#state.until : null;
        this.#set({ state: "failed", until, status, sentence, nextTryAt });
        return this.#soon(after.retryInMs);
      }
    }
  }

  /** One REGISTER, with the challenges to it answered. */
  async #ask(edge: SipEdge, expirySeconds: number, timeoutMs: number): Promise<RegisterAnswer> {
    const { registrarUri, transport, username, password } = this.#trunk.registration;
    const uri = carrierUri(registrarUri, transport);
    const login = { username, password: password ?? "" };
    let authorization: Record<string, string> = {};
    for (let challenges = 0; ; challenges++) {
      const binding = { callId: this.#callId, tag: this.#tag, cseq: ++this.#cseq, expirySeconds };
      const headers = { ...registerHeaders(this.#trunk, binding), ...authorization };
      const { clock } = this.#parts;
      const answer = await ask(edge.srf, { uri, method: "REGISTER", headers }, { clock, timeoutMs });
      const { response } = answer;
      if (response?.status !== 401 && response?.status !== 407) return toAnswer(answer);
      const isProxy = response.status === 407;
      const challenge = bestChallenge(response.get(isProxy ? "Proxy-Authenticate" : "WWW-Authenticate"));
      const isWorthIt = challenges === 0 || (challenge?.isStale === true && challenges < mostChallenges);
      if (!challenge || !isWorthIt) return toAnswer(answer);
      const cnonce = randomBytes(8).toString("hex");
      const value = answerChallenge(challenge, login, { method: "REGISTER", uri, cnonce });
      authorization = { [isProxy ? "Proxy-Authorization" : "Authorization"]: value };
    }
  }

  #set(state: RegistrationState): void {
    this.#state = state;
    this.#parts.onChange(state);
  }
}
