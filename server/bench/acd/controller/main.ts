/** A second controller, as far as routing goes: the product's log and router in a process of its own. */
import { type Acd, openRedisLog, startAcd } from "../../../src/acd/acd.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { openLog } from "../../../src/base/log.ts";
import { openRedis } from "../../../src/store/redis.ts";
import { serveCaller } from "../served-caller.ts";
import type { ControllerOrder } from "./protocol.ts";

let acd: Acd | null = null;

async function obey(order: ControllerOrder): Promise<void> {
  if (order.type === "start") {
    const journal = openLog("silent");
    const redis = await openRedis(order.redisUrl, journal);
    const log = await openRedisLog({ redis, journal, prefix: order.prefix });
    acd = await startAcd({ nodeId: order.nodeId, log, clock: systemClock, journal });
    process.send?.({ type: "started" });
  } else if (acd) await serveCaller(acd, order);
}

process.on("message", (order: ControllerOrder) => {
  obey(order).catch((error: unknown) => {
    console.error("The second controller failed:", error);
    process.exit(1);
  });
});
process.on("disconnect", () => process.exit(0));
