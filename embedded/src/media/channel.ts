import { performance } from "node:perf_hooks";
import type { Application, ApplicationTable } from "./applications/application.ts";
import { expandVariables } from "./core/arguments.ts";
import type { HangupCause } from "./core/hangup-cause.ts";
import { causeNumber } from "./core/hangup-cause.ts";
import type { Digit } from "./core/telephone-event.ts";
import type { CallerProfile, CallState } from "./channel-headers.ts";
import { addChannelHeaders, callStateNumber } from "./channel-headers.ts";
import type { ChannelTask } from "./channel-task.ts";
import type { EventBus } from "./event-bus.ts";
import type { MediaLog } from "./media-config.ts";
import { frameSamples } from "./media-clock.ts";
import type { VoiceStream } from "./rtp/voice-stream.ts";
import { randomUUID } from "node:crypto";

/** A listener on both directions of a channel, frame by frame: recordings, supervisors. */
export interface ChannelTap {
  onTap(read: Int16Array, written: Int16Array): void;
  /** The channel ends; resolves when the tap has finished its work. */
  close(reason: "hangup" | "stopped"): Promise<void>;
}

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

/** What a channel tells the world outside the media core. */
export interface ChannelOwner {
  readonly events: EventBus;
  readonly log: MediaLog;
  readonly applications: ApplicationTable;
  /** The channel has ended and sent its last event. */
  onChannelGone(channel: Channel): void;
}

interface RunningTask {
  task: ChannelTask;
  finish: () => void;
}

const silence = new Int16Array(frameSamples);

/**
 * One call leg: its variables, what it is doing, and its two directions of audio.
 *
 * ```
 * CS_NEW -> CS_INIT -> CS_ROUTING -> CS_EXECUTE <-> CS_EXCHANGE_MEDIA
 *                                         |               |
 *                                         +-> CS_HANGUP <-+ -> CS_REPORTING -> CS_DESTROY
 * ```
 */
export class Channel {
  readonly uuid: string;
  readonly variables = new Map<string, string>();
  readonly profile: CallerProfile;
  readonly name: string;
  readonly createdAtMs = Date.now();
  /** What came from the remote side in this frame; silence when `hasRead` is false. */
  readonly readFrame = new Int16Array(frameSamples);
  hasRead = false;
  state = "CS_NEW";
  callState: CallState = "DOWN";
  answeredAtMs = 0;
  hungUpAtMs = 0;
  bridgedAtMs = 0;
  hangupCause: HangupCause | undefined;
  isReadMuted = false;
  isWriteMuted = false;
  isHeld = false;
  /** The other leg, while bridged. */
  peer: Channel | undefined;
  isBridgeOriginator = false;
  /** How to end the signalling, set by its owner. */
  onHangup: (cause: HangupCause) => void = () => {};
  /** How to tell the remote side by re-INVITE that it is held, or no longer; set by its owner. */
  onHold: (isHeld: boolean) => Promise<void> = () => Promise.resolve();
  readonly #owner: ChannelOwner;
  readonly #voice: VoiceStream;
  readonly #written = new Int16Array(frameSamples);
  #hasWritten = false;
  readonly #taps = new Set<ChannelTap>();
  readonly #tasks: RunningTask[] = [];
  #base: ChannelTask | undefined;
  readonly #digits: { digit: Digit; source: string }[] = [];
  readonly #queued: (() => Promise<void>)[] = [];
  #commandsRunning = 0;
  #isLocked = false;
  #isStopping = false;
  #program: DialplanStep[] = [];
  #programRun = 0;

  constructor(owner: ChannelOwner, voice: VoiceStream, profile: CallerProfile, uuid: string = randomUUID()) {
    this.#owner = owner;
    this.#voice = voice;
    this.profile = profile;
    this.uuid = uuid;
    this.name = `sofia/drachtio_mrf/${profile.callerIdNumber || "anonymous"}@${profile.networkAddress}`;
    voice.onDigit = (digit) => this.receiveDigit(digit, "RTP");
  }

  get voice(): VoiceStream {
    return this.#voice;
  }

  get events(): EventBus {
    return this.#owner.events;
  }

  get log(): MediaLog {
    return this.#owner.log;
  }

  get isUp(): boolean {
    return this.hangupCause === undefined;
  }

  get isAnswered(): boolean {
    return this.answeredAtMs > 0;
  }

  /** Whether the bridge has this channel's audio now (no application plays or records in front of it). */
  get isTalking(): boolean {
    return this.peer !== undefined && this.#tasks.length === 0 && this.isUp && !this.isHeld;
  }

  variable(name: string): string | undefined {
    return this.variables.get(name);
  }

  setVariable(name: string, value: string | undefined): void {
    if (value === undefined || value === "") this.variables.delete(name);
    else this.variables.set(name, value);
  }

