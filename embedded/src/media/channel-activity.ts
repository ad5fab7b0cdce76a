import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { ApplicationRun } from "./application-run.ts";
import type { ApplicationTable } from "./applications/application.ts";
import type { Channel } from "./channel.ts";
import type { ChannelTask } from "./channel-task.ts";
import { expandVariables } from "./core/arguments.ts";
import type { Digit } from "./core/telephone-event.ts";

/** How to run an application. */
export interface ExecuteOptions {
  applicationUuid?: string;
  applicationUuidName?: string;
  /** Commands that arrive while it runs wait for its end. */
  hasEventLock?: boolean;
  /** How often to run it; negative: until stopped. */
  loops?: number;
}

/** One step of a dialplan. */
export interface DialplanStep {
  application: string;
  argument: string;
}

interface RunningTask {
  task: ChannelTask;
  finish: () => void;
}

/** FreeSWITCH ends a loop whose turn took less than this: what ends at once would spin. */
const shortestTurnMs = 500;

/**
 * What a channel is doing: its dialplan, the commands of its controllers, and the stack of tasks that these
 * put in front of the base (parked, or bridged). The task on top gets the time and the keys.
 */
export class ChannelActivity {
  readonly #channel: Channel;
  readonly #applications: ApplicationTable;
  readonly #tasks: RunningTask[] = [];
  readonly #runs = new Set<ApplicationRun>();
  readonly #queued: (() => Promise<void>)[] = [];
  readonly #digits: { digit: Digit; source: string }[] = [];
  #base: ChannelTask | undefined;
  #commandsRunning = 0;
  #isLocked = false;
  #isStopping = false;
  /** A break that came while a command had nothing in front yet (its file was being opened) is for what comes next. */
  #isBreakPending = false;
  #program: DialplanStep[] = [];
  #programRun = 0;

  constructor(channel: Channel, applications: ApplicationTable) {
    this.#channel = channel;
    this.#applications = applications;
  }

  /** Whether an application plays, records or listens in front of the base. */
  get isBusy(): boolean {
    return this.#tasks.length > 0;
  }

  // ---- the dialplan ----

  /** Runs the steps one after the other; after the last the channel hangs up, as a dialplan does. */
  runProgram(steps: DialplanStep[]): void {
    this.#program = [...steps];
    this.continueProgram();
  }

  /** Goes on with the step after the one that was interrupted (by a bridge). */
  continueProgram(): void {
    const run = ++this.#programRun;
    this.#channel.setState("CS_EXECUTE");
    // `execute` never rejects.
    void this.#runSteps(run);
  }

