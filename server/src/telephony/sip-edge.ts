import type { Socket } from "node:net";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { describeError } from "../base/log.ts";
import { backoffMs } from "./core/backoff.ts";
import type { SipRequest, SipResponse, Srf } from "./drachtio.ts";
import { createSrf } from "./drachtio.ts";
import { writeOnceATurn } from "./one-write-a-turn.ts";
import { Pulse } from "./pulse.ts";

export interface SipEdgeConfig {
  host: string;
  port: number;
  secret: string;
}

/** How long an edge that took the connection may take to let us in. */
const signInMs = 5_000;

/**
 * The connection to the control socket of one drachtio: one srf for the life of the process, reconnecting by itself.
 *
 *   connecting ──authenticated──► up ──socket closed, no answer──► down ──authenticated──► up …
 */
export class SipEdge {
  /** `host:port` of the control socket, by which it is known everywhere. */
  readonly name: string;
  readonly srf: Srf;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #onUp = new Set<() => void>();
  readonly #onDown = new Set<() => void>();
  #isUp = false;
  /** Counts the connections that were lost. */
  #connection = 0;
  /** Counts those that came to be used. */
  #timesUp = 0;
  #since: number;
  #isClosed = false;
  #isDraining = false;
  #problem = "Connecting to the SIP edge";
  #pulse: Pulse | null = null;
  #cancelSignIn: () => void = () => undefined;
  /** `ws/127.0.0.1:5071` …, as the edge announced them. */
  #listeners: string[] = [];

