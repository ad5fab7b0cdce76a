import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import type { Log } from "../base/log.ts";
import { describeError } from "../base/log.ts";
import type { ChannelLeg } from "./channel-leg.ts";
import type { LegEnd, Music } from "./leg.ts";
import type { Bridge, BridgeEnd } from "./interfaces.ts";
import { bufferJitter } from "./jitter-buffer.ts";

/**
 * Two channels joined by `uuid_bridge`.
 *
 *   joined ⇄ held (hold, resume)
 *      └─ a leg ended, or end() ──► ended
 */
export class ChannelBridge implements Bridge {
  readonly bridgedAt: number;
  readonly ended: Promise<BridgeEnd>;
  readonly #customer: ChannelLeg;
  readonly #agent: ChannelLeg;
  readonly #clock: Clock;
  readonly #log: Log;
  #state: "joined" | "held" | "ended" = "joined";
  #music: Music | null = null;
  /** Ends the care for the jitter buffers of the channels, which are bridged. */
  #endBuffering: () => void;
  #resolveEnded: (end: BridgeEnd) => void = () => undefined;
  /** Hold, resume and end follow each other. */
  #turn: Promise<unknown> = Promise.resolve();

  /** Rejects with Failure: "gone" (a leg ended), "unavailable" (the media server refused). */
  static async join(
    customer: ChannelLeg,
    agent: ChannelLeg,
    parts: { clock: Clock; log: Log },
  ): Promise<ChannelBridge> {
    const endBuffering = await joinChannels(customer, agent, parts);
    return new ChannelBridge(customer, agent, parts, endBuffering);
  }

  private constructor(
    customer: ChannelLeg,
    agent: ChannelLeg,
    parts: { clock: Clock; log: Log },
    endBuffering: () => void,
  ) {
    this.#endBuffering = endBuffering;
    this.#customer = customer;
    this.#agent = agent;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.bridgedAt = parts.clock.now();
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    void customer.ended.then((legEnd) => this.#onLegEnd("customer", legEnd));
    void agent.ended.then((legEnd) => this.#onLegEnd("agent", legEnd));
  }

  hold(musicFile: string): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#state !== "joined") return;
      await this.#part();
      if (this.#isOver()) return;
      this.#state = "held";
      this.#music = this.#customer.startMusic(musicFile);
    });
  }

  resume(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#state !== "held") return;
      const parts = { clock: this.#clock, log: this.#log };
      const endBuffering = await joinChannels(this.#customer, this.#agent, parts);
      this.#music = null;
      if (this.#isOver()) {
        endBuffering();
        return;
      }
      this.#endBuffering = endBuffering;
      this.#state = "joined";
    });
  }

  end(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#state === "ended") return;
      const wasJoined = this.#state === "joined";
      this.#finish({ by: "ended", legEnd: null });
      await this.#music?.stop();
      if (wasJoined) {
        await this.#part().catch((error: unknown) => {
          this.#log.warn({ error: describeError(error) }, "Two legs could not be taken apart");
        });
      }
    });
  }

  #onLegEnd(by: "customer" | "agent", legEnd: LegEnd): void {
    if (this.#state === "ended") return;
    const other = by === "customer" ? this.#agent : this.#customer;
    if (this.#state === "joined") other.channel.partings++;
    this.#finish({ by, legEnd });
    // The other one is parked by the media server (park_after_bridge); hold music was for this call only.
    if (by === "agent") void this.#music?.stop();
  }

  #isOver(): boolean {
    return this.#state === "ended";
  }

  #finish(end: BridgeEnd): void {
    this.#state = "ended";
    this.#endBuffering();
    this.#resolveEnded(end);
  }

  /** Both legs go to park: silence. */
  async #part(): Promise<void> {
    this.#endBuffering();
    const { channel } = this.#customer;
    try {
      await channel.api("uuid_transfer", [channel.uuid, "-both", "park", "inline"]);
      channel.partings++;
      this.#agent.channel.partings++;
    } catch (error) {
      if (this.#customer.signal.aborted || this.#agent.signal.aborted) return;
      throw new Failure("unavailable", `The media server could not hold the call: ${describeError(error)}`);
    }
  }

  #inTurn(run: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** Resolves with what ends the care for the jitter buffers; call it when the channels part. */
async function joinChannels(
  customer: ChannelLeg,
  agent: ChannelLeg,
  parts: { clock: Clock; log: Log },
): Promise<() => void> {
  if (customer.signal.aborted) throw new Failure("gone", "The customer has left");
  if (agent.signal.aborted) throw new Failure("gone", "The agent has left");
  if (customer.media !== agent.media) throw new Failure("unavailable", apart(customer, agent));
  customer.giveWayToBridge();
  agent.giveWayToBridge();
  const buffering = new AbortController();
  const { signal } = buffering;
  for (const { channel, hasIce } of [customer, agent]) bufferJitter(channel, { ...parts, signal, hasIce });
  try {
    await customer.channel.api("uuid_bridge", [customer.channelId, agent.channelId]);
    return () => buffering.abort();
  } catch (error) {
    buffering.abort();
    if (customer.signal.aborted) throw new Failure("gone", "The customer has left");
    if (agent.signal.aborted) throw new Failure("gone", "The agent has left");
    throw new Failure("unavailable", `The media server did not bridge the call: ${describeError(error)}`);
  }
}

/** Whoever made the second leg did not say beside which one (`beside`), or the first one was moved meanwhile. */
function apart(customer: ChannelLeg, agent: ChannelLeg): string {
  return `The customer's leg is on the media server ${customer.media.name} and the agent's on ${agent.media.name}: only legs of one server can be bridged`;
}
