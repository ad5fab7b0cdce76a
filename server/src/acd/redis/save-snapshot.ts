import type { RedisClient } from "../../store/redis.ts";
import type { Snapshot } from "../event-log.ts";
import { argsOf, defineScript, type Keys, type Known, unlessLost, wordsOf } from "./script.ts";

/*
 * Purpose: keep the board as of a final position and trim the lines up to it, unless the epoch is over. One that
 *          comes late, after a newer one was kept, changes nothing: the lines after it are gone.
 * Keys:    1 state, 2 snapshot, 3 lines
 * Args:    1 generation, 2 known position, 3 epoch, 4 position, 5 text, 6 first line to keep
 * Returns: {'saved'}, {'stale'} or {'lost'}
 */
const script = defineScript(`${unlessLost}
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[3] then
  return {'stale'}
end
if tonumber(ARGV[4]) <= tonumber(redis.call('HGET', KEYS[2], 'position') or 0) then
  return {'saved'}
end
redis.call('HSET', KEYS[2], 'position', ARGV[4], 'text', ARGV[5])
redis.call('XTRIM', KEYS[3], 'MINID', ARGV[6] .. '-0')
return {'saved'}
`);

export async function keepSnapshot(
  client: RedisClient,
  keys: Keys,
  known: Known,
  epoch: number,
  { position, text }: Snapshot,
): Promise<"saved" | "stale" | "lost"> {
  const args = [String(epoch), String(position), text, String(position + 1)];
  const reply = await script(client, [keys.state, keys.snapshot, keys.lines], [...argsOf(known), ...args]);
  const [status] = wordsOf(reply);
  return status === "saved" || status === "stale" ? status : "lost";
}
