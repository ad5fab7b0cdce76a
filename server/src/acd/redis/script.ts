import { createHash } from "node:crypto";
import type { RedisClient } from "../../store/redis.ts";

/** Runs a Lua script by its digest; sends the text when the server does not know it yet. */
export type Script = (client: RedisClient, keys: string[], args: string[]) => Promise<unknown>;

export function defineScript(text: string): Script {
  const digest = createHash("sha1").update(text).digest("hex");
  return async (client, keys, args) => {
    try {
      return await client.evalSha(digest, { keys, arguments: args });
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
      return client.eval(text, { keys, arguments: args });
    }
  };
}

/** The keys of one log. The braces keep them in one slot of a cluster. */
export interface Keys {
  /** Hash: generation, appended, committed, epoch, holder, leaseUntil. */
  state: string;
  /** Stream of lines; the id of position n is n-0. */
  lines: string;
  /** Stream of batches; the id is the batch's position. */
  batches: string;
  /** Hash: position, text. */
  snapshot: string;
}

export function keysOf(prefix: string): Keys {
  const key = (name: string): string => `{${prefix}}:${name}`;
  return { state: key("state"), lines: key("lines"), batches: key("batches"), snapshot: key("snapshot") };
}

/**
 * What a client knows of the store: its generation and the highest position that it has seen there. A store that
 * came back empty has no generation; one that came back with an older state has fewer lines than were seen.
 */
export interface Known {
  generation: string;
  position: number;
}

/** The beginning of every script that needs the store to be the one we know: ARGV 1 and 2 are the Known. */
export const unlessLost = `
local appended = redis.call('HGET', KEYS[1], 'appended')
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] or tonumber(appended) < tonumber(ARGV[2]) then
  return {'lost'}
end
`;

export function argsOf(known: Known): string[] {
  return [known.generation, String(known.position)];
}

/** A script's reply as words; a reply of another shape is a bug. */
export function wordsOf(reply: unknown): string[] {
  if (!Array.isArray(reply)) throw new Error(`A script replied ${JSON.stringify(reply)}`);
  return reply.map(String);
}
