import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openLog } from "../base/log.ts";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";
import { findRunningPostgres } from "./running-postgres.ts";

let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "ringdown-running-"));
});
afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

it("finds the embedded PostgreSQL of a program that runs here, and nothing before or after", async () => {
  expect(await findRunningPostgres(dataDir)).toBeNull();
  const running = await startEmbeddedPostgres(dataDir, openLog("silent"), { disposable: true });
  try {
    const url = await findRunningPostgres(dataDir);
    expect(url).toBe(running.url);
    const client = new pg.Client({ connectionString: url ?? "" });
    await client.connect();
    expect((await client.query<{ one: number }>("select 1 as one")).rows).toEqual([{ one: 1 }]);
    await client.end();
  } finally {
    await running.close();
  }
  expect(await findRunningPostgres(dataDir)).toBeNull();
});
