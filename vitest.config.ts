import { defineConfig } from "vitest/config";

const contract = new URL("./server/src/contract/contract.ts", import.meta.url).pathname;
const postgres = "./server/src/tests/postgres.global-setup.ts";
/** In CI a test of real time gets a second chance; the reporter says so ("retry x1"), so that it can't hide. */
const retry = process.env["CI"] === undefined ? 0 : 1;

const isLive = process.env["DRACHTIO_HOST"] !== undefined;

/** On real servers, which `npm run test:live` names; without them there is nothing to see. */
const live = {
  test: {
    name: "live",
    include: ["server/src/tests/live/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 60_000,
  },
};

/** Decisions without I/O. Their files leave nothing behind, so that they share a process: starting one costs more. */
const pure = [
  "server/src/**/core/**/*.test.ts",
  "server/src/contract/**/*.test.ts",
  "embedded/src/**/{core,grammar}/**/*.test.ts",
];

/** System tests without a browser, of calls that wait more than they work: two at a time. */
const phones = [
  ...["administration", "agent-fails", "backup", "callbacks", "garbage", "leaving"],
  ...["phone-vanishes", "restart", "skilled", "stopped-at-start", "stores-away"],
].map((name) => `server/src/tests/system/${name}.system.test.ts`);

/**
 * The kinds of test. `phones` and `system` start whole programs: after the others. `system`, with real browsers, whole
 * crowds or processes that are stopped, has the machine to itself, one file at a time.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "server",
          include: ["server/src/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: ["server/src/tests/{system,faults,live}/**", ...pure],
          globalSetup: [postgres],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          retry,
        },
      },
      {
        test: { name: "core", include: pure, isolate: false, testTimeout: 30_000, maxWorkers: 2, retry },
      },
      {
        test: {
          name: "faults", // mostly waits for what routers do: beside the others
          include: ["server/src/tests/faults/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          retry,
        },
      },
      {
        test: {
          name: "embedded",
          include: ["embedded/src/**/*.test.ts"],
          exclude: pure,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          retry,
        },
      },
      {
        resolve: { alias: { "@ringdown/contract": contract } },
        test: {
          name: "softphone",
          include: ["softphone/src/**/*.test.{ts,tsx}"],
          isolate: false,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "conformance",
          // Each file has a pair of its own, except on the real servers, which they share.
          sequence: { groupOrder: isLive ? 1 : 0 },
          retry,
          include: ["embedded/conformance/**/*.test.ts"],
          maxWorkers: isLive ? 1 : 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "phones",
          sequence: { groupOrder: 2 },
          retry,
          include: phones,
          globalSetup: [postgres],
          maxWorkers: isLive ? 1 : 2, // the real servers are shared
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "system",
          sequence: { groupOrder: 3 },
          retry,
          include: ["server/src/tests/system/**/*.test.ts"],
          exclude: phones,
          globalSetup: [postgres],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      ...(process.env["RINGDOWN_TEST_PAIR"] === undefined ? [] : [live]),
    ],
  },
});
