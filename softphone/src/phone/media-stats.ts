import type { MediaSample } from "./core/call-quality.ts";

interface Stat {
  type: string;
  kind?: string;
  packetsReceived?: number;
  packetsLost?: number;
  packetsSent?: number;
  jitter?: number;
  roundTripTime?: number;
  currentRoundTripTime?: number;
  nominated?: boolean;
  totalAudioEnergy?: number;
}

/** One sample of a connection's audio. https://www.w3.org/TR/webrtc-stats/ */
export async function sampleMedia(connection: RTCPeerConnection, at: number): Promise<MediaSample> {
  const sample: MediaSample = {
    at,
    packetsReceived: 0,
    packetsLost: 0,
    packetsSent: 0,
    jitterMs: null,
    roundTripMs: null,
    microphoneEnergy: null,
  };
  const report = await connection.getStats();
  report.forEach((stat: Stat) => addStat(sample, stat));
  return sample;
}

function addStat(sample: MediaSample, stat: Stat): void {
  if (stat.type === "inbound-rtp" && stat.kind === "audio") {
    sample.packetsReceived += stat.packetsReceived ?? 0;
    sample.packetsLost += stat.packetsLost ?? 0;
    sample.jitterMs = toMs(stat.jitter);
  } else if (stat.type === "outbound-rtp" && stat.kind === "audio") {
    sample.packetsSent += stat.packetsSent ?? 0;
  } else if (stat.type === "remote-inbound-rtp" && stat.roundTripTime !== undefined) {
    sample.roundTripMs = toMs(stat.roundTripTime);
  } else if (stat.type === "candidate-pair" && stat.nominated === true) {
    sample.roundTripMs ??= toMs(stat.currentRoundTripTime);
  } else if (stat.type === "media-source" && stat.kind === "audio") {
    sample.microphoneEnergy = stat.totalAudioEnergy ?? null;
  }
}

function toMs(seconds: number | undefined): number | null {
  return seconds === undefined ? null : Math.round(seconds * 1_000);
}
