import { setTimeout as wait } from "node:timers/promises";
import { describeError, type Log } from "../base/log.ts";
import type { Interaction } from "../contract/interactions.ts";
import type { LedgerEntry } from "../contract/ledger.ts";
import type { Postgres } from "../store/postgres.ts";
import { beginStory, continueStory, isSettled, type Story } from "./core/story.ts";
import { loadStory } from "./ledger.postgres.ts";

const settledKept = 2_000;
const retryMs = 500;

type Step = (lastSeq: number) => void;

/**
 * The stories that this process tells. Settled ones are kept a while, for notes that come late; one that is not
 * here any more (a note after a restart) is read from the database first, and what is appended meanwhile waits.
 */
export class LedgerStories {
  readonly #stories = new Map<string, Story>();
  /** Settled ones, the oldest first. */
  readonly #settled = new Set<string>();
  readonly #loading = new Map<string, Step[]>();
  readonly #loads = new Set<Promise<void>>();
  #closed = false;
  readonly #postgres: Postgres;
  readonly #flushed: () => Promise<void>;
  readonly #log: Log;

  constructor(postgres: Postgres, flushed: () => Promise<void>, log: Log) {
    this.#postgres = postgres;
    this.#flushed = flushed;
    this.#log = log;
  }

  get(interactionId: string): Interaction | null {
    return this.#stories.get(interactionId)?.interaction ?? null;
  }

  begin(entry: LedgerEntry, number: number): void {
    this.#stories.set(entry.interactionId, beginStory(entry, number));
  }

  adopt(story: Story): void {
    this.#stories.set(story.interaction.id, story);
  }

  continue(entry: LedgerEntry): void {
    const before = this.#stories.get(entry.interactionId);
    if (before === undefined) return;
    const after = continueStory(before, entry);
    this.#stories.set(entry.interactionId, after);
    this.#settled.delete(entry.interactionId);
    if (isSettled(after)) this.#settle(entry.interactionId);
  }

  setNumber(interactionId: string, number: number): void {
    const story = this.#stories.get(interactionId);
    if (story === undefined || story.interaction.number === number) return;
    this.#stories.set(interactionId, { ...story, interaction: { ...story.interaction, number } });
  }

  /** Runs `step` with the last number given out: at once for a story that is here, else when it was read. */
  withStory(interactionId: string, step: Step): void {
    const story = this.#stories.get(interactionId);
    if (story !== undefined) {
      step(story.lastSeq);
      return;
    }
    const waiting = this.#loading.get(interactionId);
    if (waiting !== undefined) {
      waiting.push(step);
      return;
    }
    this.#loading.set(interactionId, [step]);
    const load = this.#load(interactionId).finally(() => this.#loads.delete(load));
    this.#loads.add(load);
  }

  /** Resolves when nothing waits to be read any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#loads);
  }

  /** Gives the reads under way so long. */
  async close(patienceMs: number): Promise<void> {
    const patience = new AbortController();
    const late = wait(patienceMs, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([this.settled(), late]);
    patience.abort();
    this.#closed = true;
  }

  #settle(interactionId: string): void {
    this.#settled.add(interactionId);
    const [oldest] = this.#settled;
    if (this.#settled.size <= settledKept || oldest === undefined) return;
    this.#settled.delete(oldest);
    this.#stories.delete(oldest);
  }

  async #load(interactionId: string): Promise<void> {
    const story = await this.#read(interactionId);
    const steps = this.#loading.get(interactionId) ?? [];
    this.#loading.delete(interactionId);
    if (story === null) {
      this.#log.error(
        { callId: interactionId, entries: steps.length },
        "entries for an unknown interaction were dropped",
      );
      return;
    }
    this.#stories.set(interactionId, story);
    for (const step of steps) step(this.#stories.get(interactionId)?.lastSeq ?? story.lastSeq);
  }

  async #read(interactionId: string): Promise<Story | null> {
    while (!this.#closed) {
      try {
        await this.#flushed(); // its own last entries may still be on their way
        return await loadStory(this.#postgres, interactionId);
      } catch (error) {
        this.#log.debug(
          { callId: interactionId, error: describeError(error) },
          "an interaction could not be read yet",
        );
        await wait(retryMs, undefined, { ref: false });
      }
    }
    return null;
  }
}
