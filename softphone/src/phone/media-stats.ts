import type { MediaSample } from "./core/call-quality.ts";
import { relaysOf } from "./core/ice-servers.ts";
import { pathOf, type LocalCandidate, type MediaPath, type RelayState } from "./core/media-path.ts";

interface Stat extends LocalCandidate {
  type: string;
  selectedCandidatePairId?: string;
  selected?: boolean;
  localCandidateId?: string;
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
  const report = await connection.getStats();
  const sample: MediaSample = {
    at,
    isConnected: ["connected", "completed"].includes(connection.iceConnectionState),
    path: findPath(report),
    relay: relayStateOf(connection),
    packetsReceived: 0,
    packetsLost: 0,
    packetsSent: 0,
    jitterMs: null,
    roundTripMs: null,
    microphoneEnergy: null,
  };
  report.forEach((stat: Stat) => addStat(sample, stat));
  return sample;
}

/** The pair that the transport names (Chromium, Safari), or the one that calls itself selected (Firefox). */
function findPath(report: RTCStatsReport): MediaPath | null {
  let pair: Stat | undefined;
  report.forEach((stat: Stat) => {
    if (stat.type === "transport" && stat.selectedCandidatePairId !== undefined)
      pair ??= report.get(stat.selectedCandidatePairId) as Stat | undefined;
    if (stat.type === "candidate-pair" && stat.selected === true) pair ??= stat;
  });
  const local = report.get(pair?.localCandidateId ?? "") as Stat | undefined;
  return local === undefined ? null : pathOf(local);
}

function relayStateOf(connection: RTCPeerConnection): RelayState {
  const servers = connection.getConfiguration().iceServers ?? [];
  const isConfigured = relaysOf(servers.map(({ urls }) => ({ urls: [urls].flat() }))).length > 0;
  if (!isConfigured) return "none";
  return connection.localDescription?.sdp.includes(" typ relay") === true ? "reached" : "unreachable";
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
