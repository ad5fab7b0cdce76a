import type { RedisClient } from "../../store/redis.ts";
import type { Memory } from "../event-log.ts";
import { argsOf, defineScript, type Keys, type Known, wordsOf } from "./script.ts";

/** A batch as JSON, at its place. */
export interface StoredBatch {
  position: number;
  text: string;
}

/*
 * Purpose: give a store that lost its memory what a node remembers, the last batches included, which others may
 *          not have read yet. Only the first who comes does so: a store that is whole, or that another has
 *          restored, stays as it is.
 * Keys:    1 state, 2 snapshot, 3 lines, 4 batches
 * Args:    1 generation, 2 known position, 3 the new generation, 4 position, 5 committed, 6 epoch, 7 text,
 *          8... position and batch (JSON) in turn
 * Returns: {'restored' or 'whole', the generation now}
 */
const script = defineScript(`
local state = redis.call('HMGET', KEYS[1], 'generation', 'appended')
local isEmpty = not state[1]
local isOlder = state[1] == ARGV[1] and tonumber(state[2]) < tonumber(ARGV[2])
if not isEmpty and not isOlder then
  return {'whole', state[1]}
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
redis.call('HSET', KEYS[1], 'generation', ARGV[3], 'appended', ARGV[4], 'committed', ARGV[5], 'epoch', ARGV[6])
redis.call('HSET', KEYS[2], 'position', ARGV[4], 'text', ARGV[7])
for index = 8, #ARGV, 2 do
  redis.call('XADD', KEYS[4], ARGV[index] .. '-0', 'batch', ARGV[index + 1])
end
return {'restored', ARGV[3]}
`);

export async function restoreStore(
  client: RedisClient,
  keys: Keys,
  known: Known,
  newGeneration: string,
  memory: Memory,
  batches: readonly StoredBatch[] = [],
): Promise<{ isRestored: boolean; generation: string }> {
  const { position, committed, epoch, text } = memory;
  const reply = await script(
    client,
    [keys.state, keys.snapshot, keys.lines, keys.batches],
    [
      ...[...argsOf(known), newGeneration, String(position), String(committed), String(epoch), text],
      ...batches.flatMap((batch) => [String(batch.position), batch.text]),
    ],
  );
  const [status, generation = ""] = wordsOf(reply);
  return { isRestored: status === "restored", generation };
}
