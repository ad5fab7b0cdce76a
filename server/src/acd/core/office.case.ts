import type { Board } from "./board.ts";
import { createBoard, nextDeadline } from "./board.ts";
import type { Effect, ReplyResult } from "./effect.ts";
import type { AcdEvent, Entry } from "./event.ts";
import { reduce } from "./reduce.ts";
import type { Capacity, Membership, QueueSettings } from "./settings.ts";
import { defaultQueueSettings, oneCall } from "./settings.ts";

type EffectOf<T extends Effect["type"]> = Extract<Effect, { type: T }>;

/** A board with a clock, for examples that read as a story. Times are seconds after the office opened. */
export class Office {
  readonly board: Board;
  /** Everything that happened, without replies. */
  readonly effects: Effect[] = [];
  private readonly opened = 1_800_000_000_000;
  private now: number;
  private line = 0;

  constructor(board: Board = createBoard()) {
    this.board = board;
    this.now = Math.max(this.opened, board.now);
    this.line = board.lines.get("n1/1") ?? 0;
  }

  /** What happens; returns the answer. */
  does(event: AcdEvent): ReplyResult {
    this.line += 1;
    const effects = reduce(this.board, { session: "n1/1", line: this.line, at: this.now, event });
    for (const effect of effects) if (effect.type !== "reply") this.effects.push(effect);
    const reply = effects.at(-1);
    if (reply?.type !== "reply") throw new Error("The line was not answered");
    return reply.result;
  }

  queue(queueId: string, settings: Partial<QueueSettings> = {}): this {
    this.does({ type: "queue-set", settings: { queueId, ...defaultQueueSettings, ...settings } });
    return this;
  }

  /** Queues by name, or with the agent's priority. */
  agent(
    agentId: string,
    queues: (string | Membership)[],
    more: {
      routable?: boolean;
      cause?: string;
      capacity?: Capacity;
      skills?: Record<string, number>;
      handledToday?: number;
    } = {},
  ): this {
    const memberships = queues.map((each) =>
      typeof each === "string" ? { queueId: each, priority: 0 } : each,
    );
    const profile = { routable: true, cause: "ready", ...more };
    this.does({ type: "agent-set", agentId, queues: memberships, capacity: oneCall, ...profile });
    return this;
  }

  caller(interactionId: string, queueId: string, more: Partial<Entry> = {}): this {
    const usual = { channel: "voice" as const, priority: 0, enqueuedAt: this.now };
    this.does({ type: "enqueued", interactionId, queueId, ...usual, ...more });
    return this;
  }

  /** Time passes, with a tick at each deadline on the way. */
  wait(seconds: number): this {
    const until = this.now + seconds * 1_000;
    for (
      let next = nextDeadline(this.board);
      next !== null && next <= until;
      next = nextDeadline(this.board)
    ) {
      this.now = Math.max(this.now, next);
      this.does({ type: "tick" });
    }
    this.now = until;
    return this;
  }

  /** Time passes and the router does not notice. */
  sleep(seconds: number): this {
    this.now += seconds * 1_000;
    return this;
  }

  at(seconds: number): number {
    return this.opened + seconds * 1_000;
  }

  all<T extends Effect["type"]>(type: T): EffectOf<T>[] {
    return this.effects.filter((effect): effect is EffectOf<T> => effect.type === type);
  }

  last<T extends Effect["type"]>(type: T): EffectOf<T> {
    const effect = this.all(type).at(-1);
    if (!effect) throw new Error(`There was no "${type}"`);
    return effect;
  }

  /** Who rings for whom now: "caller@agent", in the order of the offers. */
  ringing(): string[] {
    return [...this.board.offers.values()].map(({ interactionId, agentId }) => `${interactionId}@${agentId}`);
  }

  /** The offer that rings for the caller. */
  offerOf(interactionId: string): string {
    const offerId = this.board.callers.get(interactionId)?.offers[0];
    if (offerId === undefined) throw new Error(`Nothing rings for ${interactionId}`);
    return offerId;
  }

  /** The agent takes the call that rings for the caller. */
  answer(interactionId: string): this {
    this.does({ type: "accepted", offerId: this.offerOf(interactionId) });
    return this;
  }

  decline(
    interactionId: string,
    cause: "declined" | "no-answer" | "unreachable" | "failed" = "declined",
  ): this {
    this.does({ type: "declined", offerId: this.offerOf(interactionId), cause });
    return this;
  }

  hangUp(interactionId: string, agentId: string): this {
    this.does({ type: "released", interactionId, agentId });
    return this;
  }
}
