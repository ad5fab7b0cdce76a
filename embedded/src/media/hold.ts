import type { Channel } from "./channel.ts";

function musicFor(channel: Channel): string | undefined {
  const music = channel.variable("temp_hold_music") ?? channel.variable("hold_music");
  return music === "silence" ? undefined : music;
}

/** The party that is left waiting hears `channel`'s hold music until `stopMusic`. */
function startMusic(channel: Channel): void {
  const music = musicFor(channel);
  if (music !== undefined)
    void channel.peer?.activity.command("playback", music, { hasEventLock: true, loops: -1 });
}

/**
 * Marks a channel as held, whoever asked for it: its voice no longer reaches its peer, who hears music.
 * False if it is held already.
 */
export function markHeld(channel: Channel): boolean {
  if (channel.callState === "HELD") return false;
  channel.isHeld = true;
  startMusic(channel);
  channel.setCallState("HELD");
  channel.fire("CHANNEL_HOLD");
  return true;
}

/** Undoes `markHeld`; false if the channel isn't held. */
export function markResumed(channel: Channel): boolean {
  if (channel.callState !== "HELD") return false;
  channel.isHeld = false;
  channel.peer?.activity.break(true);
  channel.setCallState("ACTIVE");
  channel.fire("CHANNEL_UNHOLD");
  return true;
}
