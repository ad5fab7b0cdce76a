import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { describeError } from "../base/log.ts";
import { DeadlineError, pause, within } from "./deadline.ts";
import type { HangUpCause } from "./core/cause.ts";
import { causeOfChannel, causeOfReason } from "./core/cause.ts";
import type { Endpoint, EslEvent, SipDialog, SipMessage } from "./drachtio.ts";

/** What came of playing one file. */
export type Playback = "played" | "stopped" | "gone" | { problem: string };

const commandDeadlineMs = 5_000;
/** Nothing that a caller hears in one piece is longer. */
const longestPlaybackMs = 6 * 3_600_000;

/** What telephony counts about its media server. */
export interface ChannelCounters {
  mediaCommandTimeouts: number;
}

/** A channel on some media server, and our dialog with it. */
export interface ChannelMade {
  endpoint: Endpoint;
  channel: SipDialog;
}

/** A channel as long as it is on one media server. */
interface Life extends ChannelMade {
  isOver: boolean;
  readonly over: Promise<void>;
}

/**
 * One channel of a media server: applications and API commands with deadlines. A pending command ends with the
 * channel ("gone"), so nothing waits for a channel that hung up.
 *
 *   up ──hang-up──► gone
 *    └── its media server is gone ──► moving ──another channel──► up (commands under way are lost, playbacks begin anew)
 *                                        └── nobody to move to ──► gone
 */
export class Channel {
  /** Resolves with the cause when the channel is gone for good; null: it vanished with its media server. */
  readonly gone: Promise<HangUpCause | null>;
  /** How often the channel left a bridge; told by the bridge. */
  partings = 0;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #counters: ChannelCounters;
  readonly #digitListeners = new Set<(digit: string) => void>();
  #life: Life;
  #isGone = false;
  #resolveGone: (cause: HangUpCause | null) => void = () => undefined;
  #lose: () => void = () => undefined;
  #move: (() => Promise<ChannelMade | null>) | null = null;
  /** Resolves true when there is another channel. */
  #moving: Promise<boolean> | null = null;
  /** A break that found nothing to break stays on the channel and would stop the next playback. */
  #hasStaleBreak = false;

  constructor(
    endpoint: Endpoint,
    dialog: SipDialog,
    parts: { clock: Clock; log: Log; counters: ChannelCounters },
  ) {
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#counters = parts.counters;
    this.gone = new Promise((resolve) => {
      this.#resolveGone = resolve;
    });
    this.#life = this.#begin({ endpoint, channel: dialog });
  }

