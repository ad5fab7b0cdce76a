import type { queues, routing } from "@ringdown/contract";
import { changeQueue } from "../core/routing-edit.ts";
import type { FieldPlace } from "../fields.tsx";
import { useRouting } from "../routing-context.tsx";

/** A queue in the draft, and how its sections change it. */
export interface QueueEditing {
  queue: routing.RoutedQueue;
  settings: queues.QueueSettings;
  set(settings: Partial<queues.QueueSettings>): void;
  change(change: (queue: routing.RoutedQueue) => routing.RoutedQueue): void;
  /** Where problems of a setting are found. */
  at(field: keyof queues.QueueSettings | `${keyof queues.QueueSettings}.${string}`): FieldPlace;
}

export function useQueueEditing(queueId: string): QueueEditing | null {
  const { document, edit } = useRouting();
  const queue = document.queues.find(({ id }) => id === queueId);
  if (queue === undefined) return null;
  const change: QueueEditing["change"] = (next) => edit((before) => changeQueue(before, queueId, next));
  return {
    queue,
    settings: queue.settings,
    change,
    set: (settings) => change((before) => ({ ...before, settings: { ...before.settings, ...settings } })),
    at: (field) => ({ list: "queues", id: queueId, field: `settings.${field}` }),
  };
}
