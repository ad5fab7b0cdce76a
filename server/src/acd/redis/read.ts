import type { RedisClient } from "../../store/redis.ts";
import type { Snapshot } from "../event-log.ts";
import { argsOf, defineScript, type Keys, type Known, unlessLost, wordsOf } from "./script.ts";

/*
 * Purpose: where a replica begins.
 * Keys:    1 state, 2 snapshot
 * Args:    1 generation, 2 known position
 * Returns: {'ok', committed, position of the snapshot or '', its text or ''} or {'lost'}
 */
const script = defineScript(`${unlessLost}
local snapshot = redis.call('HMGET', KEYS[2], 'position', 'text')
return {'ok', redis.call('HGET', KEYS[1], 'committed'), snapshot[1] or '', snapshot[2] or ''}
`);

export async function readStore(
  client: RedisClient,
  keys: Keys,
  known: Known,
): Promise<{ snapshot: Snapshot | null; committed: number } | "lost"> {
  const reply = await script(client, [keys.state, keys.snapshot], argsOf(known));
  const [status, committed, position, text = ""] = wordsOf(reply);
  if (status !== "ok") return "lost";
  const snapshot = text === "" ? null : { position: Number(position), text };
  return { snapshot, committed: Number(committed) };
}
