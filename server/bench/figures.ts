/** The shape of `npm run bench -- --json`, and how it is made of what was measured. */
import type { Percentiles } from "./acd/percentiles.ts";
import type { ReducerResult } from "./acd/reducer.ts";
import type { AnswerToAudio } from "./answer-to-audio.ts";
import type { CallLoads } from "./call-load.ts";
import type { TimeToInvite } from "./time-to-invite.ts";
import type { WaitingMemory } from "./waiting-memory.ts";

export interface Measured {
  timeToInvite: TimeToInvite[];
  reducer: ReducerResult[];
  flowCalls: CallLoads;
  servedCalls: CallLoads;
  memory: WaitingMemory;
  audio: AnswerToAudio;
}

type Quantiles = Pick<Percentiles, "p50" | "p95" | "p99">;
type Parts = { server: number; embedded: number };

export interface Figures {
  /** By number of agents, with as many callers waiting: the worse of entry and freeing, then both. */
  timeToOfferMs: Record<string, Quantiles & { entry: Quantiles; freeing: Quantiles }>;
  /** By number of agents. */
  reducerEventsPerSecond: Record<string, number>;
  /** Answer, flow, hang up; 0 when not even the slowest rate went well. */
  callSetupsPerSecond: number;
  /** Server and embedded pair together, at that rate. */
  cpuMsPerCall: number;
  /** Server and embedded pair together. */
  bytesPerWaitingCall: number;
  /** Click to sound in both directions, p95. */
  answerToAudioMs: number;
  /** The same figures in their parts. */
  details: {
    cpuMsPerCall: Parts;
    bytesPerWaitingCall: Parts;
    answerToAudioMs: { p50: number; p95: number; max: number };
  };
}

export function figuresOf(measured: Measured): Figures {
  const { timeToInvite, reducer, flowCalls, memory, audio } = measured;
  const costly = flowCalls.best ?? flowCalls.tried.at(-1);
  const details = {
    cpuMsPerCall: costly?.cpuMsPerCall ?? { server: 0, embedded: 0 },
    bytesPerWaitingCall: memory.bytesPerCall,
    answerToAudioMs: audio.bothWaysMs,
  };
  return {
    timeToOfferMs: Object.fromEntries(timeToInvite.map((crowd) => [String(crowd.agents), worse(crowd)])),
    reducerEventsPerSecond: Object.fromEntries(
      reducer.map(({ agents, eventsPerSecond }) => [String(agents), eventsPerSecond]),
    ),
    callSetupsPerSecond: flowCalls.best?.callsPerSecond ?? 0,
    cpuMsPerCall: together(details.cpuMsPerCall),
    bytesPerWaitingCall: together(details.bytesPerWaitingCall),
    answerToAudioMs: details.answerToAudioMs.p95,
    details,
  };
}

function together({ server, embedded }: Parts): number {
  return server + embedded;
}

function worse({ entry, freeing }: TimeToInvite) {
  const quantiles = ({ p50, p95, p99 }: Percentiles): Quantiles => ({ p50, p95, p99 });
  const of = (name: keyof Quantiles) => Math.max(entry.invited[name], freeing.invited[name]);
  const worst = { p50: of("p50"), p95: of("p95"), p99: of("p99") };
  return { ...worst, entry: quantiles(entry.invited), freeing: quantiles(freeing.invited) };
}
