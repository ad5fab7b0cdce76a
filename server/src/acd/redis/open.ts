import type { RedisClient } from "../../store/redis.ts";
import { defineScript, type Keys, type Known, wordsOf } from "./script.ts";

/*
 * Purpose: first contact; an empty store begins a generation.
 * Keys:    1 state
 * Args:    1 the generation to begin if there is none
 * Returns: {generation, position of the last line}
 */
const script = defineScript(`
if redis.call('HSETNX', KEYS[1], 'generation', ARGV[1]) == 1 then
  redis.call('HSET', KEYS[1], 'appended', 0, 'committed', 0, 'epoch', 0)
end
return redis.call('HMGET', KEYS[1], 'generation', 'appended')
`);

export async function openStore(client: RedisClient, keys: Keys, newGeneration: string): Promise<Known> {
  const [generation = "", position] = wordsOf(await script(client, [keys.state], [newGeneration]));
  return { generation, position: Number(position) };
}
