import type { ApplicationRun } from "../application-run.ts";
import type { Channel } from "../channel.ts";
import type { ChannelTask } from "../channel-task.ts";
import { separateArguments, toInteger } from "../core/arguments.ts";
import type { Digit } from "../core/telephone-event.ts";
import { frameMs } from "../media-clock.ts";
import type { Application } from "./application.ts";
import type { Player } from "./playback.ts";

interface CollectSettings {
  minDigits: number;
  maxDigits: number;
  firstTimeoutMs: number;
  digitTimeoutMs: number;
  terminators: string;
}

/** Waits for keys after the prompt: `switch_ivr_collect_digits_count`. */
class DigitsTask implements ChannelTask {
  digits: string;
  terminator = "";
  isTimedOut = false;
  readonly #settings: CollectSettings;
  #elapsedMs = 0;

  constructor(settings: CollectSettings, digits: string) {
    this.#settings = settings;
    this.digits = digits;
  }

  onFrame(): boolean {
    this.#elapsedMs += frameMs;
    const { firstTimeoutMs, digitTimeoutMs } = this.#settings;
    this.isTimedOut = this.#elapsedMs >= (this.digits === "" ? firstTimeoutMs : digitTimeoutMs);
    return this.isTimedOut;
  }

  onDigit(digit: Digit): boolean {
    this.#elapsedMs = 0;
    if (this.#settings.terminators.includes(digit.key)) {
      this.terminator = digit.key;
      return true;
    }
    this.digits += digit.key;
    return this.digits.length >= this.#settings.maxDigits;
  }
}

type ReadStatus = "success" | "timeout" | "tooSmall" | "failed";

interface ReadResult {
  status: ReadStatus;
  digits: string;
}

/** One try: prompt and keys, `switch_ivr_read`. The first key stops the prompt. */
async function readOnce(
  player: Player,
  channel: Channel,
  run: ApplicationRun,
  prompt: string,
  variable: string,
  settings: CollectSettings,
): Promise<ReadResult> {
  channel.setVariable("read_result", undefined);
  channel.setVariable(variable, undefined);
  let digits = "";
  if (prompt !== "" && prompt.toLowerCase() !== "silence") {
    const end = await player.play(channel, run, prompt, (digit) => {
      digits = digit.key;
      return true;
    });
    if (end !== "done" && end !== "break") return { status: "failed", digits };
  }
  const first = settings.terminators.includes(digits) && digits !== "" ? digits : "";
  const task = new DigitsTask(settings, first === "" ? digits : "");
  task.terminator = first;
  if (first === "" && digits.length < settings.maxDigits) await run.runTask(task);
  return conclude(channel, task, variable, settings);
}

function conclude(
  channel: Channel,
  task: DigitsTask,
  variable: string,
  settings: CollectSettings,
): ReadResult {
  const { digits } = task;
  let status: ReadStatus = task.isTimedOut ? "timeout" : "success";
  if (task.terminator !== "") channel.setVariable("read_terminator_used", task.terminator);
  else if (settings.terminators.startsWith("=")) status = "tooSmall";
  if (settings.minDigits > 0 && digits.length < settings.minDigits) status = "tooSmall";
  channel.setVariable("read_result", status === "tooSmall" ? "failure" : status);
  if (digits !== "") channel.setVariable(variable, digits);
  return { status, digits };
}

function matchesPattern(digits: string, pattern: string): boolean {
  if (pattern === "") return true;
  try {
    return new RegExp(pattern).test(digits);
  } catch {
    return false;
  }
}

interface CollectRequest extends CollectSettings {
  tries: number;
  prompt: string;
  invalidPrompt: string;
  variable: string;
  pattern: string;
}

function parseRequest(argument: string): CollectRequest {
  const [min, max, tries, timeout, terminators, prompt, invalid, variable, pattern, digitTimeout] =
    separateArguments(argument);
  const minDigits = Math.max(0, toInteger(min));
  const firstTimeoutMs = Math.max(1000, toInteger(timeout));
  return {
    minDigits,
    maxDigits: Math.max(minDigits, toInteger(max)),
    tries: toInteger(tries),
    firstTimeoutMs,
    digitTimeoutMs: toInteger(digitTimeout) || firstTimeoutMs,
    terminators: terminators || "#",
    prompt: prompt ?? "",
    invalidPrompt: invalid ?? "",
    variable: variable ?? "",
    pattern: pattern ?? "",
  };
}

/** `play_and_get_digits min max tries timeout terminators file invalid_file var regexp digit_timeout` */
export function collectApplication(player: Player): Application {
  return async (channel, argument, run) => {
    const request = parseRequest(argument);
    const invalidVariable = `${request.variable}_invalid`;
    channel.setVariable(invalidVariable, undefined);
    for (let turn = 0; turn < request.tries && !run.isInterrupted; turn++) {
      const { status, digits } = await readOnce(
        player,
        channel,
        run,
        request.prompt,
        request.variable,
        request,
      );
      if (run.isInterrupted) return;
      const isComplete = status === "success" || (status === "timeout" && digits.length >= request.minDigits);
      if (request.minDigits === 0 && digits === "" && channel.variable("read_terminator_used") !== undefined)
        return;
      if (isComplete && digits !== "") {
        if (matchesPattern(digits, request.pattern)) return;
        channel.setVariable(request.variable, undefined);
        channel.setVariable(invalidVariable, digits);
      }
      if (request.invalidPrompt !== "") await player.play(channel, run, request.invalidPrompt);
    }
  };
}
