import type { RedisClient } from "../../store/redis.ts";
import type { Batch } from "../event-log.ts";
import { argsOf, defineScript, type Keys, type Known, unlessLost, wordsOf } from "./script.ts";

/** How many batches are kept, about, for those who are late. */
const keptBatches = 10_000;

/*
 * Purpose: make effects final together with the position, unless the epoch is over (fencing). The same batch
 *          again, after a lost answer, is no harm.
 * Keys:    1 state, 2 batches
 * Args:    1 generation, 2 known position, 3 epoch, 4 after, 5 position, 6 batch (JSON), 7 batches to keep
 * Returns: {'committed'}, {'stale'} or {'lost'}
 */
const script = defineScript(`${unlessLost}
local state = redis.call('HMGET', KEYS[1], 'epoch', 'committed')
if state[1] ~= ARGV[3] then
  return {'stale'}
end
if state[2] == ARGV[5] then
  return {'committed'}
end
if state[2] ~= ARGV[4] then
  return {'stale'}
end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[7], ARGV[5] .. '-0', 'batch', ARGV[6])
redis.call('HSET', KEYS[1], 'committed', ARGV[5])
return {'committed'}
`);

export async function commitBatch(
  client: RedisClient,
  keys: Keys,
  known: Known,
  batch: Batch,
): Promise<"committed" | "stale" | "lost"> {
  const { epoch, after, position } = batch;
  const args = [String(epoch), String(after), String(position), JSON.stringify(batch), String(keptBatches)];
  const reply = await script(client, [keys.state, keys.batches], [...argsOf(known), ...args]);
  const [status] = wordsOf(reply);
  return status === "committed" || status === "stale" ? status : "lost";
}
