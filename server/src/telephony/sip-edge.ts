import type { Log } from "../base/log.ts";
import { describeError } from "../base/log.ts";
import type { SipRequest, SipResponse, Srf } from "./drachtio.ts";
import { createSrf } from "./drachtio.ts";

export interface SipEdgeConfig {
  host: string;
  port: number;
  secret: string;
}

/**
 * The connection to drachtio's control socket: one srf for the life of the process, reconnecting by itself.
 *
 *   connecting ──authenticated──► up ──socket closed──► down ──authenticated──► up …
 */
export class SipEdge {
  readonly srf: Srf;
  readonly #log: Log;
  readonly #onUp = new Set<() => void>();
  readonly #onDown = new Set<() => void>();
  #isUp = false;
  /** Counts the connections that were lost. */
  #connection = 0;
  #isClosed = false;
  #problem = "Connecting to the SIP edge";
  /** `ws/127.0.0.1:5071` …, as the edge announced them. */
  #listeners: string[] = [];

  constructor(config: SipEdgeConfig, log: Log) {
    this.#log = log;
    this.srf = createSrf();
    this.srf.on("connect", (error: Error | null, hostPorts: string | undefined) => {
      if (this.#isClosed) this.srf.disconnect();
      else if (error) this.#setDown(`The SIP edge at ${config.host}:${config.port} refused the secret`);
      else this.#onAuthenticated(hostPorts ?? "");
    });
    this.srf.on("close", () => {
      this.#connection++;
      this.#setDown(`The connection to the SIP edge at ${config.host}:${config.port} is closed`);
    });
    // Without a listener an "error" event would end the process; srf reconnects after each.
    this.srf.on("error", (error: unknown) => {
      this.#setDown(
        `The SIP edge at ${config.host}:${config.port} can't be reached: ${describeError(error)}`,
      );
    });
    this.srf.connect({ ...config, reconnect: { retryMaxDelay: 2_000 } });
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get sentence(): string {
    return this.#isUp ? "Connected" : this.#problem;
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

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isUp = false;
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
    this.#log.info({ listeners: this.#listeners }, "Connected to the SIP edge");
    for (const listener of [...this.#onUp]) listener();
  }

  #setDown(problem: string): void {
    if (this.#isClosed) return;
    const wasUp = this.#isUp;
    this.#isUp = false;
    if (problem !== this.#problem || wasUp) this.#log.warn({}, problem);
    this.#problem = problem;
    if (wasUp) for (const listener of [...this.#onDown]) listener();
  }
}
