import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import type { Log } from "../base/log.ts";
import type { ChannelRequest, Connection, Connector, PartyOffer } from "./connector.ts";
import { NoChannel } from "./connector.ts";
import type { MediaServerLoad } from "./core/choose-media-server.ts";
import { chooseMediaServer, takesCalls } from "./core/choose-media-server.ts";
import { pause } from "./deadline.ts";
import { createMrf } from "./drachtio.ts";
import type { TelephonyConfig } from "./interfaces.ts";
import { MediaConnection } from "./media-connection.ts";
import type { ReservationRequest } from "./trunks/media-reservation.ts";
import { ReservedChannel } from "./trunks/media-reservation.ts";

/** A channel takes some milliseconds; a server that gives none for so long is left for the next one. */
const patienceMs = 3_000;
/** When there is no next one. */
const lastPatienceMs = 6_000;

/** A media server that crashed is mostly started again at once: callers who wait stay for it so long. */
const comeBackWithinMs = 10_000;
const lookAgainMs = 100;

/** Which servers administrators want empty. */
export interface MediaDrains {
  /** By name (`host:port`), as it is now; asked for each call. */
  has(name: string): boolean;
}

/** A party and its channel, and where that is. */
export interface PooledConnection extends Connection {
  media: MediaConnection;
  /** Says that the channel is gone, so that its place is free. */
  giveBack(): void;
}

/** A channel that waits for its party's answer, and where it is. */
export interface PooledReservation extends Pick<ReservedChannel, "offer" | "answer" | "release"> {
  media: MediaConnection;
  /** Says that the channel is gone, so that its place is free. */
  giveBack(): void;
}

interface ChannelOnOne extends ChannelRequest {
  /** For a call that is under way: it is finished before another one begins. */
  isUrgent: boolean;
}

/** The media servers: which one takes a channel, and the next one when it refuses. */
export class MediaPool {
  readonly servers: readonly MediaConnection[];
  readonly #connector: Connector;
  readonly #drains: MediaDrains;
  readonly #clock: Clock;
  readonly #log: Log;
  #turn = 0;

  constructor(
    config: TelephonyConfig["media"],
    parts: { connector: Connector; drains: MediaDrains; clock: Clock; log: Log },
  ) {
    const { servers, listenPort = 0, ...rest } = config;
    const mrf = createMrf(parts.connector);
    this.#connector = parts.connector;
    this.#drains = parts.drains;
    this.#clock = parts.clock;
    this.#log = parts.log;
    // The library listens for each server on a port of its own.
    this.servers = servers.map((server, i) => {
      const own = { ...rest, ...server, listenPort: listenPort === 0 ? 0 : listenPort + i };
      return new MediaConnection(own, mrf, parts.clock, parts.log);
    });
  }

  start(): void {
    for (const server of this.servers) server.start();
  }

  /** Whether any server is connected. */
  get isUp(): boolean {
    return this.servers.some(({ server }) => server !== null);
  }

  /** Names the servers that are away; "Connected" when there is none. */
  get sentence(): string {
    const away = this.servers.filter(({ server }) => server === null).map(({ sentence }) => sentence);
    return away.length === 0 ? "Connected" : away.join("; ");
  }

