import type { SecondController, SharedRedis } from "./controllers.ts";
import { benchTimeToOffer, type TimeToOfferResult } from "./time-to-offer.ts";

export interface TwoControllers {
  /** At the controller that leads, whose own callers are offered. */
  leading: TimeToOfferResult;
  /** At the one that follows: its lines go by Redis to the leader, and the effects come back the same way. */
  following: TimeToOfferResult;
}

/** Time to offer, without telephones, with two controllers on one Redis. */
export async function benchTwoControllers(
  shared: SharedRedis,
  agents: number,
  samples: number,
): Promise<TwoControllers> {
  const leadingLog = await shared.openLog(`leading-${agents}`);
  const others: SecondController[] = [];
  const leading = await benchTimeToOffer(leadingLog, agents, samples, async () => {
    others.push(await shared.startController(`leading-${agents}`));
  });
  for (const other of others) await other.close();
  const leader = await shared.startController(`following-${agents}`);
  const followingLog = await shared.openLog(`following-${agents}`);
  const following = await benchTimeToOffer(followingLog, agents, samples);
  await leader.close();
  return { leading, following };
}
