/** Says Opus packets at the pace of the clock, over a WebRTC connection. */
import { randomInt } from "node:crypto";
import type { WebAudio } from "../../telephony/tests/web-audio.ts";
import { packetMs } from "../rig/rtp.ts";

const samplesPerPacket = 960;

export interface OpusSpeaker {
  readonly sent: { packets: number; latestMs: number };
  stop(): void;
}

/** Begins at once; what is due by the clock is sent, so that a late timer does not slow the stream down. */
export function speakOpus(audio: WebAudio, packets: readonly Buffer[]): OpusSpeaker {
  const sent = { packets: 0, latestMs: 0 };
  const startedAt = performance.now();
  const firstTimestamp = randomInt(2 ** 31);
  const timer = setInterval(() => {
    const now = performance.now();
    sent.latestMs = Math.max(sent.latestMs, now - startedAt - sent.packets * packetMs);
    for (; startedAt + sent.packets * packetMs <= now; sent.packets += 1) {
      const payload = packets[sent.packets % packets.length];
      if (payload) audio.say(payload, firstTimestamp + sent.packets * samplesPerPacket);
    }
  }, 5);
  return { sent, stop: () => clearInterval(timer) };
}
