import type { RedisClient } from "../../store/redis.ts";
import { defineScript, type Keys } from "./script.ts";

/*
 * Purpose: give the lease up, if it is held. The epoch stays, so that the next holder's is higher.
 * Keys:    1 state
 * Args:    1 session
 * Returns: 1 if it was held, else 0
 */
const script = defineScript(`
if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then
  return 0
end
redis.call('HDEL', KEYS[1], 'holder', 'leaseUntil')
return 1
`);

export async function giveLeaseUp(client: RedisClient, keys: Keys, session: string): Promise<boolean> {
  return (await script(client, [keys.state], [session])) === 1;
}
