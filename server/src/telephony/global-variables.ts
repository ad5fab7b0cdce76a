import type { MediaServer } from "./drachtio.ts";

/**
 * What FreeSWITCH does by itself would get in our way. As global variables these hold for every channel that does not say
 * otherwise; set on each channel, they would cost a command for each and a place in each of its events.
 */
const globalVariables = {
  // A bridged channel outlives its partner: the story of the call decides what comes next.
  park_after_bridge: "true",
  // Keys are heard by us; by default "*" stops a playback.
  playback_terminators: "none",
  RECORD_STEREO: "true",
  // Recordings shorter than three seconds are thrown away by default.
  RECORD_MIN_SEC: "0",
  // By default half a second is kept back, and thrown away at each bridge and parting (docs/recordings.md).
  RECORD_PRE_BUFFER_FRAMES: "0",
  // By default a bridge takes the jitter buffer away, and what is lost becomes a hole instead of being patched.
  rtp_jitter_buffer_during_bridge: "true",
};

/** Once for each connection, before it has a channel. Rejects when the server refuses one. */
export async function setGlobals(server: MediaServer): Promise<void> {
  for (const [name, value] of Object.entries(globalVariables)) {
    const reply = await new Promise<string>((resolve) =>
      server.api(`global_setvar ${name}=${value}`, resolve),
    );
    if (!reply.startsWith("+OK")) throw new Error(`The media server did not set ${name}: ${reply.trim()}`);
  }
}
