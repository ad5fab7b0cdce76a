import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLog } from "../base/log.ts";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";
import { openPostgres } from "./postgres.ts";
import { startOf } from "./process-identity.ts";

const log = openLog("silent");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ringdown-embedded-"));
  await chmod(folder, 0o711); // as root, the server runs under another account that must get in
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the embedded PostgreSQL", () => {
  it("keeps its data over a restart, its password for its owner, and speaks UTF-8", async () => {
    const dataDir = join(folder, "kept");
    const first = await openPostgres({ embedded: { dataDir } }, log);
    await first.query("insert into setting (key, value) values ('greeting', $1)", [JSON.stringify("你好")]);
    await first.close();
    const second = await openPostgres({ embedded: { dataDir } }, log);
    expect(await second.query("select value from setting where key = 'greeting'")).toEqual([
      { value: "你好" },
    ]);
    expect(await second.query("show server_encoding")).toEqual([{ server_encoding: "UTF8" }]);
    await second.close();
    expect((await stat(join(dataDir, "postgres.password"))).mode & 0o777).toBe(0o600);
  });

  it("takes over from a server that a killed process left running", async () => {
    const dataDir = join(folder, "kept");
    const orphan = await leaveRunning(dataDir);
    const next = await openPostgres({ embedded: { dataDir } }, log);
    expect(await startOf(orphan)).toBeNull();
    expect(await next.query("select value from setting where key = 'greeting'")).toHaveLength(1);
    await next.close();
  });

  it("comes back by itself when its process dies", async () => {
    const dataDir = join(folder, "kept");
    const postgres = await openPostgres({ embedded: { dataDir } }, log);
    const pid = Number((await readFile(join(dataDir, "postgres/postmaster.pid"), "utf8")).split("\n")[0]);
    process.kill(pid, "SIGKILL");
    await expect
      .poll(() => postgres.query("select 1 as one").catch(() => null), { timeout: 20_000 })
      .toEqual([{ one: 1 }]);
    await postgres.close();
  });

  it("refuses a data directory that a living process uses", async () => {
    const dataDir = join(folder, "owned");
    await mkdir(dataDir);
    await writeFile(join(dataDir, "owner.pid"), `${process.ppid}\n${(await startOf(process.ppid)) ?? ""}\n`);
    await expect(startEmbeddedPostgres(dataDir, log)).rejects.toThrow(`in use by process ${process.ppid}`);
  });

  it("refuses the files of another version, by name", async () => {
    const dataDir = join(folder, "old");
    await mkdir(join(dataDir, "postgres"), { recursive: true });
    await writeFile(join(dataDir, "postgres/PG_VERSION"), "12\n");
    await expect(startEmbeddedPostgres(dataDir, log)).rejects.toThrow(/made by PostgreSQL 12, this is 18/);
  });

  it.runIf(process.getuid?.() === 0)("names the folder that its account may not enter", async () => {
    const closed = join(folder, "closed");
    await mkdir(closed, { mode: 0o700 });
    await expect(startEmbeddedPostgres(join(closed, "data"), log)).rejects.toThrow(
      new RegExp(`may not enter ${closed} .*chmod o\\+x ${closed}`),
    );
  });

  it("names the data directory that cannot be made", async () => {
    await writeFile(join(folder, "a-file"), "");
    const dataDir = join(folder, "a-file", "data");
    await expect(startEmbeddedPostgres(dataDir, log)).rejects.toThrow(/cannot be made.*RINGDOWN_DATA_DIR/);
  });
});

/** Starts the server in a process of its own and kills that process hard; returns the server's pid. */
async function leaveRunning(dataDir: string): Promise<number> {
  const module = new URL("./embedded-postgres.ts", import.meta.url).href;
  const quiet = "{ debug() {}, info() {}, warn() {}, error() {}, child() { return this } }";
  const program = `import { startEmbeddedPostgres } from ${JSON.stringify(module)};
    await startEmbeddedPostgres(${JSON.stringify(dataDir)}, ${quiet}); console.log("started");`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  const pid = Number((await readFile(join(dataDir, "postgres/postmaster.pid"), "utf8")).split("\n")[0]);
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
  expect(await startOf(pid)).not.toBeNull();
  return pid;
}
