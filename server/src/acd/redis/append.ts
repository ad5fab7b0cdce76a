import type { RedisClient } from "../../store/redis.ts";
import { argsOf, defineScript, type Keys, type Known, unlessLost, wordsOf } from "./script.ts";

/*
 * Purpose: append lines, each at the next position.
 * Keys:    1 state, 2 lines
 * Args:    1 generation, 2 known position, 3... the lines (JSON)
 * Returns: {'ok', position of the last line} or {'lost'}
 */
const script = defineScript(`${unlessLost}
local position = tonumber(appended)
for index = 3, #ARGV do
  position = position + 1
  redis.call('XADD', KEYS[2], string.format('%d-0', position), 'line', ARGV[index])
end
redis.call('HSET', KEYS[1], 'appended', position)
return {'ok', position}
`);

/** The position of the last line, or "lost". */
export async function appendLines(
  client: RedisClient,
  keys: Keys,
  known: Known,
  lines: string[],
): Promise<number | "lost"> {
  const reply = await script(client, [keys.state, keys.lines], [...argsOf(known), ...lines]);
  const [status, position] = wordsOf(reply);
  return status === "ok" ? Number(position) : "lost";
}
