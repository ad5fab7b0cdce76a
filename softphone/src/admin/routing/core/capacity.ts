import type { routing } from "@ringdown/contract";

export const channels = ["voice", "chat", "email", "message"] as const;
export type Channel = (typeof channels)[number];

/** Where an agent's own capacity begins: a call fills it, three chats do nearly, and a call may interrupt mail. */
export const usualCapacity: routing.AgentCapacity = {
  total: 100,
  weights: { voice: 100, chat: 30, email: 20, message: 20 },
  limits: { voice: 1, chat: 3, email: 2, message: 3 },
  interrupts: { voice: ["email"] },
};

/** How many of a channel fit when there is nothing else; a channel without a limit is not offered. */
export function mostAtATime(capacity: routing.AgentCapacity, channel: Channel): number {
  const limit = capacity.limits[channel] ?? 0;
  const weight = capacity.weights[channel] ?? capacity.total;
  return weight === 0 ? limit : Math.min(limit, Math.floor(capacity.total / weight));
}
