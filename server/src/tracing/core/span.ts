import { createHash } from "node:crypto";

type Attributes = Record<string, string | number | boolean>;

/** A stretch of time in the story of a call. Times in epoch milliseconds. */
export interface StorySpan {
  traceId: string;
  spanId: string;
  /** Null: the interaction itself. */
  parentId: string | null;
  name: string;
  /** Who began it: "server" for a call that came in, "client" for one that we made. */
  kind: "server" | "client" | "internal";
  startAt: number;
  endAt: number;
  attributes: Attributes;
  events: { name: string; at: number; attributes: Attributes }[];
  isFailed: boolean;
}

/** The 32 hexadecimal digits of the interaction's id: whoever has one finds the other. */
export function traceIdOf(interactionId: string): string {
  return interactionId.replaceAll("-", "").toLowerCase();
}

/** The same for the same part of the same interaction, whichever process asks. */
export function spanIdOf(interactionId: string, part: string): string {
  return createHash("sha256").update(`${interactionId}/${part}`).digest("hex").slice(0, 16);
}

/** `queueId` as `ringdown.queue_id`. */
export function attributesOf(fields: Attributes): Attributes {
  const named = Object.entries(fields).map(([name, value]) => [
    `ringdown.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
    value,
  ]);
  return Object.fromEntries(named) as Attributes;
}