  constructor(config: SipEdgeConfig, clock: Clock, log: Log) {
    this.name = `${config.host}:${config.port}`;
    this.#clock = clock;
    this.#log = log;
    this.#since = clock.now();
    this.srf = createSrf();
    this.srf.on("connect", (error: Error | null, hostPorts: string | undefined) => {
      this.#cancelSignIn();
      if (this.#isClosed) this.srf.disconnect();
      else if (error) this.#setDown(`The SIP edge at ${this.name} refused the secret`);
      else this.#onAuthenticated(hostPorts ?? "");
    });
    this.srf.on("close", () => {
      this.#connection++;
      this.#setDown(`The connection to the SIP edge at ${this.name} is closed`);
    });
    // Without a listener an "error" event would end the process; srf reconnects after each.
    this.srf.on("error", (error: unknown) => {
      this.#setDown(`The SIP edge at ${this.name} can't be reached: ${describeError(error)}`);
    });
    this.srf.connect({ ...config, reconnect: {} });
    this.#paceReconnects();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get sentence(): string {
    return this.#isUp ? "Connected" : this.#problem;
  }

  /** Epoch milliseconds of the last change between up and down. */
  get since(): number {
    return this.#since;
  }

  /** Connections after the first one. */
  get reconnects(): number {
    return Math.max(0, this.#timesUp - 1);
  }

  onUp(listener: () => void): () => void {
    this.#onUp.add(listener);
    return () => this.#onUp.delete(listener);
  }

  onDown(listener: () => void): () => void {
    this.#onDown.add(listener);
    return () => this.#onDown.delete(listener);
  }

  /** Handles one method outside of dialogs; a handler that throws answers 500. */
  handle(method: string, handler: (request: SipRequest, response: SipResponse) => void): void {
    this.srf.use(method, (request, response) => {
      try {
        handler(request, response);
      } catch (error) {
        this.#log.error({ method, error: describeError(error) }, "A SIP request could not be handled");
        if (!response.finalResponseSent) response.send(500);
      }
    });
  }

  /** The transport on which a request came. The edge reports a websocket as TCP; Via tells it. */
  transportOf(request: SipRequest, via: string | null): string {
    if (via !== "ws" && via !== "wss") return request.protocol || "udp";
    // A browser behind a TLS proxy writes WSS, although the edge hears plain WS: the listener is right.
    return this.#listeners.includes(`wss/${request.receivedOn ?? "?"}`) ? "wss" : "ws";
  }

  /**
   * Calls go to other controllers of this edge from now on; where there is none, the edge answers 503 by itself. What
   * runs here goes on, registrations included: agents who come back are needed by those who wait here.
   */
  drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#removeRoutes();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isUp = false;
    this.#pulse?.stop();
    this.#cancelSignIn();
    const client = this.srf.app.client;
    if (client && client.mapServer.size > 0) {
      this.srf.disconnect();
      return;
    }
    // Between two attempts srf has no socket to disconnect, and its retry would go on for ever.
    if (client?.wp) {
      client.wp.closing = true;
      if (client.wp.reconnectVars?.retryTimer) clearTimeout(client.wp.reconnectVars.retryTimer);
    }
  }

  /**
   * srf asks for the methods that it handles right after signing in; until the edge has read that, calls get 503. The
   * edge answers in order, so the answer to a question about a dialog that can't exist tells that it has.
   */
  #onAuthenticated(hostPorts: string): void {
    const connection = this.#connection;
    for (const socket of this.srf.app.client?.mapServer.keys() ?? []) writeOnceATurn(socket);
    const question = { method: "OPTIONS", stackDialogId: "ringdown-ready;from-tag=none" };
    const answered = this.srf.request("sip:placeholder", question).catch(() => undefined);
    const patience = new Promise((resolve) => setTimeout(resolve, 1_000).unref());
    void Promise.race([answered, patience]).then(() => {
      if (connection === this.#connection && !this.#isClosed) this.#setUp(hostPorts);
    });
  }

  #setUp(hostPorts: string): void {
    this.#listeners = hostPorts.split(",").map((entry) => entry.trim());
    this.#isUp = true;
    this.#since = this.#clock.now();
    this.#timesUp++;
    this.#pulse?.stop();
    this.#pulse = new Pulse({
      clock: this.#clock,
      ask: () => this.#ping(),
      onSilence: () => this.#giveUp(`The SIP edge at ${this.name} does not answer any more`),
    });
    if (this.#isDraining) this.#removeRoutes();
    this.#log.info({ server: this.name, listeners: this.#listeners }, "Connected to the SIP edge");
    for (const listener of [...this.#onUp]) listener();
  }

  #setDown(problem: string): void {
    if (this.#isClosed) return;
    const wasUp = this.#isUp;
    this.#isUp = false;
    this.#pulse?.stop();
    if (wasUp) this.#since = this.#clock.now();
    if (problem !== this.#problem || wasUp) this.#log.warn({ server: this.name }, problem);
    this.#problem = problem;
    if (wasUp) for (const listener of [...this.#onDown]) listener();
  }

  /** Breaks the connection: srf makes a new one. */
  #giveUp(problem: string): void {
    this.#setDown(problem);
    for (const socket of this.#sockets()) socket.destroy();
  }

  #sockets(): Socket[] {
    return [...(this.srf.app.client?.mapServer.keys() ?? [])];
  }

  /** srf doubles without dice, and says so just before it waits. An edge that hangs takes a connection and says nothing. */
  #paceReconnects(): void {
    const protocol = this.srf.app.client?.wp;
    protocol?.on("reconnecting", ({ attempt }: { attempt: number }) => {
      if (protocol.reconnectVars) protocol.reconnectVars.retryDelay = backoffMs(attempt - 1, Math.random());
    });
    protocol?.on("connect", () => {
      this.#cancelSignIn();
      this.#cancelSignIn = this.#clock.setTimer(this.#clock.now() + signInMs, () => {
        this.#giveUp(`The SIP edge at ${this.name} does not answer`);
      });
    });
  }

  #ping(): Promise<void> {
    return new Promise((resolve, reject) => {
      const client = this.srf.app.client;
      const [found] = client?.mapServer ?? [];
      if (!client?.wp || !found) {
        reject(new Error("There is no connection"));
        return;
      }
      const [socket, { pendingRequests }] = found;
      pendingRequests.set(client.wp.send(socket, "ping"), () => resolve());
    });
  }

  #removeRoutes(): void {
    const client = this.srf.app.client;
    for (const method of ["invite", "options"]) {
      try {
        client?.removeRoute(method);
      } catch (error) {
        this.#log.debug({ method, error: describeError(error) }, "A route was not there to be removed");
      }
    }
  }
}
