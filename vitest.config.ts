import { existsSync } from "node:fs";
import { defineConfig } from "vitest/config";

const contract = new URL("./server/src/contract/contract.ts", import.meta.url).pathname;
const postgres = ["./server/src/tests/postgres.global-setup.ts"].filter((path) => existsSync(path));

/** Four kinds of test. `system` and `conformance` start whole programs, one file at a time. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "server",
          include: ["server/src/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: ["server/src/tests/system/**"],
          globalSetup: postgres,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "embedded",
          include: ["embedded/src/**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        resolve: { alias: { "@ringdown/contract": contract } },
        test: { name: "softphone", include: ["softphone/src/**/*.test.{ts,tsx}"], maxWorkers: 2 },
      },
      {
        test: {
          name: "conformance",
          include: ["embedded/conformance/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "system",
          include: ["server/src/tests/system/**/*.test.ts"],
          globalSetup: postgres,
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
