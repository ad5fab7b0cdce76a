import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { describeError } from "../base/log.ts";
import type { Channel } from "./channel.ts";
import { pause } from "./deadline.ts";

/** Least and most milliseconds that FreeSWITCH keeps back. */
const deep = "60:300";
const slack = "20:300";
/** A bridge empties the buffer; by then it is full again. */
const filledAfterMs = 500;

/**
 * Gives a channel that is about to be bridged a jitter buffer of 60 ms: packets that come late are still played, and lost
 * ones are patched by the codec. FreeSWITCH waits whenever fewer packets are there than the least that was asked for, so
 * that one lost packet makes the channel late for all who listen, its recording too. So the buffer is filled with three
 * packets first, and then told that one is enough: the other two are what it can do without.
 */
export function bufferJitter(channel: Channel, parts: { clock: Clock; log: Log }): void {
  void fillAndSlacken(channel, parts); // never rejects
}

async function fillAndSlacken(channel: Channel, { clock, log }: { clock: Clock; log: Log }): Promise<void> {
  try {
    await channel.api("uuid_jitterbuffer", [channel.uuid, deep]);
    await pause(clock, filledAfterMs);
    if (!channel.isGone) await channel.api("uuid_jitterbuffer", [channel.uuid, slack]);
  } catch (error) {
    if (channel.isGone) return;
    log.warn({ channelId: channel.uuid, error: describeError(error) }, "A channel has no jitter buffer");
  }
}
