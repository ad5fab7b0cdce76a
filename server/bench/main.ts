/**
 * `npm run bench`: measures, prints tables; `-- --json` prints one JSON object and nothing else on stdout.
 * `-- --quick` takes about a minute, to see that everything can be measured: its figures mean little.
 * What each figure is: docs/benchmarks.md.
 */
import { benchOnRedis, benchReducers } from "./acd/bench-acd.ts";
import { measureAnswerToAudio } from "./answer-to-audio.ts";
import { openBenchHouse } from "./bench-house.ts";
import { measureFlowCalls, measureServedCalls } from "./call-load.ts";
import { figuresOf, type Measured } from "./figures.ts";
import { describeMachine, printTables } from "./tables.ts";
import { measureTimeToInvite } from "./time-to-invite.ts";
import { measureWaitingMemory } from "./waiting-memory.ts";

const full = {
  offers: 1_000,
  reducerEvents: 300_000,
  flowRates: [5, 10, 15, 20, 25, 30, 35, 40, 50, 60, 70, 80, 90, 100, 120, 140, 160, 180, 200],
  servedRates: [2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 23, 26, 30, 35, 40],
  secondsEach: 8,
  deskPhones: 24,
  memory: { callers: 150, settleMs: 35_000, staysMs: 10_000 },
  answers: 20,
  redis: {
    agents: 1_000,
    samples: 1_000,
    order: [
      { callsPerSecond: 40, callers: 1_000 },
      { callsPerSecond: 300, callers: 3_000 },
    ],
    takeover: { waiting: 10_000, runs: 3 },
  },
};
const quick: typeof full = {
  offers: 50,
  reducerEvents: 20_000,
  flowRates: [2],
  servedRates: [2],
  secondsEach: 2,
  deskPhones: 2,
  memory: { callers: 8, settleMs: 0, staysMs: 5_000 },
  answers: 1,
  redis: {
    agents: 20,
    samples: 20,
    order: [{ callsPerSecond: 40, callers: 40 }],
    takeover: { waiting: 100, runs: 1 },
  },
};
const crowds = [1, 100, 1_000];
const boards = [100, 1_000, 10_000];

const has = (option: string): boolean => process.argv.includes(`--${option}`);
const effort = has("quick") ? quick : full;
const progress = (sentence: string): void => {
  console.error(`bench, ${Math.round(performance.now() / 1_000)} s: ${sentence}`);
};

async function measure(): Promise<Measured> {
  progress(describeMachine());
  progress("the reducer");
  const reducer = benchReducers(boards, effort.reducerEvents);
  const timeToInvite = [];
  for (const agents of crowds) {
    progress(`time to offer with ${agents} agents`);
    timeToInvite.push(await measureTimeToInvite(agents, effort.offers));
  }
  const redis = await benchOnRedis(effort.redis, progress);
  const bench = await openBenchHouse();
  try {
    const { secondsEach, deskPhones } = effort;
    progress("answer to audio");
    const audio = await measureAnswerToAudio(bench, effort.answers);
    progress("memory of waiting callers");
    const memory = await measureWaitingMemory(bench, effort.memory);
    progress("calls through a flow");
    const flowCalls = await measureFlowCalls(bench, { rates: effort.flowRates, secondsEach, deskPhones });
    progress("calls through a queue to desk phones");
    const servedCalls = await measureServedCalls(bench, {
      rates: effort.servedRates,
      secondsEach,
      deskPhones,
    });
    return { timeToInvite, reducer, redis, flowCalls, servedCalls, memory, audio };
  } finally {
    await bench.close();
  }
}

const measured = await measure();
if (has("json")) console.log(JSON.stringify(figuresOf(measured)));
else {
  console.log(describeMachine());
  printTables(measured);
}
