import type { routing } from "@ringdown/contract";

/** What is known of a member besides the name. */
export const memberColumns = ["priority", "level", "delayMs", "order", "weight"] as const;
export type MemberColumn = (typeof memberColumns)[number];

/** The columns that matter: those that the strategy or the rings use, or that somebody has set; `isWide`: all. */
export function columnsOf(queue: routing.RoutedQueue, isWide: boolean): MemberColumn[] {
  const { strategy, rings } = queue.settings;
  const everybody = [...queue.members, ...queue.teams];
  const isUsed: Record<MemberColumn, boolean> = {
    priority: true,
    level: rings.some(({ level }) => level > 1) || everybody.some(({ level }) => level > 1),
    delayMs: everybody.some(({ delayMs }) => delayMs > 0),
    order: strategy === "linear",
    weight: strategy === "weighted-random",
  };
  return memberColumns.filter((column) => isWide || isUsed[column]);
}
