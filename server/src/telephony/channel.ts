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

/**
 * One channel of the media server: applications and API commands with deadlines. A pending command ends with the
 * channel ("gone"), so nothing waits for a channel that hung up.
 */
export class Channel {
  readonly uuid: string;
  /** Resolves with the cause when the channel is gone; null: it vanished without one, with its media server. */
  readonly gone: Promise<HangUpCause | null>;
  /** How often the channel left a bridge; told by the bridge. */
  partings = 0;
  readonly #endpoint: Endpoint;
  readonly #dialog: SipDialog;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #counters: ChannelCounters;
  #isGone = false;
  #lose: () => void = () => undefined;
  /** A break that found nothing to break stays on the channel and would stop the next playback. */
  #hasStaleBreak = false;

  constructor(
    endpoint: Endpoint,
    dialog: SipDialog,
    parts: { clock: Clock; log: Log; counters: ChannelCounters },
  ) {
    this.#endpoint = endpoint;
    this.#dialog = dialog;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#counters = parts.counters;
    this.uuid = endpoint.uuid;
    this.gone = new Promise((resolve) => {
      const vanish = (cause: HangUpCause | null) => {
        this.#isGone = true;
        resolve(cause);
      };
      this.#lose = () => vanish(null);
      endpoint.once("destroy", (event?: { reason?: string }) => {
        // The socket's end may overtake the event that has the cause; the BYE, a moment later, has it too.
        if (event?.reason) vanish(causeOfChannel(event.reason));
        else void pause(this.#clock, 200).then(() => vanish(null));
      });
      dialog.once("destroy", (bye: SipMessage) => vanish(causeOfReason(bye.get("Reason"))));
    });
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Its media server is gone, although its own socket may not say so. */
  lose(): void {
    this.#lose();
  }

  /** The dialog with the media server: BYE on it ends the channel. */
  get dialog(): SipDialog {
    return this.#dialog;
  }

  onDigit(listener: (digit: string) => void): void {
    this.#endpoint.on("dtmf", (event: { dtmf: string }) => listener(event.dtmf));
  }

  /** Runs an application to its end. Rejects when the channel goes or the deadline passes. */
  execute(application: string, argument: string, deadlineMs = commandDeadlineMs): Promise<EslEvent> {
    return this.#command(application, deadlineMs, (done) => {
      this.#endpoint.execute(application, argument, done);
    });
  }

  /** Runs an API command about this channel; rejects unless the reply is +OK. */
  async api(command: string, args: string[], deadlineMs = commandDeadlineMs): Promise<string> {
    const event = await this.#command(command, deadlineMs, (done) => {
      this.#endpoint.api(command, args, done);
    });
    const body = event.getBody();
    if (!body.startsWith("+OK")) throw new Error(`${command}: ${body.trim() || "no reply"}`);
    return body;
  }

  /** Sets channel variables. */
  async set(variables: Record<string, string>): Promise<void> {
    await Promise.all(
      Object.entries(variables).map(([name, value]) => this.execute("set", `${name}=${value}`)),
    );
  }

  /**
   * Plays one file or stream. A playback that starts during another one is heard in its place; the other one goes
   * on afterwards (FreeSWITCH nests them).
   */
  async play(file: string, signal: AbortSignal): Promise<Playback> {
    if (this.#isGone) return "gone";
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
      await Promise.race([this.gone, pause(this.#clock, 100)]);
      return this.#isGone ? "gone" : { problem: `The media server can't play ${file}` };
    } catch (error) {
      return this.#isGone ? "gone" : { problem: describeError(error) };
    }
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
    let onStart: ((event: { file?: string }) => void) | undefined;
    const started = new Promise<void>((resolve) => {
      onStart = (event) => {
        if (event.file === file) resolve();
      };
      this.#endpoint.on("playback-start", onStart);
    });
    const first = Promise.race([started, ending.then(() => undefined)]);
    try {
      await within(this.#clock, commandDeadlineMs, `playback of ${file}`, first);
    } catch (error) {
      if (error instanceof DeadlineError) this.#counters.mediaCommandTimeouts++;
      throw error;
    } finally {
      if (onStart) this.#endpoint.off("playback-start", onStart);
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
    send: (done: (error: Error | null, event?: EslEvent) => void) => void,
  ): Promise<EslEvent> {
    if (this.#isGone) throw new Error("The channel is gone");
    const reply = new Promise<EslEvent>((resolve, reject) => {
      send((error, event) => {
        if (error || !event) reject(error ?? new Error(`${what} gave no reply`));
        else resolve(event);
      });
    });
    const vanished = this.gone.then(() => {
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
