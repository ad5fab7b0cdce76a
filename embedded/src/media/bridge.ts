import type { Channel } from "./channel.ts";
import type { ChannelTask } from "./channel-task.ts";
import { isTrue } from "./core/arguments.ts";
import type { Digit } from "./core/telephone-event.ts";
import { parkForGood } from "./applications/park.ts";

/** One side of a bridge: hears the peer, passes keys on to it. */
class BridgeTask implements ChannelTask {
  readonly #channel: Channel;
  readonly #peer: Channel;
  readonly #onCancelled: () => void;

  constructor(channel: Channel, peer: Channel, onCancelled: () => void) {
    this.#channel = channel;
    this.#peer = peer;
    this.#onCancelled = onCancelled;
  }

  onFrame(): boolean {
    if (this.#peer.isTalking && this.#peer.hasRead) this.#channel.write(this.#peer.readFrame);
    return false;
  }

  onDigit(digit: Digit): boolean {
    if (!isTrue(this.#channel.variable("bridge_filter_dtmf"))) this.#peer.voice.sendDigit(digit);
    return false;
  }

  onCancel(): void {
    this.#onCancelled();
  }
}

function note(channel: Channel, peer: Channel): void {
  channel.setVariable("bridge_channel", peer.name);
  channel.setVariable("bridge_uuid", peer.uuid);
  channel.setVariable("signal_bond", peer.uuid);
  channel.setVariable("bridge_to", peer.uuid);
  channel.setVariable("last_bridge_to", peer.uuid);
}

/**
 * Connects two channels, `uuid_bridge`. Whatever they do is interrupted, earlier bridges are undone by
 * the same rules as at a hang-up. False if either is gone or both are the same.
 */
export function bridge(originator: Channel, originatee: Channel): boolean {
  if (!originator.isUp || !originatee.isUp || originator === originatee) return false;
  originator.activity.interrupt();
  originatee.activity.interrupt();
  if (!originator.isUp || !originatee.isUp) return false;
  join(originator, originatee);
  originatee.setVariable("call_uuid", originator.uuid);
  for (const [channel, peer] of [
    [originator, originatee],
    [originatee, originator],
  ] as const) {
    channel.fire("CHANNEL_EXECUTE", (headers) => {
      headers.set("Application", "uuid_bridge");
      headers.set("Application-Data", peer.uuid);
    });
  }
  originator.fire("CHANNEL_BRIDGE", (headers) => {
    headers.set("Bridge-A-Unique-ID", originator.uuid);
    headers.set("Bridge-B-Unique-ID", originatee.uuid);
  });
  return true;
}

function join(originator: Channel, originatee: Channel): void {
  const now = Date.now();
  let isOver = false;
  for (const [channel, peer] of [
    [originator, originatee],
    [originatee, originator],
  ] as const) {
    channel.peer = peer;
    channel.bridgedAtMs = now;
    note(channel, peer);
    channel.setState("CS_EXCHANGE_MEDIA");
    const onLeave = () => {
      if (isOver) return;
      isOver = true;
      separate(originator, originatee, channel);
    };
    channel.activity.setBaseTask(new BridgeTask(channel, peer, onLeave));
  }
  originator.isBridgeOriginator = true;
  originatee.isBridgeOriginator = false;
}

/** The bridge ends because `leaver` was hung up, transferred, or bridged to somebody else. */
function separate(originator: Channel, originatee: Channel, leaver: Channel): void {
  const stayer = leaver === originator ? originatee : originator;
  const wasOriginator = stayer === originator;
  stayer.setVariable("bridge_hangup_cause", leaver.hangupCause);
  stayer.setVariable("last_bridge_hangup_cause", leaver.hangupCause);
  for (const channel of [originator, originatee]) {
    channel.peer = undefined;
    channel.setVariable("bridge_to", undefined);
    channel.setVariable("signal_bond", undefined);
  }
  originatee.setVariable("call_uuid", originatee.uuid);
  originator.fire("CHANNEL_UNBRIDGE", (headers) => {
    headers.set("Bridge-A-Unique-ID", originator.uuid);
    headers.set("Bridge-B-Unique-ID", originatee.uuid);
  });
  originator.isBridgeOriginator = false;
  // The leaver is being interrupted by whoever takes it away; the other one needs a new occupation.
  stayer.activity.interrupt();
  goOn(stayer, wasOriginator, leaver);
}

/**
 * What FreeSWITCH does with the party that is left: park if `park_after_bridge`, else the called one is
 * hung up, and the calling one goes on in its dialplan unless `hangup_after_bridge`.
 */
function goOn(stayer: Channel, wasOriginator: boolean, leaver: Channel): void {
  if (!stayer.isUp || releasedTogether.has(stayer)) return;
  if (isTrue(stayer.variable("park_after_bridge"))) return parkForGood(stayer);
  if (!wasOriginator) return stayer.hangup("NORMAL_CLEARING");
  if (isTrue(stayer.variable("hangup_after_bridge")))
    return stayer.hangup(leaver.hangupCause ?? "NORMAL_CLEARING");
  stayer.activity.continueProgram();
}

/** Channels that somebody takes out of their bridge together: both get their new place from the caller. */
const releasedTogether = new Set<Channel>();

/** Ends the bridge of `channel` for both sides without hanging up either (`uuid_transfer -both`). */
export function releaseBoth(channel: Channel, peer: Channel): void {
  releasedTogether.add(channel).add(peer);
  try {
    channel.activity.interrupt();
    peer.activity.interrupt();
  } finally {
    releasedTogether.delete(channel);
    releasedTogether.delete(peer);
  }
}
