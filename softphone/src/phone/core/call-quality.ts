import type { MediaPath, RelayState } from "./media-path.ts";

/** What the browser counted at one moment; counters only grow. Times in milliseconds. */
export interface MediaSample {
  at: number;
  /** Whether there is a way to the media server; `path` is the last one that was in use. */
  isConnected: boolean;
  path: MediaPath | null;
  relay: RelayState;
  packetsReceived: number;
  packetsLost: number;
  packetsSent: number;
  jitterMs: number | null;
  roundTripMs: number | null;
  /** Sum of the microphone's energy; null where the browser doesn't tell. */
  microphoneEnergy: number | null;
}

export interface CallQuality {
  grade: "measuring" | "good" | "fair" | "poor";
  /**
   * `blocked-…`: there is no way to the media server, and no relay, or one that can't be reached, or not even by it;
   * `way-lost`: there was one, and another is being looked for;
   * `not-hearing`: nothing arrives; `not-sending`: nothing leaves; `microphone-silent`: what leaves is silence.
   */
  problem:
    | "blocked-without-relay"
    | "blocked-relay-unreachable"
    | "blocked-despite-relay"
    | "way-lost"
    | "not-hearing"
    | "not-sending"
    | "microphone-silent"
    | null;
  path: MediaPath | null;
  lossShare: number | null;
  jitterMs: number | null;
  roundTripMs: number | null;
}

export const notMeasured: CallQuality = {
  grade: "measuring",
  problem: null,
  path: null,
  lossShare: null,
  jitterMs: null,
  roundTripMs: null,
};

const stalledAfterMs = 3_000;
const blockedAs = {
  none: "blocked-without-relay",
  unreachable: "blocked-relay-unreachable",
  reached: "blocked-despite-relay",
} as const;
const silentAfterMs = 8_000;
const windowMs = 10_000;

/** Samples worth keeping for the next judgement, oldest first. */
export function keepRecent(samples: readonly MediaSample[], newest: MediaSample): MediaSample[] {
  return [...samples.filter((sample) => sample.at >= newest.at - windowMs), newest];
}

/**
 * Judges the last seconds of a call. While held, nothing arriving is no problem; while muted, silence is none.
 * `samples` come from `keepRecent`.
 */
export function judgeQuality(
  samples: readonly MediaSample[],
  circumstances: { isMuted: boolean; isHeld: boolean },
): CallQuality {
  const last = samples.at(-1);
  const first = samples[0];
  if (last === undefined || first === undefined || last.at - first.at < 1_500) return notMeasured;
  const lossShare = shareLost(first, last);
  const problem = findProblem(samples, last, circumstances);
  const measured = { lossShare, jitterMs: last.jitterMs, roundTripMs: last.roundTripMs };
  const isDeaf = problem === "not-hearing" || !last.isConnected;
  return { ...measured, path: last.path, problem, grade: isDeaf ? "poor" : grade(measured) };
}

function shareLost(first: MediaSample, last: MediaSample): number | null {
  const lost = Math.max(0, last.packetsLost - first.packetsLost);
  const received = last.packetsReceived - first.packetsReceived;
  return received + lost <= 0 ? null : lost / (received + lost);
}

function findProblem(
  samples: readonly MediaSample[],
  last: MediaSample,
  circumstances: { isMuted: boolean; isHeld: boolean },
): CallQuality["problem"] {
  const unchangedFor = (read: (sample: MediaSample) => number | boolean | null) => {
    const changedAt = samples.findLastIndex((sample) => read(sample) !== read(last));
    return last.at - (samples[changedAt + 1] ?? last).at;
  };
  if (!last.isConnected && unchangedFor((sample) => sample.isConnected) >= stalledAfterMs)
    return last.path === null ? blockedAs[last.relay] : "way-lost";
  if (!circumstances.isHeld && unchangedFor((sample) => sample.packetsReceived) >= stalledAfterMs) {
    return "not-hearing";
  }
  if (unchangedFor((sample) => sample.packetsSent) >= stalledAfterMs) return "not-sending";
  const hasEnergy = last.microphoneEnergy !== null && !circumstances.isMuted;
  if (hasEnergy && unchangedFor((sample) => sample.microphoneEnergy) >= silentAfterMs) {
    return "microphone-silent";
  }
  return null;
}

function grade(measured: Pick<CallQuality, "lossShare" | "jitterMs" | "roundTripMs">): CallQuality["grade"] {
  const loss = measured.lossShare ?? 0;
  const jitter = measured.jitterMs ?? 0;
  const roundTrip = measured.roundTripMs ?? 0;
  if (loss > 0.08 || jitter > 80 || roundTrip > 600) return "poor";
  if (loss > 0.02 || jitter > 35 || roundTrip > 300) return "fair";
  return "good";
}
