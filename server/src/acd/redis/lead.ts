import type { RedisClient } from "../../store/redis.ts";
import { nodePrefixOf } from "../session.ts";
import { argsOf, defineScript, type Keys, type Known, unlessLost, wordsOf } from "./script.ts";

/*
 * Purpose: take the lease when it is free, or stay its holder. Time is the store's own, so that the clocks of
 *          the nodes do not matter. A new holder begins a new epoch. A node that started again need not wait for
 *          the lease of its own former session.
 * Keys:    1 state
 * Args:    1 generation, 2 known position, 3 session, 4 lease in milliseconds, 5 what the node's sessions begin with
 * Returns: {'ok', epoch, committed}, {'taken'} or {'lost'}
 */
const script = defineScript(`${unlessLost}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local state = redis.call('HMGET', KEYS[1], 'holder', 'leaseUntil', 'committed')
local holder = state[1] or ''
if holder ~= ARGV[3] then
  local isOurs = string.sub(holder, 1, #ARGV[5]) == ARGV[5]
  if holder ~= '' and not isOurs and tonumber(state[2]) > now then
    return {'taken'}
  end
  redis.call('HINCRBY', KEYS[1], 'epoch', 1)
end
redis.call('HSET', KEYS[1], 'holder', ARGV[3], 'leaseUntil', string.format('%d', now + ARGV[4]))
return {'ok', redis.call('HGET', KEYS[1], 'epoch'), state[3]}
`);

export async function takeLease(
  client: RedisClient,
  keys: Keys,
  known: Known,
  session: string,
  leaseMs: number,
): Promise<{ epoch: number; committed: number } | "taken" | "lost"> {
  const reply = await script(
    client,
    [keys.state],
    [...argsOf(known), session, String(leaseMs), nodePrefixOf(session)],
  );
  const [status, epoch, committed] = wordsOf(reply);
  if (status === "ok") return { epoch: Number(epoch), committed: Number(committed) };
  return status === "taken" ? "taken" : "lost";
}
