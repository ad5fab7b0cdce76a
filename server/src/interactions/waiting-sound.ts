import { describeError } from "../base/log.ts";
import type { Music } from "../telephony/telephony.ts";
import type { Conversation } from "./conversation.ts";
import type { World } from "./world.ts";

export interface Announcement {
  files: string[];
  /** Called when it begins: one that comes too late is not told. */
  begins?: () => void;
}

/**
 * What a waiting caller hears: music, and over it announcements, one at a time. None begins while an agent rings, so
 * that little is cut off; all of it stops at once when the agent is there.
 */
export class WaitingSound {
  readonly #conversation: Conversation;
  readonly #world: World;
  readonly #source: string;
  readonly #isRinging: () => boolean;
  #music: Music | null = null;
  #isSpeaking = false;
  /** The newest that came while another was spoken. */
  #next: Announcement | null = null;

  constructor(conversation: Conversation, world: World, source: string, isRinging: () => boolean) {
    this.#conversation = conversation;
    this.#world = world;
    this.#source = source;
    this.#isRinging = isRinging;
  }

  start(): void {
    this.#music ??= this.#conversation.leg.startMusic(this.#source);
  }

  say(announcement: Announcement): void {
    if (announcement.files.length === 0 || this.#isRinging()) return;
    if (this.#isSpeaking) this.#next = announcement;
    else void this.#speak(announcement);
  }

  /** Resolves when the caller hears nothing any more; `start` begins again. */
  async stop(): Promise<void> {
    const music = this.#music;
    this.#music = null;
    this.#next = null;
    await music?.stop();
  }

  async #speak({ files, begins }: Announcement): Promise<void> {
    const music = this.#music;
    if (music === null) return;
    this.#isSpeaking = true;
    begins?.();
    try {
      await music.announce(files);
    } catch (error) {
      this.#world.log.warn({ error: describeError(error) }, "An announcement could not be played");
    }
    this.#isSpeaking = false;
    const next = this.#next;
    this.#next = null;
    if (next !== null) this.say(next);
  }
}
