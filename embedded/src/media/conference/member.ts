import type { AudioSource } from "../audio-source.ts";
import type { Channel } from "../channel.ts";
import type { ChannelTask } from "../channel-task.ts";
import type { Digit } from "../core/telephone-event.ts";
import { frameSamples } from "../media-clock.ts";
import type { Conference } from "./conference.ts";
import { TalkDetector } from "./talk-detector.ts";

/** The gains of FreeSWITCH's volume levels -4 to 4 (`switch_change_sln_volume`). */
const gains: Record<number, number> = {
  [-4]: 0.2,
  [-3]: 0.4,
  [-2]: 0.6,
  [-1]: 0.8,
  0: 1,
  1: 1.3,
  2: 2.3,
  3: 3.3,
  4: 4.3,
};

/** A channel's part in a conference: what it may do, what it says and hears in this tick. */
export class Member implements ChannelTask {
  readonly id: number;
  readonly channel: Channel;
  readonly conference: Conference;
  readonly flags: ReadonlySet<string>;
  readonly joinedAtMs = Date.now();
  readonly talk = new TalkDetector();
  canSpeak: boolean;
  canHear: boolean;
  isOnHold = false;
  volumeIn = 0;
  volumeOut = 0;
  lastTalkingAtMs = 0;
  /** Members who may not hear this one, and those whom this one may not hear. */
  readonly mutedTowards = new Set<number>();
  readonly deafTowards = new Set<number>();
  /** What this member says, as it goes into the mix. */
  readonly said = new Int16Array(frameSamples);
  hasSaid = false;
  readonly #heard = new Int16Array(frameSamples);
  readonly #files: { source: AudioSource; onDone: (samples: number) => void }[] = [];
  readonly #fileFrame = new Int16Array(frameSamples);

  constructor(id: number, channel: Channel, conference: Conference, flags: Iterable<string>) {
    this.id = id;
    this.channel = channel;
    this.conference = conference;
    this.flags = new Set(flags);
    this.canSpeak = !this.flags.has("mute");
    this.canHear = !this.flags.has("deaf");
  }

  get isModerator(): boolean {
    return this.flags.has("moderator");
  }

  get isGhost(): boolean {
    return this.flags.has("ghost");
  }

  /** Takes the channel's frame of this tick into `said`, and reports changes of talking. */
  listen(): void {
    const { readFrame, hasRead, isUp } = this.channel;
    this.hasSaid = hasRead && isUp && this.canSpeak && !this.isOnHold;
    if (hasRead || this.talk.isTalking) this.#noteTalking(readFrame);
    if (!this.hasSaid) return;
    this.said.set(readFrame);
    amplify(this.said, this.volumeIn);
  }

  #noteTalking(frame: Int16Array): void {
    const change = this.talk.onFrame(frame);
    if (this.talk.isTalking) this.lastTalkingAtMs = Date.now();
    if (change === undefined) return;
    if (!this.canSpeak) {
      if (change === "start" && this.flags.has("mute-detect")) this.conference.announce("mute-detect", this);
    } else if (!this.isOnHold) this.conference.announce(`${change}-talking`, this);
  }

  /** Plays something to this member alone, after what already plays to it. */
  play(source: AudioSource, onDone: (samples: number) => void): void {
    this.#files.push({ source, onDone });
  }

  /** Ends what plays to this member; returns how many files there were. */
  stopFiles(isAll: boolean): number {
    const stopped = this.#files.splice(0, isAll ? this.#files.length : 1);
    for (const { source, onDone } of stopped) onDone(source.position);
    return stopped.length;
  }

  onFrame(): boolean {
    const { conference, channel } = this;
    conference.mixOnce();
    const isListening = this.canHear && !this.isOnHold;
    if (isListening) conference.mixFor(this, this.#heard);
    else this.#heard.fill(0);
    this.#addFile();
    amplify(this.#heard, this.volumeOut);
    channel.write(this.#heard);
    return false;
  }

  #addFile(): void {
    const playing = this.#files[0];
    if (playing === undefined) return;
    const count = playing.source.read(this.#fileFrame);
    if (count === 0) {
      this.#files.shift();
      playing.onDone(playing.source.position);
      return;
    }
    for (let i = 0; i < frameSamples; i++) this.#heard[i] = clip(this.#heard[i]! + this.#fileFrame[i]!);
  }

  onDigit(digit: Digit): boolean {
    this.conference.onDigit(this, digit);
    return false;
  }

  onCancel(): void {
    this.conference.leave(this);
  }
}

export function clip(sample: number): number {
  return sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample;
}

function amplify(frame: Int16Array, level: number): void {
  if (level === 0) return;
  const gain = gains[level] ?? 1;
  for (let i = 0; i < frame.length; i++) frame[i] = clip(Math.round(frame[i]! * gain));
}
