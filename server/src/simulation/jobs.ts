/**
 * Simulations that were asked for: one runs at a time, a few may wait, results are kept for a while.
 *
 *   waiting ──► running ──► done
 *      │           ├──────► failed
 *      └───────────┴──────► cancelled
 */
import { randomUUID } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import type { Log } from "../base/log.ts";
import type { SimulationJob, SimulationResult } from "../contract/simulation.ts";

export type SimulationWork = (
  signal: AbortSignal,
  onProgress: (share: number) => void,
) => Promise<SimulationResult>;

interface Job {
  view: Omit<SimulationJob, "ahead">;
  work: SimulationWork;
  abort: AbortController;
  endedAt: number | null;
}

const mostWaiting = 5;
const mostKept = 20;
const keptForMs = 3_600_000;

export class SimulationJobs {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #jobs = new Map<string, Job>();
  #running: Promise<void> | null = null;
  #isClosed = false;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Failure "rate-limited" when too many wait already. */
  start(work: SimulationWork): SimulationJob {
    if (this.#isClosed) throw new Failure("unavailable", "The server is stopping");
    this.#forgetOld();
    if (this.#waiting().length >= mostWaiting)
      throw new Failure(
        "rate-limited",
        `${mostWaiting} simulations wait already: try again when one has ended`,
      );
    const id = randomUUID();
    const view = { id, state: "waiting" as const, progress: 0, startedAt: null, result: null, problem: null };
    const job: Job = { view, work, abort: new AbortController(), endedAt: null };
    this.#jobs.set(id, job);
    this.#next();
    return this.read(id);
  }

  /** Failure "not-found" when there is none, or no longer. */
  read(id: string): SimulationJob {
    const job = this.#find(id);
    const ahead = job.view.state === "waiting" ? this.#waiting().indexOf(job) + 1 : 0;
    return { ...job.view, ahead };
  }

  cancel(id: string): void {
    const job = this.#find(id);
    if (job.endedAt !== null) {
      this.#jobs.delete(id);
      return;
    }
    const isWaiting = job.view.state === "waiting";
    job.abort.abort(new Failure("gone", "The simulation was cancelled"));
    if (isWaiting) this.#end(job, { state: "cancelled" });
  }

  /** Stops what runs. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const [id, job] of this.#jobs) if (job.endedAt === null) this.cancel(id);
    await this.#running;
  }

  #find(id: string): Job {
    const job = this.#jobs.get(id);
    if (!job) throw new Failure("not-found", "There is no such simulation, or it was an hour ago");
    return job;
  }

  #waiting(): Job[] {
    return [...this.#jobs.values()].filter(({ view }) => view.state === "waiting");
  }

  #next(): void {
    const [job] = this.#waiting();
    if (this.#running !== null || !job) return;
    job.view = { ...job.view, state: "running", startedAt: this.#clock.now() };
    this.#running = this.#run(job).finally(() => {
      this.#running = null;
      this.#next();
    });
  }

  async #run(job: Job): Promise<void> {
    const { signal } = job.abort;
    try {
      const result = await job.work(signal, (progress) => {
        job.view = { ...job.view, progress: Math.min(1, Math.max(0, progress)) };
      });
      this.#end(job, { state: "done", progress: 1, result });
    } catch (error) {
      if (signal.aborted) this.#end(job, { state: "cancelled" });
      else if (error instanceof Failure) this.#end(job, { state: "failed", problem: error.message });
      else {
        this.#log.error({ error }, "A simulation failed");
        this.#end(job, { state: "failed", problem: "The simulation failed; the server's log says why" });
      }
    }
  }

  #end(job: Job, change: Partial<Job["view"]>): void {
    job.view = { ...job.view, ...change };
    job.endedAt = this.#clock.now();
  }

  #forgetOld(): void {
    const ended = [...this.#jobs].filter(([, { endedAt }]) => endedAt !== null);
    const isOld = ([, { endedAt }]: [string, Job]) => (endedAt ?? 0) + keptForMs < this.#clock.now();
    const surplus = ended.slice(0, Math.max(0, ended.length - mostKept));
    for (const [id] of [...ended.filter(isOld), ...surplus]) this.#jobs.delete(id);
  }
}
