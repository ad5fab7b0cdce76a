import { systemClock } from "../base/clock.ts";
import { describeEventLog } from "./event-log.case.ts";
import { createMemoryStore, openMemoryLog } from "./event-log.memory.ts";
import type { EventLog } from "./event-log.ts";

describeEventLog("a log in memory", async () => {
  const store = createMemoryStore();
  const logs: EventLog[] = [];
  return Promise.resolve({
    async connect() {
      const log = openMemoryLog(systemClock, store);
      logs.push(log);
      return Promise.resolve(log);
    },
    async close() {
      for (const log of logs) await log.close();
    },
  });
});
