import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { describeError } from "../base/log.ts";
import type { Channel } from "./channel.ts";
import { pause } from "./deadline.ts";

/** Least and most milliseconds that FreeSWITCH keeps back: while the buffer fills, while it is used, while it is trimmed. */
const deep = "60:300";
const slack = "20:300";
const tight = "20:40";
/** A bridge empties the buffer; by then it is full again. */
const filledAfterMs = 500;
const trimEveryMs = 5_000;
/** FreeSWITCH gives back 20 ms with each packet. */
const trimmedAfterMs = 100;

type Buffered = Pick<Channel, "uuid" | "isGone" | "api">;

/** Ends with the signal, which must come when the channel leaves its bridge. */
interface Buffering {
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  /** Whether the channel's party checks its connection by ICE (RFC 8445), as every browser does. */
  hasIce: boolean;
}

/**
 * Gives a channel that is about to be bridged a jitter buffer of 60 ms: packets that come late are still played, and lost
 * ones are patched by the codec. FreeSWITCH waits whenever fewer packets are there than the least that was asked for, so
 * that one lost packet makes the channel late for all who listen, its recording too. So the buffer is filled with three
 * packets first, and then told that one is enough: the other two are what it can do without.
 *
 * At a check of ICE FreeSWITCH may lose a tick of its clock; the buffer then holds one packet more, and gives none back
 * before there are 23: the delay would creep to half a second. So every few seconds the buffer is told for a moment to
 * keep no more than it was filled with (docs/recordings.md).
 */
export function bufferJitter(channel: Buffered, buffering: Buffering): void {
  void keepBuffer(channel, buffering); // never rejects
}

async function keepBuffer(channel: Buffered, { clock, log, signal, hasIce }: Buffering): Promise<void> {
  const tell = (depth: string) => channel.api("uuid_jitterbuffer", [channel.uuid, depth]);
  const isOver = () => signal.aborted || channel.isGone;
  try {
    await tell(deep);
    await pause(clock, filledAfterMs, signal);
    if (!isOver()) await tell(slack);
    while (hasIce && !isOver()) {
      await pause(clock, trimEveryMs, signal);
      if (isOver()) return;
      await tell(tight);
      await pause(clock, trimmedAfterMs, signal);
      // Whatever comes after the bridge wants it, too.
      if (!channel.isGone) await tell(slack);
    }
  } catch (error) {
    if (channel.isGone) return;
    log.warn({ channelId: channel.uuid, error: describeError(error) }, "A channel has no jitter buffer");
  }
}