  /** Fires an event about this channel; `fill` adds headers after the channel's own. */
  fire(name: string, fill?: (headers: Map<string, string>) => string | void, subclass?: string): void {
    this.events.fire(
      name,
      (headers) => {
        addChannelHeaders(this, name, headers);
        return fill?.(headers);
      },
      subclass,
    );
  }

  setState(state: string): void {
    if (this.state === state) return;
    this.state = state;
    this.fire("CHANNEL_STATE");
  }

  setCallState(callState: CallState): void {
    const before = this.callState;
    if (before === callState || before === "HANGUP") return;
    this.callState = callState;
    this.events.fire("CHANNEL_CALLSTATE", (headers) => {
      headers.set("Original-Channel-Call-State", before);
      headers.set("Channel-Call-State-Number", String(callStateNumber(callState)));
      addChannelHeaders(this, "CHANNEL_CALLSTATE", headers);
    });
  }

  /** The call was answered: media may flow both ways. */
  markAnswered(): void {
    if (this.isAnswered) return;
    this.answeredAtMs = Date.now();
    this.setVariable("endpoint_disposition", "ANSWER");
    this.setCallState("ACTIVE");
    this.fire("CHANNEL_ANSWER");
  }

  // ---- what it is doing ----

  /** Runs the steps one after the other; after the last the channel hangs up, as a dialplan does. */
  runProgram(steps: DialplanStep[]): void {
    this.#program = [...steps];
    this.continueProgram();
  }

