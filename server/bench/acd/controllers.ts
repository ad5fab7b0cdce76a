/** The bench's hold on a second controller, and the Redis that both share. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type EventLog, openRedisLog } from "../../src/acd/acd.ts";
import { openLog } from "../../src/base/log.ts";
import { openRedis } from "../../src/store/redis.ts";
import { startRedis } from "../../src/tests/rig/redis-process.ts";
import { within } from "../../src/tests/rig/wait-for.ts";
import type { ControllerOrder } from "./controller/protocol.ts";

const program = fileURLToPath(new URL("controller/main.ts", import.meta.url));

export interface SecondController {
  enter(interactionId: string, queueId: string, talkMs: number): void;
  /** SIGKILL. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

export interface SharedRedis {
  /** The bench's own end of the log. */
  openLog(prefix: string): Promise<EventLog>;
  startController(prefix: string): Promise<SecondController>;
  close(): Promise<void>;
}

/** A Redis as operations ask for: every write is on its disk before it answers. */
export async function openSharedRedis(): Promise<SharedRedis> {
  const journal = openLog("silent");
  const server = await startRedis();
  const redis = await openRedis(server.url, journal);
  const closing: (() => Promise<void>)[] = [];
  return {
    async openLog(prefix) {
      const log = await openRedisLog({ redis, journal, prefix });
      closing.push(() => log.close());
      return log;
    },
    async startController(prefix) {
      const controller = await startController(server.url, prefix);
      closing.push(() => controller.close());
      return controller;
    },
    async close() {
      for (const close of closing.reverse()) await close();
      await redis.close();
      await server.close();
    },
  };
}

async function startController(redisUrl: string, prefix: string): Promise<SecondController> {
  const child = fork(program, [], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const send = (order: ControllerOrder): void => {
    child.send(order);
  };
  const exited = once(child, "exit");
  const started = Promise.race([
    once(child, "message"),
    exited.then(() => {
      throw new Error("The second controller ended");
    }),
  ]);
  send({ type: "start", nodeId: "second", redisUrl, prefix });
  await within("the second controller", started, 30_000);
  return {
    enter: (interactionId, queueId, talkMs) => {
      send({ type: "enter", interactionId, queueId, talkMs });
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    async close() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
