import type { RedisClient } from "../../store/redis.ts";
import { defineScript, type Keys, wordsOf } from "./script.ts";

/*
 * Purpose: first contact; an empty store begins a generation.
 * Keys:    1 state, 2 snapshot
 * Args:    1 the generation to begin if there is none
 * Returns: {generation, appended, committed, position of the snapshot or '', its text or ''}
 */
const script = defineScript(`
if redis.call('HSETNX', KEYS[1], 'generation', ARGV[1]) == 1 then
  redis.call('HSET', KEYS[1], 'appended', 0, 'committed', 0, 'epoch', 0)
end
local state = redis.call('HMGET', KEYS[1], 'generation', 'appended', 'committed')
local snapshot = redis.call('HMGET', KEYS[2], 'position', 'text')
return {state[1], state[2], state[3], snapshot[1] or '', snapshot[2] or ''}
`);

export interface Opened {
  generation: string;
  appended: number;
  committed: number;
  snapshot: { position: number; text: string } | null;
}

export async function openStore(client: RedisClient, keys: Keys, newGeneration: string): Promise<Opened> {
  const reply = await script(client, [keys.state, keys.snapshot], [newGeneration]);
  const [generation = "", appended, committed, position = "", text = ""] = wordsOf(reply);
  const snapshot = position === "" ? null : { position: Number(position), text };
  return { generation, appended: Number(appended), committed: Number(committed), snapshot };
}
