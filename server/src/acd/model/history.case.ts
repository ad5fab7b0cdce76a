import { createBoard } from "../core/board.ts";
import type { Effect } from "../core/effect.ts";
import type { LogEntry } from "../core/event.ts";
import { reduce } from "../core/reduce.ts";
import type { Batch } from "../event-log.ts";

/** The property that does not hold, and how. */
export class Violation extends Error {}

export type Property =
  | "one live offer for each agent"
  | "every offer ends once"
  | "no stale epoch commits"
  | "one router in each epoch"
  | "the lease is its holder's until it ends"
  | "committed batches are contiguous"
  | "effects are those of the log"
  | "only what is final is told"
  | "nobody is lost"
  | "everybody can be served"
  | "nothing fails inside";

/**
 * What was made final, watched from outside: the whole log is reduced a second time by itself, and every batch that
 * the store accepts is held against that.
 */
export class History {
  /** Notices in order, as text, with the line that they came of. */
  readonly notices: { position: number; text: string }[] = [];
  readonly live = new Map<string, string>();
  readonly ended = new Set<string>();
  /** Every line that was ever appended. */
  readonly lines: string[] = [];
  private readonly ignored: readonly Property[];
  private readonly board = createBoard();
  private readonly expected: string[] = [];
  private readonly routers = new Map<number, string>();
  private position = 0;
  private epoch = 0;

  /** `ignored` properties are not looked at, to see what follows when they do not hold. */
  constructor(ignored: readonly Property[] = []) {
    this.ignored = ignored;
  }

  insist(isSo: boolean, property: Property, sentence: () => string): void {
    if (!isSo && !this.ignored.includes(property)) throw new Violation(`${property}: ${sentence()}`);
  }

  append(texts: string[]): void {
    for (const text of texts) {
      this.lines.push(text);
      const entry = JSON.parse(text) as LogEntry;
      this.expected.push(JSON.stringify(reduce(this.board, entry)));
    }
  }

  grant(epoch: number, session: string): void {
    const other = this.routers.get(epoch) ?? session;
    this.insist(
      other === session,
      "one router in each epoch",
      () => `${other} and ${session} in epoch ${epoch}`,
    );
    this.routers.set(epoch, session);
    this.epoch = Math.max(this.epoch, epoch);
  }

  commit(batch: Batch): void {
    const { after, position, epoch } = batch;
    this.insist(
      epoch === this.epoch,
      "no stale epoch commits",
      () => `epoch ${epoch} committed in epoch ${this.epoch}`,
    );
    this.insist(
      after === this.position && position === after + batch.outcomes.length,
      "committed batches are contiguous",
      () => `lines ${after + 1} to ${position} after ${this.position}`,
    );
    for (const outcome of batch.outcomes) {
      const text = JSON.stringify(outcome.effects);
      this.insist(text === this.expected[outcome.position - 1], "effects are those of the log", () => text);
      for (const effect of outcome.effects) this.see(effect, outcome.at, outcome.position);
    }
    this.position = position;
  }

  private see(effect: Effect, at: number, position: number): void {
    if (effect.type === "reply") return;
    this.notices.push({ position, text: JSON.stringify({ ...effect, at }) });
    if (effect.type === "offer") {
      const { agentId, offerId } = effect;
      const other = [...this.live].find(([, agent]) => agent === agentId);
      this.insist(
        !other,
        "one live offer for each agent",
        () => `${agentId} has ${other?.[0]} and ${offerId}`,
      );
      this.live.set(offerId, agentId);
    }
    if (effect.type !== "accepted" && effect.type !== "withdrawn") return;
    const { offerId } = effect;
    this.insist(this.live.delete(offerId), "every offer ends once", () => `${offerId} ends and was not live`);
    this.ended.add(offerId);
  }
}