  /** Whether another call can be taken, as far as can be known without asking. */
  hasRoom(): boolean {
    return chooseMediaServer(this.loads(), this.#turn) !== null;
  }

  loads(): MediaServerLoad[] {
    return this.servers.map(({ load }) => ({ ...load, isDraining: this.#drains.has(load.name) }));
  }

  /**
   * Gives an offer a channel: on the server `beside`, whatever its state, or on the best one, and on the next one if
   * that refuses and the offer is not answered yet. Rejects with Failure: "gone", "unsupported-media", "unavailable".
   */
  async connect(
    offer: PartyOffer,
    request: Omit<ChannelRequest, "deadlineMs"> & { beside?: MediaConnection | undefined },
  ): Promise<PooledConnection> {
    const { beside, ...rest } = request;
    if (beside)
      return this.#connectOn(beside, offer, { ...rest, deadlineMs: lastPatienceMs, isUrgent: true });
    const state = { isAnswered: false };
    const watched = whenAnswered(offer, () => (state.isAnswered = true));
    return this.#onTheBest(
      (media, deadlineMs) => this.#connectOn(media, watched, { ...rest, deadlineMs, isUrgent: false }),
      () => !state.isAnswered,
    );
  }

  /**
   * A channel that offers its media, for a party that is found later. Chosen and failing over as in `connect`; it
   * gives its place back itself when it is released, and its leg does so after that.
   */
  async reserve(
    request: Omit<ReservationRequest, "deadlineMs" | "clock"> & { beside?: MediaConnection | undefined },
  ): Promise<PooledReservation> {
    const { beside, ...rest } = request;
    if (beside) return this.#reserveOn(beside, { ...rest, deadlineMs: lastPatienceMs });
    return this.#onTheBest(
      (media, deadlineMs) => this.#reserveOn(media, { ...rest, deadlineMs }),
      () => true,
    );
  }

  /** Tries the best server, and the next best ones as long as they refuse and `mayGoOn` says so. */
  async #onTheBest<T>(
    run: (media: MediaConnection, deadlineMs: number) => Promise<T>,
    mayGoOn: () => boolean,
  ): Promise<T> {
    const tried = new Set<string>();
    let media = this.#choose(tried, this.#turn++);
    for (;;) {
      if (!media) throw new Failure("unavailable", this.#nobody());
      tried.add(media.name);
      const next = this.#choose(tried, this.#turn);
      try {
        return await run(media, next ? patienceMs : lastPatienceMs);
      } catch (error) {
        if (!(error instanceof NoChannel) || !next || !mayGoOn()) throw error;
        this.#log.warn({ server: media.name, error: error.message }, "The next media server is tried");
      }
      // Chosen anew: time has passed.
      media = this.#choose(tried, this.#turn) ?? next;
    }
  }

  async #reserveOn(
    media: MediaConnection,
    request: Omit<ReservationRequest, "clock">,
  ): Promise<PooledReservation> {
    const { server } = media;
    if (!server) throw new Failure("unavailable", media.sentence);
    const giveBack = media.takeChannel();
    try {
      const asked = { ...request, clock: this.#clock };
      const reserved = await ReservedChannel.open(this.#connector, server, asked);
      return {
        offer: reserved.offer,
        answer: (sdp, limitMs) => reserved.answer(sdp, limitMs),
        release: () => reserved.release().finally(giveBack),
        ...{ media, giveBack },
      };
    } catch (error) {
      giveBack();
      if (error instanceof NoChannel) media.countFailure(error.why);
      throw error;
    }
  }

  /**
   * A channel for somebody whose media server is gone: on another one, or on that one if it comes back soon. Rejects as
   * `connect` does.
   */
  async reconnect(
    offer: PartyOffer,
    request: Omit<ChannelRequest, "deadlineMs">,
    signal: AbortSignal,
  ): Promise<PooledConnection> {
    const until = this.#clock.now() + comeBackWithinMs;
    while (!this.hasRoom() && this.#clock.now() < until && !signal.aborted)
      await pause(this.#clock, lookAgainMs, signal);
    return this.connect(offer, request);
  }

  close(): void {
    for (const server of this.servers) server.close();
  }

  async #connectOn(
    media: MediaConnection,
    offer: PartyOffer,
    request: ChannelOnOne,
  ): Promise<PooledConnection> {
    if (!media.server) throw new Failure("unavailable", media.sentence);
    const giveBack = media.takeChannel();
    const { leave, server, leftMs } = await this.#beginOn(media, request);
    try {
      if (!server) throw new NoChannel("failed", media.sentence); // it went while its turn was waited for
      if (leftMs <= 0) throw new NoChannel("timeout", `The media server ${media.name} has no time`);
      const begun = whenAnswered(offer, leave);
      const connection = await this.#connector.connect(server, begun, { ...request, deadlineMs: leftMs });
      return { ...connection, media, giveBack };
    } catch (error) {
      giveBack();
      if (error instanceof NoChannel) media.countFailure(error.why);
      throw error;
    } finally {
      leave();
    }
  }

  /** Waits for its turn; then, how much of its time is left. */
  async #beginOn(media: MediaConnection, { deadlineMs, isUrgent }: ChannelOnOne) {
    const until = this.#clock.now() + deadlineMs;
    const leave = await media.beginnings.enter(isUrgent);
    return { leave, server: media.server, leftMs: until - this.#clock.now() };
  }

  #choose(except: ReadonlySet<string>, turn: number): MediaConnection | undefined {
    const name = chooseMediaServer(this.loads(), turn, except);
    return this.servers.find((each) => each.name === name);
  }

  #nobody(): string {
    const loads = this.loads();
    if (!loads.some(({ isUp }) => isUp)) return this.sentence;
    return loads.some(takesCalls)
      ? "Every media server is full"
      : "No media server takes calls: those that are up are paused or being drained";
  }
}

/** The same offer, which tells when it is being answered. */
function whenAnswered(offer: PartyOffer, tell: () => void): PartyOffer {
  return {
    sdp: offer.sdp,
    answer: (localSdp) => {
      tell();
      return offer.answer(localSdp);
    },
  };
}
