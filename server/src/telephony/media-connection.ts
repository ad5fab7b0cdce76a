import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { describeError } from "../base/log.ts";
import type { ChannelFailureCause } from "./connector.ts";
import { backoffMs } from "./core/backoff.ts";
import type { MediaServerLoad } from "./core/choose-media-server.ts";
import type { MediaStatus } from "./core/media-status.ts";
import { channelIdsIn, readHeartbeat, readStatus } from "./core/media-status.ts";
import type { EslConnection, EslEvent, MediaServer, Mrf } from "./drachtio.ts";
import { pause, within } from "./deadline.ts";
import { writeOnceATurn } from "./one-write-a-turn.ts";
import { Pulse } from "./pulse.ts";
import { Turnstile } from "./turnstile.ts";
import { setGlobals } from "./global-variables.ts";
import { probeEventSocket, probeListenAddress } from "./media-probe.ts";

export interface MediaConfig {
  host: string;
  port: number;
  secret: string;
  listenAddress?: string | undefined;
  listenPort?: number | undefined;
  advertisedAddress?: string | undefined;
}

/**
 * What we hear of a channel. By itself the library subscribes to twice as many: each event is some seven kilobytes of JSON,
 * for FreeSWITCH to write and for us to parse.
 */
const channelEvents = "CHANNEL_CALLSTATE DTMF PLAYBACK_START CHANNEL_EXECUTE_COMPLETE";
const connectDeadlineMs = 3_000;
/** For a server that fell silent: it has been waited for already. */
const suspectDeadlineMs = 2_000;
/**
 * So many channels may be beginning at a time. FreeSWITCH asks a thousand times a second for each of them whether its
 * event socket has been greeted: a rush that is let in all at once takes the processor from those who would greet it.
 */
const beginningsAtATime = 4;
/** So long a server that refused a channel is spared, if there is another. */
const afterRefusalMs = 1_000;

/**
 * One media server: its event socket, whether it answers, and what it told of itself. The library's MediaServer is used
 * for one connection and thrown away with it: its own reconnection keeps the callbacks of the old connection and loses
 * the subscriptions.
 *
 *   connecting ──ready──► up ──socket closed, no answer──► connecting …
 *
 * A closed event socket says nothing of the channels, which have sockets of their own. A server that fell silent and
 * can't be had again at once either takes them along: then it is told as lost.
 */
export class MediaConnection {
  /** `host:port` of the event socket, by which it is known everywhere. */
  readonly name: string;
  /** Whoever wants a channel goes through here. */
  readonly beginnings = new Turnstile(beginningsAtATime);
  readonly #config: MediaConfig;
  readonly #mrf: Mrf;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #closing = new AbortController();
  readonly #onUp = new Set<() => void>();
  readonly #onLost = new Set<() => void>();
  readonly #recordingStops = new Map<string, (event: EslEvent) => void>();
  readonly #failures = new Map<ChannelFailureCause, number>();
  #server: MediaServer | null = null;
  #problem = "Connecting to the media server";
  #since: number;
  #connections = 0;
  /** It fell silent; the next attempt to connect decides. */
  #isSuspect = false;
  #status: MediaStatus | null = null;
  /** It takes none from outside, which its status does not show (`fsctl pause inbound`). */
  #isPausedInbound = false;
  #ourChannels = 0;
  #ourChannelsWhenTold = 0;
  /** Channels that were on it when it was connected, before we made any on this connection. */
  #found: string[] = [];
  #refusedAt = -Infinity;

