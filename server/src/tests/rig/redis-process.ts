/** A Redis server of the test's own, from the machine's redis-server (or REDIS_SERVER_PATH). */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { startProcess } from "./processes.ts";
import type { RunningProcess } from "./processes.ts";

export interface RedisProcess {
  readonly url: string;
  readonly port: number;
  /** Takes the server away as a crash would (SIGKILL); connections break. */
  kill(): Promise<void>;
  /** Brings it back on the same port with what it had stored. */
  restart(): Promise<void>;
  /** Stops it from answering without breaking a connection (SIGSTOP), until `resume`. */
  freeze(): void;
  resume(): void;
  /** Stops it and removes its files. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts an empty server on a free port of the loopback address; every write is on disk before it is answered. A
 * forgetful one writes nothing to disk, and comes back empty.
 */
export async function startRedis({ isForgetful = false } = {}): Promise<RedisProcess> {
  const directory = await mkdtemp(join(tmpdir(), "ringdown-redis-"));
  const port = await freePort();
  let server = await launch(port, directory, isForgetful);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    async kill() {
      await server.kill();
    },
    async restart() {
      if (!server.hasEnded()) throw new Error("The Redis server still runs");
      server = await launch(port, directory, isForgetful);
    },
    freeze() {
      server.signal("SIGSTOP");
    },
    resume() {
      server.signal("SIGCONT");
    },
    async close() {
      server.signal("SIGCONT");
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function launch(port: number, directory: string, isForgetful: boolean): Promise<RunningProcess> {
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--dir", directory, "--save", ""];
  const durability = isForgetful
    ? ["--appendonly", "no"]
    : ["--appendonly", "yes", "--appendfsync", "always"];
  const server = await startProcess(process.env["REDIS_SERVER_PATH"] ?? "redis-server", {
    args: [...settings, ...durability],
  });
  try {
    await server.saying(/Ready to accept connections/, 10_000);
  } catch (error) {
    await server.kill();
    throw error;
  }
  return server;
}
