import type { RoutedQueue } from "../../contract/routing.ts";
import type { Inspection } from "./check-routing.ts";

/** A queue under inspection. */
export interface QueueInspection extends Inspection {
  queue: RoutedQueue;
  /** `queues.3`. */
  path: string;
  subject: string;
}

/** "90 s", "1.5 s". */
export function seconds(ms: number): string {
  return `${ms / 1_000} s`;
}