  /** Goes on with the step after the one that was interrupted (by a bridge). */
  continueProgram(): void {
    const run = ++this.#programRun;
    this.setState("CS_EXECUTE");
    void this.#runSteps(run).catch((error: unknown) => {
      this.log.error({ uuid: this.uuid, error: String(error) }, "a dialplan step failed");
      this.hangup("DESTINATION_OUT_OF_ORDER");
    });
  }

  async #runSteps(run: number): Promise<void> {
    while (this.isUp && run === this.#programRun) {
      const step = this.#program.shift();
      if (step === undefined) return this.hangup("NORMAL_CLEARING");
      await this.execute(step.application, step.argument);
    }
  }

  /** Stops whatever runs: the channel goes to a bridge or to another program. */
  interrupt(): void {
    this.#programRun++;
    this.#queued.length = 0;
    for (const { task, finish } of this.#tasks.splice(0).reverse()) {
      task.onCancel?.();
      finish();
    }
    const base = this.#base;
    this.#base = undefined;
    base?.onCancel?.();
  }

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

  /** Puts `task` in front until it ends by itself or is cancelled. */
  runTask(task: ChannelTask): Promise<void> {
    if (!this.isUp) {
      task.onCancel?.();
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#tasks.push({ task, finish: resolve }));
  }

  /** Ends `task` from outside. */
  endTask(task: ChannelTask): void {
    const index = this.#tasks.findIndex((running) => running.task === task);
    if (index >= 0) this.#tasks.splice(index, 1)[0]!.finish();
  }

  /** A command from an event socket: runs now, or after the one that holds the event lock. */
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
    if (options.hasEventLock === true) this.#isLocked = false;
    if (!this.#isLocked) await this.#queued.shift()?.();
  }

  async #executeLoop(application: string, argument: string, options: ExecuteOptions): Promise<void> {
    const loops = options.loops ?? 1;
    const turns = loops < 0 ? Infinity : loops;
    for (let turn = 0; turn < turns; turn++) {
      const startedAtMs = performance.now();
      await this.execute(application, argument, options);
      // What ends at once would spin; FreeSWITCH stops looping under half a second too.
      if (!this.isUp || this.#isStopping || performance.now() - startedAtMs < 500) return;
    }
  }

  /** Runs one application with its events. An unknown one ends the call, as in FreeSWITCH. */
  async execute(name: string, argument: string, options: ExecuteOptions = {}): Promise<void> {
    if (!this.isUp) return;
    const application = this.#owner.applications.get(name);
    if (application === undefined) {
      this.log.error({ uuid: this.uuid }, `Invalid Application ${name}`);
      return this.hangup("DESTINATION_OUT_OF_ORDER");
    }
    const expanded = expandVariables(argument, (variable) => this.variable(variable));
    const applicationUuid = options.applicationUuid ?? randomUUID();
    this.setVariable("current_application", name);
    this.setVariable("current_application_data", expanded);
    this.setVariable("current_application_response", undefined);
    this.#fireExecute("CHANNEL_EXECUTE", name, expanded, applicationUuid, options);
    await this.#run(application, expanded);
    this.#fireExecute("CHANNEL_EXECUTE_COMPLETE", name, expanded, applicationUuid, options);
  }

  async #run(application: Application, argument: string): Promise<void> {
    try {
      await application(this, argument);
    } catch (error) {
      this.log.error(
        { uuid: this.uuid, error: error instanceof Error ? error.stack : error },
        "an application failed",
      );
    }
  }

  #fireExecute(event: string, name: string, argument: string, uuid: string, options: ExecuteOptions): void {
    this.fire(event, (headers) => {
      headers.set("Application", name);
      if (argument !== "") headers.set("Application-Data", argument);
      if (event === "CHANNEL_EXECUTE_COMPLETE") {
        headers.set("Application-Response", this.variable("current_application_response") ?? "_none_");
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
    if (top?.task.onBreak?.(isAll && this.#commandsRunning === 0)) this.endTask(top.task);
  }

  // ---- digits ----

  /** Queues a digit for the task in front. */
  receiveDigit(digit: Digit, source: "RTP" | "ENDPOINT" | "APP"): void {
    if (!this.isUp) return;
    this.#digits.push({ digit, source });
  }

  /** Takes the next digit off the queue and fires its event, as FreeSWITCH does on reading. */
  takeDigit(): Digit | undefined {
    const next = this.#digits.shift();
    if (next === undefined) return undefined;
    const { digit, source } = next;
    this.fire("DTMF", (headers) => {
      headers.set("DTMF-Digit", digit.key);
      headers.set("DTMF-Duration", String(digit.durationSamples));
      headers.set("DTMF-Source", source);
    });
    return digit;
  }

  // ---- one frame of time ----

  /** First phase: takes what has been received. */
  readMedia(): void {
    this.#hasWritten = false;
    this.hasRead = this.#voice.read(this.readFrame);
    if (this.isReadMuted || !this.hasRead) this.readFrame.fill(0);
  }

  /** Second phase: the task in front works. */
  runFrame(): void {
    this.#deliverDigits();
    const top = this.#tasks.at(-1);
    const task = top?.task ?? this.#base;
    if (task?.onFrame() && top !== undefined) this.endTask(top.task);
  }

  #deliverDigits(): void {
    while (this.#digits.length > 0) {
      const top = this.#tasks.at(-1);
      // Between two tasks of an application (prompt, then collect) keys are kept for the second.
      if (top === undefined && this.#commandsRunning > 0) return;
      const task = top?.task ?? this.#base;
      if (task === undefined || task.isDeafToDigits) return;
      const digit = this.takeDigit();
      if (digit !== undefined && task.onDigit?.(digit) && top !== undefined) this.endTask(top.task);
    }
  }

  /** The frame to send in this tick; several writers are mixed. */
  write(frame: Int16Array): void {
    if (!this.#hasWritten) {
      this.#written.set(frame);
      this.#hasWritten = true;
      return;
    }
    for (let i = 0; i < frameSamples; i++) {
      this.#written[i] = Math.max(-32768, Math.min(32767, this.#written[i]! + frame[i]!));
    }
  }

  /** Third phase: sends the frame and shows both directions to the taps. */
  sendMedia(): void {
    if (this.isWriteMuted) this.#written.fill(0);
    if (this.#hasWritten && !this.isHeld) this.#voice.send(this.#written);
    else this.#voice.skip();
    for (const tap of this.#taps) tap.onTap(this.readFrame, this.#hasWritten ? this.#written : silence);
  }

  addTap(tap: ChannelTap): void {
    this.#taps.add(tap);
  }

  removeTap(tap: ChannelTap): void {
    this.#taps.delete(tap);
  }

  // ---- the end ----

  /** Ends the call; the first cause counts. */
  hangup(cause: HangupCause): void {
    if (!this.isUp) return;
    this.hangupCause = cause;
    this.hungUpAtMs = Date.now();
    this.state = "CS_HANGUP";
    this.fire("CHANNEL_HANGUP");
    this.onHangup(cause);
    this.interrupt();
    void this.#finish(cause);
  }

  async #finish(cause: HangupCause): Promise<void> {
    const taps = [...this.#taps];
    this.#taps.clear();
    await Promise.allSettled(taps.map((tap) => tap.close("hangup")));
    this.setVariable("hangup_cause", cause);
    this.setVariable("hangup_cause_q850", String(causeNumber(cause) <= 127 ? causeNumber(cause) : 16));
    this.setCallState("HANGUP");
    this.exposeStatistics();
    this.setState("CS_REPORTING");
    this.fire("CHANNEL_HANGUP_COMPLETE");
    this.setState("CS_DESTROY");
    this.fire("CHANNEL_DESTROY");
    await this.#voice.close();
    this.#owner.onChannelGone(this);
  }

  /** Writes the media statistics into `rtp_audio_…` variables. */
  exposeStatistics(): void {
    for (const [name, value] of this.#voice.statistics()) this.setVariable(`rtp_audio_${name}`, value);
  }
}
