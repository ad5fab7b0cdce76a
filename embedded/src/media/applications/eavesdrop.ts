import type { ApplicationRun } from "../application-run.ts";
import type { Channel, ChannelTap } from "../channel.ts";
import type { ChannelTask } from "../channel-task.ts";
import { isTrue } from "../core/arguments.ts";
import type { Digit } from "../core/telephone-event.ts";
import { frameSamples } from "../media-clock.ts";
import type { Application } from "./application.ts";

/** Who hears the listener: the target's peer ("read": it is mixed into what the target says), the target, both. */
interface Whisper {
  intoRead: boolean;
  intoWrite: boolean;
}

/** The keys of FreeSWITCH's `eavesdrop`. */
const whisperByKey: Record<string, Whisper> = {
  "0": { intoRead: false, intoWrite: false },
  "1": { intoRead: true, intoWrite: false },
  "2": { intoRead: false, intoWrite: true },
  "3": { intoRead: true, intoWrite: true },
};

/** Both directions of the target reach the listener one tick late; the listener's voice is added at once. */
class EavesdropTask implements ChannelTask, ChannelTap {
  readonly #listener: Channel;
  readonly #target: Channel;
  readonly #heard = new Int16Array(frameSamples);
  readonly #hasKeys: boolean;
  #whisper: Whisper;
  #isOver = false;

  constructor(listener: Channel, target: Channel, whisper: Whisper, hasKeys: boolean) {
    this.#listener = listener;
    this.#target = target;
    this.#whisper = whisper;
    this.#hasKeys = hasKeys;
    target.addTap(this);
  }

  /** What the target says and hears in this tick. */
  onTap(read: Int16Array, written: Int16Array): void {
    for (let i = 0; i < frameSamples; i++) {
      this.#heard[i] = Math.max(-32768, Math.min(32767, read[i]! + written[i]!));
    }
  }

  onFrame(): boolean {
    if (this.#isOver) return true;
    const { readFrame, hasRead } = this.#listener;
    this.#listener.write(this.#heard);
    if (hasRead && this.#whisper.intoWrite) this.#target.write(readFrame);
    if (hasRead && this.#whisper.intoRead) this.#target.peer?.write(readFrame);
    return false;
  }

  onDigit(digit: Digit): boolean {
    if (!this.#hasKeys) return false;
    this.#whisper = whisperByKey[digit.key] ?? this.#whisper;
    return digit.key === "*";
  }

  /** The target has gone. */
  close(): Promise<void> {
    this.#isOver = true;
    return Promise.resolve();
  }
}

async function listen(run: ApplicationRun, target: Channel, task: EavesdropTask): Promise<void> {
  await run.runTask(task);
  target.removeTap(task);
}

/** `eavesdrop <uuid>`: hears a channel until either ends, or until the key *. */
export function eavesdropApplication(channels: ReadonlyMap<string, Channel>): Application {
  return async (listener, argument, run) => {
    const target = channels.get(argument.trim());
    if (target === undefined || target === listener || !target.isUp) return;
    const keys = listener.variable("eavesdrop_enable_dtmf");
    const whisper = {
      intoRead: isTrue(listener.variable("eavesdrop_whisper_aleg")),
      intoWrite: isTrue(listener.variable("eavesdrop_whisper_bleg")),
    };
    const hasKeys = keys === undefined || isTrue(keys);
    await listen(run, target, new EavesdropTask(listener, target, whisper, hasKeys));
  };
}

/** `three_way <uuid>`: hears and is heard by both sides. */
export function threeWayApplication(channels: ReadonlyMap<string, Channel>): Application {
  return async (listener, argument, run) => {
    const target = channels.get(argument.trim());
    if (target === undefined || target === listener || !target.isUp) return;
    await listen(
      run,
      target,
      new EavesdropTask(listener, target, { intoRead: true, intoWrite: true }, false),
    );
  };
}
