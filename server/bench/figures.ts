/** The shape of `npm run bench -- --json`, and how it is made of what was measured. */
import type { Percentiles } from "./acd/percentiles.ts";
import type { RedisBench, ReducerBench } from "./acd/bench-acd.ts";
import type { ReducerResult } from "./acd/reducer.ts";
import type { AnswerToAudio } from "./answer-to-audio.ts";
import type { CallLoads } from "./call-load.ts";
import type { TimeToInvite } from "./time-to-invite.ts";
import type { WaitingMemory } from "./waiting-memory.ts";

export interface Measured {
  timeToInvite: TimeToInvite[];
  reducer: ReducerBench;
  redis: RedisBench;
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
  reducer: ReducerFigures & { skilled: ReducerFigures & { eventsPerSecond: Record<string, number> } };
  onRedis: RedisFigures;
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

interface ReducerFigures {
  /** Of one event, with the most agents, in milliseconds. */
  eventP99Ms: number;
  /** Processor time per event with the most agents, in terms of that with a tenth of them. */
  costOfTenTimesTheAgents: number;
}

/** With a second controller; from `enqueue` or `release` to the offer or the INVITE, in milliseconds. */
interface RedisFigures {
  timeToOfferMs: Record<"leading" | "following", { entry: Quantiles; freeing: Quantiles }>;
  timeToInviteMs: Quantiles & { entry: Quantiles; freeing: Quantiles };
  /** By calls per second. */
  order: Record<string, { callers: number; waited: number; overtaken: number; wrongAgent: number }>;
  takeover: { waiting: number; longestMs: number };
}

export function figuresOf(measured: Measured): Figures {
  const { timeToInvite, reducer, redis, flowCalls, memory, audio } = measured;
  const costly = flowCalls.best ?? flowCalls.tried.at(-1);
  const details = {
    cpuMsPerCall: costly?.cpuMsPerCall ?? { server: 0, embedded: 0 },
    bytesPerWaitingCall: memory.bytesPerCall,
    answerToAudioMs: audio.bothWaysMs,
  };
  return {
    timeToOfferMs: Object.fromEntries(timeToInvite.map((crowd) => [String(crowd.agents), worse(crowd)])),
    reducerEventsPerSecond: eventsPerSecond(reducer.plain),
    reducer: {
      ...costOf(reducer.plain),
      skilled: { ...costOf(reducer.skilled), eventsPerSecond: eventsPerSecond(reducer.skilled) },
    },
    onRedis: onRedis(redis),
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

function eventsPerSecond(results: ReducerResult[]): Record<string, number> {
  return Object.fromEntries(results.map((each) => [String(each.agents), each.eventsPerSecond]));
}

/** The results are by rising numbers of agents, each ten times the former. */
export function costOf(results: ReducerResult[]): ReducerFigures {
  const [fewer, most] = results.slice(-2);
  if (!fewer || !most) throw new Error("The reducer was not measured");
  const ratio = fewer.eventsPerCpuSecond / most.eventsPerCpuSecond;
  return { eventP99Ms: most.eventMs.p99, costOfTenTimesTheAgents: Math.round(ratio * 100) / 100 };
}

function onRedis({ timeToOffer, timeToInvite, order, takeover }: RedisBench): RedisFigures {
  const both = ({ onEntryMs, onFreeingMs }: RedisBench["timeToOffer"]["leading"]) => ({
    entry: quantilesOf(onEntryMs),
    freeing: quantilesOf(onFreeingMs),
  });
  const { leading, following } = timeToOffer;
  return {
    timeToOfferMs: { leading: both(leading), following: both(following) },
    timeToInviteMs: worse(timeToInvite),
    order: Object.fromEntries(order.map(({ callsPerSecond, ...rest }) => [String(callsPerSecond), rest])),
    takeover: { waiting: takeover.waiting, longestMs: takeover.longestMs },
  };
}

function quantilesOf({ p50, p95, p99 }: Percentiles): Quantiles {
  return { p50, p95, p99 };
}

function worse({ entry, freeing }: TimeToInvite) {
  const of = (name: keyof Quantiles) => Math.max(entry.invited[name], freeing.invited[name]);
  const worst = { p50: of("p50"), p95: of("p95"), p99: of("p99") };
  return { ...worst, entry: quantilesOf(entry.invited), freeing: quantilesOf(freeing.invited) };
}