  async #runSteps(run: number): Promise<void> {
    while (this.#channel.isUp && run === this.#programRun) {
      const step = this.#program.shift();
      if (step === undefined) return this.#channel.hangup("NORMAL_CLEARING");
      await this.execute(step.application, step.argument);
    }
  }

  /** Stops whatever runs: the channel goes to a bridge, to another program, or ends. */
  interrupt(): void {
    this.#programRun++;
    this.#queued.length = 0;
    for (const run of this.#runs) run.interrupt();
    for (const { task, finish } of this.#tasks.splice(0).reverse()) {
      task.onCancel?.();
      finish();
    }
    const base = this.#base;
    this.#base = undefined;
    base?.onCancel?.();
  }

  // ---- tasks ----

  /** Makes `task` what the channel does when no application is in front. */
  setBaseTask(task: ChannelTask): void {
    this.#base = task;
  }

  /** Ends `task` if it still is what the channel does. */
  endBaseTask(task: ChannelTask): void {
    if (this.#base !== task) return;
    this.#base = undefined;
    task.onCancel?.();
  }

  #startTask(task: ChannelTask): Promise<void> {
    const isBroken = this.#isBreakPending;
    this.#isBreakPending = false;
    if (isBroken && task.onBreak?.(false)) return Promise.resolve();
    return new Promise((resolve) => this.#tasks.push({ task, finish: resolve }));
  }

  /** Ends `task` from outside. */
  endTask(task: ChannelTask): void {
    const index = this.#tasks.findIndex((running) => running.task === task);
    if (index >= 0) this.#tasks.splice(index, 1)[0]!.finish();
  }

  /** One frame of time for the task on top. */
  runFrame(): void {
    this.#deliverDigits();
    const top = this.#tasks.at(-1);
    const task = top?.task ?? this.#base;
    if (task?.onFrame() && top !== undefined) this.endTask(top.task);
  }

  // ---- commands ----

  /** A command from an event socket: runs now, or after the one that holds the event lock. Never rejects. */
  async command(application: string, argument: string, options: ExecuteOptions = {}): Promise<void> {
    if (this.#isLocked) {
      this.#queued.push(() => this.command(application, argument, options));
      return;
    }
    this.#isLocked = options.hasEventLock === true;
    this.#isStopping = false;
    this.#commandsRunning++;
    await this.#executeLoop(application, argument, options);
    this.#commandsRunning--;
    if (this.#commandsRunning === 0) this.#isBreakPending = false;
    if (options.hasEventLock === true) this.#isLocked = false;
    if (!this.#isLocked) await this.#queued.shift()?.();
  }

  async #executeLoop(application: string, argument: string, options: ExecuteOptions): Promise<void> {
    const loops = options.loops ?? 1;
    const turns = loops < 0 ? Infinity : loops;
    for (let turn = 0; turn < turns; turn++) {
      const startedAtMs = performance.now();
      const isComplete = await this.execute(application, argument, options);
      if (!isComplete || this.#isStopping || performance.now() - startedAtMs < shortestTurnMs) return;
    }
  }

  /**
   * Runs one application with its events; false if it was interrupted. An unknown one ends the call, as in
   * FreeSWITCH. Never rejects.
   */
  async execute(name: string, argument: string, options: ExecuteOptions = {}): Promise<boolean> {
    const channel = this.#channel;
    if (!channel.isUp) return false;
    const application = this.#applications.get(name);
    if (application === undefined) {
      channel.log.error({ application: name }, "invalid application");
      channel.hangup("DESTINATION_OUT_OF_ORDER");
      return false;
    }
    const expanded = expandVariables(argument, (variable) => channel.variable(variable));
    const uuid = options.applicationUuid ?? randomUUID();
    channel.setVariable("current_application", name);
    channel.setVariable("current_application_data", expanded);
    channel.setVariable("current_application_response", undefined);
    this.#announce("CHANNEL_EXECUTE", name, expanded, uuid, options);
    const run = new ApplicationRun((task) => this.#startTask(task));
    this.#runs.add(run);
    try {
      await application(channel, expanded, run);
    } catch (error) {
      const stack = error instanceof Error ? error.stack : String(error);
      channel.log.error({ application: name, error: stack }, "an application failed");
    }
    this.#runs.delete(run);
    this.#announce("CHANNEL_EXECUTE_COMPLETE", name, expanded, uuid, options);
    return !run.isInterrupted;
  }

  #announce(event: string, name: string, argument: string, uuid: string, options: ExecuteOptions): void {
    this.#channel.fire(event, (headers) => {
      headers.set("Application", name);
      if (argument !== "") headers.set("Application-Data", argument);
      if (event === "CHANNEL_EXECUTE_COMPLETE") {
        headers.set(
          "Application-Response",
          this.#channel.variable("current_application_response") ?? "_none_",
        );
      }
      headers.set("Application-UUID", uuid);
      if (options.applicationUuidName) headers.set("Application-UUID-Name", options.applicationUuidName);
    });
  }

  /**
   * `uuid_break`: stops what is played now; with `isAll`, also forgets what waits. As in FreeSWITCH, a list
   * that an event socket told us to play goes on with its next file even then.
   */
  break(isAll: boolean): void {
    if (isAll) this.#queued.length = 0;
    this.#isStopping = true;
    const top = this.#tasks.at(-1);
    if (top === undefined) this.#isBreakPending = this.#commandsRunning > 0;
    else if (top.task.onBreak?.(isAll && this.#commandsRunning === 0)) this.endTask(top.task);
  }

  // ---- digits ----

  /** Queues a digit for the task in front. */
  receiveDigit(digit: Digit, source: "RTP" | "ENDPOINT" | "APP"): void {
    if (this.#channel.isUp) this.#digits.push({ digit, source });
  }

  #deliverDigits(): void {
    while (this.#digits.length > 0) {
      const top = this.#tasks.at(-1);
      // Between two tasks of an application (prompt, then collect) keys are kept for the second.
      if (top === undefined && this.#commandsRunning > 0) return;
      const task = top?.task ?? this.#base;
      if (task === undefined || task.isDeafToDigits) return;
      const digit = this.#takeDigit();
      if (task.onDigit?.(digit) && top !== undefined) this.endTask(top.task);
    }
  }

  /** FreeSWITCH fires the event when somebody takes the digit, not when it arrives. */
  #takeDigit(): Digit {
    const { digit, source } = this.#digits.shift()!;
    this.#channel.fire("DTMF", (headers) => {
      headers.set("DTMF-Digit", digit.key);
      headers.set("DTMF-Duration", String(digit.durationSamples));
      headers.set("DTMF-Source", source);
    });
    return digit;
  }
}