  /** On the media server; another one after a move. */
  get uuid(): string {
    return this.#life.endpoint.uuid;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Its media server is gone, although its own socket may not say so. */
  lose(): void {
    this.#lose();
  }

  /** Resolves when the channel leaves the media server that it is on now, whether or not it goes on elsewhere. */
  get vanished(): Promise<void> {
    return this.#life.over;
  }

  /** From now on, `move` makes another channel when the media server is gone; null from it: there is none. */
  moveBy(move: () => Promise<ChannelMade | null>): void {
    this.#move = move;
  }

  /** The dialog with the media server: BYE on it ends the channel. */
  get dialog(): SipDialog {
    return this.#life.channel;
  }

  onDigit(listener: (digit: string) => void): void {
    this.#digitListeners.add(listener);
  }

  /** Runs an application to its end. Rejects when the channel goes or the deadline passes. */
  execute(application: string, argument: string, deadlineMs = commandDeadlineMs): Promise<EslEvent> {
    return this.#command(application, deadlineMs, (endpoint, done) => {
      endpoint.execute(application, argument, done);
    });
  }

  /** Runs an API command about this channel; rejects unless the reply is +OK. */
  async api(command: string, args: string[], deadlineMs = commandDeadlineMs): Promise<string> {
    const event = await this.#command(command, deadlineMs, (endpoint, done) => {
      endpoint.api(command, args, done);
    });
    const body = event.getBody();
    if (!body.startsWith("+OK")) throw new Error(`${command}: ${body.trim() || "no reply"}`);
    return body;
  }

  /** Sets channel variables, in one command; no value may have a ";". */
  async set(variables: Record<string, string>): Promise<void> {
    const pairs = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    await this.api("uuid_setvar_multi", [this.uuid, pairs.join(";")]);
  }

  /**
   * Plays one file or stream. A playback that starts during another one is heard in its place; the other one goes
   * on afterwards (FreeSWITCH nests them).
   */
  async play(file: string, signal: AbortSignal): Promise<Playback> {
    if (!(await this.#isThere())) return "gone";
    const life = this.#life;
    try {
      await this.#absorbStaleBreak();
      if (signal.aborted) return "stopped";
      const ending = this.execute("playback", file, longestPlaybackMs);
      const event = await this.#untilStopped(ending, file, signal);
      if (event === "stopped") return "stopped";
      if (signal.aborted) return "stopped";
      const response = event.getHeader("Application-Response") ?? "";
      if (response === "FILE NOT FOUND") return { problem: `There is no file ${file}` };
      if (response !== "PLAYBACK ERROR") return "played";
      // A hang-up shows as a playback error, too, and is told a moment later.
      await Promise.race([life.over, pause(this.#clock, 250)]);
      return await this.#playedOrNot(life, file, signal, `The media server can't play ${file}`);
    } catch (error) {
      return await this.#playedOrNot(life, file, signal, describeError(error));
    }
  }

  /** What went wrong went wrong with the channel, in most cases: on another media server it is played again. */
  async #playedOrNot(life: Life, file: string, signal: AbortSignal, problem: string): Promise<Playback> {
    if (!life.isOver) return { problem };
    if (!(await this.#isThere())) return "gone";
    return signal.aborted ? "stopped" : await this.play(file, signal);
  }

  /** Whether there is a channel: at once, or after the move that is under way. */
  async #isThere(): Promise<boolean> {
    if (this.#moving) await this.#moving;
    return !this.#isGone;
  }

  #begin({ endpoint, channel }: ChannelMade): Life {
    let resolveOver: () => void = () => undefined;
    const over = new Promise<void>((resolve) => (resolveOver = resolve));
    const life: Life = { endpoint, channel, isOver: false, over };
    const end = (cause: HangUpCause | null, isServerGone: boolean) => {
      if (life.isOver) return;
      life.isOver = true;
      if (isServerGone && this.#move) this.#moving = this.#moveOn(this.#move);
      else this.#finish(isServerGone ? null : cause);
      resolveOver();
    };
    this.#lose = () => end(null, true);
    endpoint.on("dtmf", (event: { dtmf: string }) => {
      for (const listener of this.#digitListeners) listener(event.dtmf);
    });
    endpoint.once("destroy", (event?: { reason?: string }) => {
      // The socket's end may overtake the event that has the cause; the BYE, a moment later, has it too.
      if (event?.reason) end(causeOfChannel(event.reason), isOfServer(event.reason));
      else void pause(this.#clock, 200).then(() => end(null, true));
    });
    channel.once("destroy", (bye: SipMessage) => {
      const reason = bye.get("Reason");
      end(causeOfReason(reason), isOfServer(reason ?? ""));
    });
    return life;
  }

  async #moveOn(move: () => Promise<ChannelMade | null>): Promise<boolean> {
    const made = await move().catch((error: unknown) => {
      this.#log.warn({ channelId: this.uuid, error: describeError(error) }, "A channel could not be moved");
      return null;
    });
    this.#moving = null;
    if (made) {
      this.#hasStaleBreak = false;
      this.#life = this.#begin(made);
    } else this.#finish(null);
    return made !== null;
  }

  #finish(cause: HangUpCause | null): void {
    this.#isGone = true;
    this.#resolveGone(cause);
  }

  /** Stops what is played or recorded in front; may find nothing. */
  async break(): Promise<void> {
    this.#hasStaleBreak = true;
    await this.api("uuid_break", [this.uuid]).catch((error: unknown) => {
      if (!this.#isGone)
        this.#log.warn({ channelId: this.uuid, error: describeError(error) }, "Break failed");
    });
  }

  /** Breaks until `ending` has ended; gives up after a few seconds. */
  async breakUntil(ending: Promise<unknown>): Promise<boolean> {
    let hasEnded = false;
    const end = ending.then(
      () => (hasEnded = true),
      () => (hasEnded = true),
    );
    for (let attempt = 0; attempt < 6 && !hasEnded && !this.#isGone; attempt++) {
      await this.break();
      await Promise.race([end, pause(this.#clock, 500)]);
    }
    return hasEnded;
  }

  #untilStopped(ending: Promise<EslEvent>, file: string, signal: AbortSignal): Promise<EslEvent | "stopped"> {
    const started = this.#watchStart(file, ending);
    return new Promise((resolve, reject) => {
      const stop = () => {
        void this.breakUntil(ending).then((hasEnded) => {
          if (!hasEnded) resolve("stopped");
        });
      };
      signal.addEventListener("abort", stop, { once: true });
      started.catch(reject);
      ending.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
    });
  }

  /** Rejects if the playback neither starts nor ends in time. */
  async #watchStart(file: string, ending: Promise<EslEvent>): Promise<void> {
    const { endpoint } = this.#life;
    let onStart: ((event: { file?: string }) => void) | undefined;
    const started = new Promise<void>((resolve) => {
      onStart = (event) => {
        if (event.file === file) resolve();
      };
      endpoint.on("playback-start", onStart);
    });
    const first = Promise.race([started, ending.then(() => undefined)]);
    try {
      await within(this.#clock, commandDeadlineMs, `playback of ${file}`, first);
    } catch (error) {
      if (error instanceof DeadlineError) this.#counters.mediaCommandTimeouts++;
      throw error;
    } finally {
      if (onStart) endpoint.off("playback-start", onStart);
    }
  }

  async #absorbStaleBreak(): Promise<void> {
    if (!this.#hasStaleBreak) return;
    this.#hasStaleBreak = false;
    await this.execute("playback", "silence_stream://20");
  }

  async #command(
    what: string,
    deadlineMs: number,
    send: (endpoint: Endpoint, done: (error: Error | null, event?: EslEvent) => void) => void,
  ): Promise<EslEvent> {
    // Not when it is there: a command is sent before this returns.
    if (this.#moving) await this.#moving;
    if (this.#isGone) throw new Error("The channel is gone");
    const life = this.#life;
    const reply = new Promise<EslEvent>((resolve, reject) => {
      send(life.endpoint, (error, event) => {
        if (error || !event) reject(error ?? new Error(`${what} gave no reply`));
        else resolve(event);
      });
    });
    const vanished = life.over.then(() => {
      throw new Error("The channel is gone");
    });
    try {
      return await within(this.#clock, deadlineMs, what, Promise.race([reply, vanished]));
    } catch (error) {
      if (error instanceof DeadlineError) this.#counters.mediaCommandTimeouts++;
      throw error;
    }
  }
}

/** FreeSWITCH that goes down says so in each channel's hang-up. */
function isOfServer(reason: string): boolean {
  return /\bSYSTEM_SHUTDOWN\b/.test(reason);
}