  constructor(config: MediaConfig, mrf: Mrf, clock: Clock, log: Log) {
    this.name = `${config.host}:${config.port}`;
    this.#config = config;
    this.#mrf = mrf;
    this.#clock = clock;
    this.#log = log;
    this.#since = clock.now();
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

  /** What it told last; null: nothing since it is up. */
  get status(): MediaStatus | null {
    return this.#server ? this.#status : null;
  }

  /** Epoch milliseconds of the last change between up and down. */
  get since(): number {
    return this.#since;
  }

  /** Connections after the first one. */
  get reconnects(): number {
    return Math.max(0, this.#connections - 1);
  }

  /** Channels that could not be had, by cause. */
  get failures(): ReadonlyMap<ChannelFailureCause, number> {
    return this.#failures;
  }

  /** Channels of ours that are up or being made. */
  get ourChannels(): number {
    return this.#ourChannels;
  }

  /** As the choice sees it, but for the drain, which others know of. */
  get load(): Omit<MediaServerLoad, "isDraining"> {
    const { name } = this;
    const told = this.#status && { ...this.#status, ourChannels: this.#ourChannelsWhenTold };
    return {
      ...{ name, told, isUp: this.#server !== null, ourChannels: this.#ourChannels },
      isPaused: this.#isPausedInbound || (this.#status?.isPaused ?? false),
      hasJustRefused: this.#clock.now() - this.#refusedAt < afterRefusalMs,
    };
  }

  onUp(listener: () => void): () => void {
    this.#onUp.add(listener);
    return () => this.#onUp.delete(listener);
  }

  /** Hears that the server is gone, with every channel on it, whether or not their sockets say so. */
  onLost(listener: () => void): () => void {
    this.#onLost.add(listener);
    return () => this.#onLost.delete(listener);
  }

  /** Counts a channel of ours, from before its INVITE until the returned function is called. */
  takeChannel(): () => void {
    this.#ourChannels++;
    let isTaken = true;
    return () => {
      if (isTaken) this.#ourChannels--;
      isTaken = false;
    };
  }

  /** UUIDs of the channels that were there when it was connected; told once. */
  takeFound(): string[] {
    return this.#found.splice(0);
  }

  /** A channel could not be had. */
  countFailure(why: ChannelFailureCause): void {
    this.#failures.set(why, (this.#failures.get(why) ?? 0) + 1);
    this.#refusedAt = this.#clock.now();
    // Whether it is paused for calls in: the next answers tell when that is over.
    if (why === "refused") this.#askWhetherPaused();
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
    let attempt = 0;
    while (!this.#closing.signal.aborted) {
      try {
        await this.#connectUntilLost();
        attempt = 0;
      } catch (error) {
        this.#setProblem(describeError(error));
        this.#tellLost();
      }
      await pause(this.#clock, backoffMs(++attempt, Math.random()), this.#closing.signal);
    }
  }

  /** Rejects when there is no connection to be had; resolves when the one that was made is lost. */
  async #connectUntilLost(): Promise<void> {
    const { host, port, secret, advertisedAddress, listenPort = 0 } = this.#config;
    // Only a media server on this machine can reach the loopback address.
    const isLocal = advertisedAddress === undefined || advertisedAddress === "127.0.0.1";
    const { listenAddress = isLocal ? "127.0.0.1" : "0.0.0.0" } = this.#config;
    const deadlineMs = this.#isSuspect ? suspectDeadlineMs : connectDeadlineMs;
    await probeEventSocket({ host, port, secret }, deadlineMs);
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

  /** Resolves when the connection is lost; rejects when the server doesn't say how it stands. */
  async #adopt(server: MediaServer): Promise<void> {
    server.conn.closing = true; // see the class comment
    server._server.server.prependListener("connection", writeOnceATurn);
    server._server.on("connection::open", subscribeSparingly);
    const ended = new Promise<string>((resolve) => {
      server.once("end", () => resolve(`The connection to the media server at ${this.name} is closed`));
    });
    server.conn.subscribe("HEARTBEAT RECORD_STOP");
    server.conn.on("esl::event::RECORD_STOP::*", (event) => this.#onRecordStop(event));
    try {
      await within(this.#clock, connectDeadlineMs, "the question for its status", this.#askStatus(server));
      await within(this.#clock, connectDeadlineMs, "its global variables", setGlobals(server));
      const reply = new Promise<string>((resolve) => server.api("show channels", resolve));
      const channels = await within(this.#clock, connectDeadlineMs, "the question for its channels", reply);
      this.#found = channelIdsIn(channels);
    } catch (error) {
      server.disconnect();
      throw error;
    }
    this.#setUp(server);
    const problem = await this.#untilLost(server, ended);
    server.disconnect();
    this.#server = null;
    this.#since = this.#clock.now();
    this.#setProblem(problem);
  }

  #setUp(server: MediaServer): void {
    this.#isSuspect = false;
    this.#server = server;
    this.#since = this.#clock.now();
    this.#connections++;
    this.#log.info({ server: this.name }, "Connected to the media server");
    for (const listener of [...this.#onUp]) listener();
  }

  /** Resolves with a sentence. */
  async #untilLost(server: MediaServer, ended: Promise<string>): Promise<string> {
    const { promise: silent, resolve: tellSilence } = promiseWithResolvers<string>();
    const pulse = new Pulse({
      clock: this.#clock,
      ask: () => this.#askStatus(server),
      onSilence: () => {
        this.#isSuspect = true;
        tellSilence(`The media server at ${this.name} does not answer any more`);
      },
    });
    server.conn.on("esl::event::HEARTBEAT::*", (event) => {
      pulse.heard();
      this.#learn({ isPaused: false, ...this.#status, ...readHeartbeat((name) => event.getHeader(name)) });
    });
    try {
      return await Promise.race([ended, silent]);
    } finally {
      pulse.stop();
    }
  }

  #askStatus(server: MediaServer): Promise<void> {
    return new Promise((resolve) => {
      server.api("status", (body) => {
        const status = readStatus(body);
        if (status) this.#learn(status);
        if (this.#isPausedInbound) this.#askWhetherPaused();
        resolve();
      });
    });
  }

  #askWhetherPaused(): void {
    this.#server?.api("fsctl pause_check inbound", (body) => {
      this.#isPausedInbound = body.trim() === "true";
    });
  }

  #learn(status: Partial<MediaStatus>): void {
    const { isPaused = false, sessions, maxSessions = 0, idleCpu = null } = status;
    if (sessions === undefined) return;
    this.#status = { isPaused, sessions, maxSessions, idleCpu };
    this.#ourChannelsWhenTold = this.#ourChannels;
  }

  #tellLost(): void {
    if (!this.#isSuspect || this.#closing.signal.aborted) return;
    this.#isSuspect = false;
    this.#log.warn({ server: this.name, channels: this.#ourChannels }, "A media server is lost");
    for (const listener of [...this.#onLost]) listener();
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

/** The library asks once, for all that it knows. */
function subscribeSparingly(connection: EslConnection): void {
  const subscribe = connection.subscribe.bind(connection);
  // It would add BACKGROUND_JOB, and nobody here runs a command in the background on a channel's socket.
  connection.reqEvents = [];
  connection.subscribe = () => subscribe(channelEvents);
}

function promiseWithResolvers<T>(): { promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}
