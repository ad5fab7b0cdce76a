/** What the bench and its second controller tell each other. */
export type ControllerOrder =
  | { type: "start"; nodeId: string; redisUrl: string; prefix: string }
  /** A caller who comes now, is accepted by whichever agent is rung, and talks for so long. */
  | { type: "enter"; interactionId: string; queueId: string; talkMs: number };

export type ControllerReport = { type: "started" };
