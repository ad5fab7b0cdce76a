import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { describeError } from "../base/log.ts";
import type { EslEvent, MediaServer, Mrf } from "./drachtio.ts";
import { pause, within } from "./deadline.ts";
import { probeEventSocket, probeListenAddress } from "./media-probe.ts";

export interface MediaConfig {
  host: string;
  port: number;
  secret: string;
  listenAddress?: string | undefined;
  listenPort?: number | undefined;
  advertisedAddress?: string | undefined;
}

const connectDeadlineMs = 3_000;
const firstRetryMs = 250;
const longestRetryMs = 5_000;

/**
 * The event socket of one media server. The library's MediaServer is used for one connection and thrown away with it:
 * its own reconnection keeps the callbacks of the old connection and loses the subscriptions.
 *
 *   connecting ──ready──► up ──socket closed──► connecting …
 */
export class MediaConnection {
  readonly #config: MediaConfig;
  readonly #mrf: Mrf;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #closing = new AbortController();
  readonly #onUp = new Set<() => void>();
  readonly #recordingStops = new Map<string, (event: EslEvent) => void>();
  #server: MediaServer | null = null;
  #problem = "Connecting to the media server";

  constructor(config: MediaConfig, mrf: Mrf, clock: Clock, log: Log) {
    this.#config = config;
    this.#mrf = mrf;
    this.#clock = clock;
    this.#log = log;
  }

  /** Connects and keeps connected until `close`. */
  start(): void {
    void this.#keepConnected(); // never rejects
  }

  /** The connected media server, or null. */
  get server(): MediaServer | null {
    return this.#server;
  }

  get sentence(): string {
    return this.#server ? "Connected" : this.#problem;
  }

  onUp(listener: () => void): () => void {
    this.#onUp.add(listener);
    return () => this.#onUp.delete(listener);
  }

  /** Whether another channel fits, as far as the last heartbeat tells (every 10 to 20 s). */
  hasRoom(): boolean {
    const server = this.#server;
    if (!server) return false;
    return !(server.maxSessions > 0 && server.currentSessions >= server.maxSessions);
  }

  /** Runs an API command; rejects after the deadline or when there is no media server. */
  api(command: string, deadlineMs = 5_000): Promise<string> {
    const server = this.#server;
    if (!server) return Promise.reject(new Error(this.#problem));
    const reply = new Promise<string>((resolve) => server.api(command, resolve));
    return within(this.#clock, deadlineMs, `the media server command "${command.split(" ", 1)[0]}"`, reply);
  }

  /** Hears once that the recording of this path is complete. */
  onRecordingStopped(path: string, listener: (event: EslEvent) => void): () => void {
    this.#recordingStops.set(path, listener);
    return () => this.#recordingStops.delete(path);
  }

  close(): void {
    this.#closing.abort();
    this.#server?.disconnect();
    this.#server = null;
  }

  async #keepConnected(): Promise<void> {
    let retryMs = firstRetryMs;
    while (!this.#closing.signal.aborted) {
      try {
        await this.#connectUntilLost();
        retryMs = firstRetryMs;
      } catch (error) {
        this.#setProblem(describeError(error));
      }
      await pause(this.#clock, retryMs, this.#closing.signal);
      retryMs = Math.min(longestRetryMs, retryMs * 2);
    }
  }

  /** Rejects when there is no connection to be had; resolves when the one that was made is lost. */
  async #connectUntilLost(): Promise<void> {
    const { host, port, secret, advertisedAddress, listenPort = 0 } = this.#config;
    // Only a media server on this machine can reach the loopback address.
    const isLocal = advertisedAddress === undefined || advertisedAddress === "127.0.0.1";
    const { listenAddress = isLocal ? "127.0.0.1" : "0.0.0.0" } = this.#config;
    await probeEventSocket({ host, port, secret }, connectDeadlineMs);
    await probeListenAddress(listenAddress, listenPort);
    const connecting = this.#mrf.connect({
      address: host,
      port,
      secret,
      listenAddress,
      listenPort,
      ...(advertisedAddress === undefined ? {} : { advertisedAddress }),
    });
    const server = await within(this.#clock, connectDeadlineMs, "the media server connection", connecting);
    if (this.#closing.signal.aborted) {
      server.disconnect();
      return;
    }
    await this.#adopt(server);
  }

  #adopt(server: MediaServer): Promise<void> {
    server.conn.closing = true; // see the class comment
    server.conn.subscribe("HEARTBEAT RECORD_STOP");
    server.conn.on("esl::event::RECORD_STOP::*", (event) => this.#onRecordStop(event));
    this.#server = server;
    this.#log.info({ host: this.#config.host, port: this.#config.port }, "Connected to the media server");
    for (const listener of [...this.#onUp]) listener();
    return new Promise((resolve) => {
      server.once("end", () => {
        server.disconnect();
        if (this.#server === server) this.#server = null;
        this.#setProblem(`The connection to the media server at ${this.#config.host} is closed`);
        resolve();
      });
    });
  }

  #onRecordStop(event: EslEvent): void {
    const path = event.getHeader("Record-File-Path") ?? "";
    const listener = this.#recordingStops.get(path);
    this.#recordingStops.delete(path);
    listener?.(event);
  }

  #setProblem(problem: string): void {
    if (this.#closing.signal.aborted) return;
    if (problem !== this.#problem) this.#log.warn({}, problem);
    this.#problem = problem;
  }
}
