/** `npm run bench -- --json --quick`: one JSON object in the published shape, and nothing else on standard output. */
import { fileURLToPath } from "node:url";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it, onTestFinished } from "vitest";
import { z } from "zod";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const figure = z.number().positive();
const quantiles = { p50: figure, p95: figure, p99: figure };
const byAgents = z.strictObject({
  ...quantiles,
  entry: z.strictObject(quantiles),
  freeing: z.strictObject(quantiles),
});
const both = z.strictObject({ entry: z.strictObject(quantiles), freeing: z.strictObject(quantiles) });
const count = z.int().nonnegative();
const cost = { eventP99Ms: figure, costOfTenTimesTheAgents: figure };
const reducerFigures = z.strictObject({ "100": figure, "1000": figure, "10000": figure });
const parts = z.strictObject({ server: figure, embedded: figure });
const Published = z.strictObject({
  timeToOfferMs: z.strictObject({ "1": byAgents, "100": byAgents, "1000": byAgents }),
  reducerEventsPerSecond: reducerFigures,
  reducer: z.strictObject({
    ...cost,
    skilled: z.strictObject({ ...cost, eventsPerSecond: reducerFigures }),
  }),
  onRedis: z.strictObject({
    timeToOfferMs: z.strictObject({ leading: both, following: both }),
    timeToInviteMs: byAgents,
    order: z.strictObject({
      "40": z.strictObject({
        callers: count,
        waited: count,
        overtaken: z.literal(0),
        wrongAgent: z.literal(0),
      }),
    }),
    takeover: z.strictObject({ waiting: count, longestMs: figure }),
  }),
  callSetupsPerSecond: figure,
  cpuMsPerCall: figure,
  bytesPerWaitingCall: figure,
  answerToAudioMs: figure,
  details: z.strictObject({
    cpuMsPerCall: parts,
    bytesPerWaitingCall: parts,
    answerToAudioMs: z.strictObject({ p50: figure, p95: figure, max: figure }),
  }),
});

it(
  "the bench prints every figure of its published shape as one JSON object",
  { timeout: 360_000 },
  async () => {
    const tsx = "node_modules/tsx/dist/cli.mjs";
    const bench = spawn(process.execPath, [tsx, "server/bench/main.ts", "--json", "--quick"], { cwd: root });
    onTestFinished(() => void bench.kill());
    let [printed, told] = ["", ""];
    bench.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    bench.stderr.on("data", (chunk: Buffer) => (told += chunk.toString()));
    const [code] = (await once(bench, "close")) as [number | null];
    expect(code, told).toBe(0);
    const { timeToOfferMs } = Published.parse(JSON.parse(printed));
    for (const { p99, entry, freeing } of Object.values(timeToOfferMs))
      expect(p99).toBe(Math.max(entry.p99, freeing.p99));
    expect(told).toMatch(/cores, .* Node \d+/);
  },
);
