import { randomUUID } from "node:crypto";
import type { ApplicationRun } from "../application-run.ts";
import type { AudioSource, AudioSources } from "../audio-source.ts";
import type { Channel } from "../channel.ts";
import { addChannelBasics } from "../channel-headers.ts";
import { isTrue } from "../core/arguments.ts";
import type { Digit } from "../core/telephone-event.ts";
import type { EventBus } from "../event-bus.ts";
import type { MediaLog } from "../media-config.ts";
import { frameSamples, sampleRate } from "../media-clock.ts";
import { WavWriter } from "../wav-writer.ts";
import { clip, Member } from "./member.ts";

/** What a conference needs from the server. */
export interface ConferenceServices {
  events: EventBus;
  log: MediaLog;
  sources: AudioSources;
  /** The domain that events name. */
  domain: string;
  /** What a lone member hears; undefined: silence. */
  holdMusic: string | undefined;
  /** Number of the current 20 ms tick. */
  tick(): number;
  resolveRecording(file: string): string;
}

interface PlayingFile {
  name: string;
  source: AudioSource;
  isAsync: boolean;
}

interface ConferenceRecording {
  name: string;
  writer: WavWriter;
  isPaused: boolean;
}

let lastMemberId = 0;

/**
 * A room in which everybody hears everybody else. Mixing is done once per tick, when the first member's
 * turn comes: the sum of all, and each member gets the sum without itself.
 */
export class Conference {
  readonly name: string;
  readonly uuid = randomUUID();
  readonly profile: string;
  readonly createdAtMs = Date.now();
  readonly members = new Map<number, Member>();
  readonly variables = new Map<string, string>();
  isLocked = false;
  maxMembers = 0;
  isWaitingForModerator = false;
  onOver: () => void = () => {};
  readonly #services: ConferenceServices;
  readonly #sum = new Int32Array(frameSamples);
  readonly #mixed = new Int16Array(frameSamples);
  readonly #fileFrame = new Int16Array(frameSamples);
  readonly #music = new Int16Array(frameSamples);
  #musicSource: AudioSource | undefined;
  readonly #queue: PlayingFile[] = [];
  readonly #asyncFiles: PlayingFile[] = [];
  readonly #recordings = new Map<string, ConferenceRecording>();
  #mixedAtTick = -1;
  #isOver = false;

  constructor(name: string, profile: string, services: ConferenceServices) {
    this.name = name;
    this.profile = profile;
    this.#services = services;
    this.announce("conference-create");
    if (services.holdMusic !== undefined) {
      void services.sources.open(services.holdMusic).then((source) => (this.#musicSource = source));
    }
  }

  get count(): number {
    return [...this.members.values()].filter((member) => !member.isGhost).length;
  }

  get ghostCount(): number {
    return this.members.size - this.count;
  }

  // ---- members ----

  /** Takes a channel in and resolves when it has left. */
  async join(channel: Channel, flags: string[], run: ApplicationRun): Promise<void> {
    const known = Number(channel.variable("conference_member_id"));
    const isKnown = known > 0 && !this.members.has(known);
    const member = new Member(isKnown ? known : ++lastMemberId, channel, this, flags);
    channel.setVariable("conference_name", this.name);
    channel.setVariable("conference_uuid", this.uuid);
    channel.setVariable("conference_member_id", String(member.id));
    this.members.set(member.id, member);
    const left = run.runTask(member);
    if (!this.members.has(member.id)) return left;
    this.announce("add-member", member);
    return left;
  }

  /** The member's channel is going away; what it was to the conference decides whether that goes on. */
  leave(member: Member): void {
    if (!this.members.delete(member.id)) return;
    member.stopFiles(true);
    this.announce("del-member", member);
    const hasToEnd =
      member.flags.has("endconf") && ![...this.members.values()].some((m) => m.flags.has("endconf"));
    const isBelowTwo =
      this.members.size < 2 && [member, ...this.members.values()].some((m) => m.flags.has("mintwo"));
    if (this.members.size === 0 || hasToEnd || isBelowTwo) this.close();
  }

  /** Takes a member out; its channel goes on with what it did before (`kick`, `hup`). */
  remove(member: Member): void {
    this.leave(member);
    member.channel.activity.endTask(member);
  }

  /** Ends the conference. Channels that are still in it hang up, unless `hangup_after_conference` is false. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const member of this.members.values()) {
      this.remove(member);
      const wanted = member.channel.variable("hangup_after_conference");
      if (wanted === undefined || isTrue(wanted)) member.channel.hangup("NORMAL_CLEARING");
    }
    for (const name of this.#recordings.keys()) void this.stopRecording(name);
    this.stopFiles("all");
    this.announce("conference-destroy");
    this.onOver();
  }

  onDigit(from: Member, digit: Digit): void {
    this.announce("dtmf", from, (headers) => headers.set("DTMF-Key", digit.key));
    if (!from.flags.has("dist-dtmf")) return;
    for (const member of this.members.values()) if (member !== from) member.channel.voice.sendDigit(digit);
  }

  // ---- audio ----

  /** Mixes this tick's audio; the calls of the other members in the same tick find it done. */
  mixOnce(): void {
    const tick = this.#services.tick();
    if (tick === this.#mixedAtTick) return;
    this.#mixedAtTick = tick;
    this.#sum.fill(0);
    const isOpen = !this.#isWaiting();
    for (const member of this.members.values()) {
      member.listen();
      if (member.hasSaid && isOpen) this.#add(member.said);
    }
    this.#addFiles();
    this.#addMusic();
    this.#record();
  }

  #isWaiting(): boolean {
    return this.isWaitingForModerator && ![...this.members.values()].some((member) => member.isModerator);
  }

  #add(frame: Int16Array): void {
    for (let i = 0; i < frameSamples; i++) this.#sum[i]! += frame[i]!;
  }

  #addFiles(): void {
    const current = this.#queue[0];
    if (current !== undefined && !this.#addFile(current)) this.#queue.shift();
    for (const [index, file] of this.#asyncFiles.entries()) {
      if (!this.#addFile(file)) this.#asyncFiles.splice(index, 1);
    }
  }

  #addFile(file: PlayingFile): boolean {
    if (file.source.read(this.#fileFrame) === 0) {
      this.#announceFileDone(file);
      return false;
    }
    this.#add(this.#fileFrame);
    return true;
  }

  /** Who is alone, or waits for the moderator, hears music unless it said `nomoh`. */
  #addMusic(): void {
    const isWanted = (this.members.size === 1 || this.#isWaiting()) && this.#queue.length === 0;
    this.#music.fill(0);
    if (isWanted && this.#musicSource) this.#musicSource.read(this.#music);
  }

  /** What `member` hears: everybody else, without those it must not hear. */
  mixFor(member: Member, out: Int16Array): void {
    const isWaiting = this.#isWaiting();
    const withMusic = !member.flags.has("nomoh");
    const own = member.hasSaid && !isWaiting ? member.said : undefined;
    const hidden = isWaiting ? [] : [...this.members.values()].filter((other) => isHidden(other, member));
    for (let i = 0; i < frameSamples; i++) {
      let sample = this.#sum[i]! - (own?.[i] ?? 0);
      for (const other of hidden) sample -= other.said[i]!;
      out[i] = clip(withMusic ? sample + this.#music[i]! : sample);
    }
  }

  // ---- files ----

  /** Queues a file for everybody; `isAsync` plays it beside the queue. False if there is no such file. */
  async play(name: string, isAsync: boolean): Promise<boolean> {
    const source = await this.#services.sources.open(name);
    if (source === undefined || this.#isOver) return false;
    (isAsync ? this.#asyncFiles : this.#queue).push({ name, source, isAsync });
    this.announce("play-file", undefined, (headers) => {
      headers.set("File", name);
      if (isAsync) headers.set("Async", "true");
    });
    return true;
  }

  async playTo(member: Member, name: string): Promise<boolean> {
    const source = await this.#services.sources.open(name);
    if (source === undefined || !this.members.has(member.id)) return false;
    this.announce("play-file-member", member, (headers) => headers.set("File", name));
    member.play(source, (samples) => this.#announceDone("play-file-member-done", name, samples, member));
    return true;
  }

  /** Stops files: the current one, all, those beside the queue, or the last queued. Returns how many. */
  stopFiles(which: "current" | "all" | "async" | "last"): number {
    const stopped: PlayingFile[] = [];
    if (which === "current") stopped.push(...this.#queue.splice(0, 1));
    if (which === "last") stopped.push(...this.#queue.splice(-1, 1));
    if (which === "all") stopped.push(...this.#queue.splice(0));
    if (which === "all" || which === "async") stopped.push(...this.#asyncFiles.splice(0));
    for (const file of stopped) this.#announceFileDone(file);
    return stopped.length;
  }

  #announceFileDone(file: PlayingFile): void {
    this.#announceDone("play-file-done", file.name, file.source.position, undefined, file.isAsync);
  }

  #announceDone(action: string, name: string, samples: number, member?: Member, isAsync = false): void {
    this.announce(action, member, (headers) => {
      headers.set("seconds", String(Math.floor(samples / sampleRate)));
      headers.set("milliseconds", String(Math.floor(samples / (sampleRate / 1000))));
      headers.set("samples", String(samples));
      headers.set("File", name);
      if (isAsync) headers.set("Async", "true");
    });
  }

  // ---- recordings ----

  get recordingNames(): string[] {
    return [...this.#recordings.keys()];
  }

  async startRecording(name: string): Promise<void> {
    const path = this.#services.resolveRecording(name);
    try {
      const writer = await WavWriter.create(path, sampleRate, 1);
      writer.onError = (error) => {
        this.#services.log.error({ conference: this.name, path, error: error.message }, "a recording failed");
        void this.stopRecording(name);
      };
      this.#recordings.set(name, { name, writer, isPaused: false });
      this.announce("start-recording", undefined, (headers) => headers.set("Path", name));
    } catch (error) {
      this.#services.log.error(
        { conference: this.name, path, error: String(error) },
        "a recording can't be started",
      );
      this.announce("start-recording", undefined, (headers) => {
        headers.set("Path", name);
        headers.set("Error", "File could not be opened for recording");
      });
    }
  }

  /** False if there is no such recording. Resolves when the file is complete. */
  async stopRecording(name: string): Promise<boolean> {
    const recording = this.#recordings.get(name);
    if (recording === undefined) return false;
    this.#recordings.delete(name);
    await recording.writer.close();
    const samples = recording.writer.frameCount;
    this.announce("stop-recording", undefined, (headers) => {
      headers.set("Path", name);
      headers.set("Other-Recordings", String(this.#recordings.size > 0));
      headers.set("Samples-Out", String(samples));
      headers.set("Samplerate", String(sampleRate));
      headers.set("Milliseconds-Elapsed", String(Math.floor(samples / (sampleRate / 1000))));
    });
    return true;
  }

  pauseRecording(name: string, isPaused: boolean): boolean {
    const recording = this.#recordings.get(name);
    if (recording === undefined) return false;
    recording.isPaused = isPaused;
    this.announce(isPaused ? "pause-recording" : "resume-recording", undefined, (headers) => {
      headers.set("Path", name);
      headers.set("Other-Recordings", String(this.#recordings.size > 0));
    });
    return true;
  }

  #record(): void {
    if (this.#recordings.size === 0) return;
    for (let i = 0; i < frameSamples; i++) this.#mixed[i] = clip(this.#sum[i]!);
    for (const { writer, isPaused } of this.#recordings.values()) if (!isPaused) writer.write(this.#mixed);
  }

  // ---- events ----

  /** Fires `conference::maintenance` about the conference or one of its members. */
  announce(action: string, member?: Member, fill?: (headers: Map<string, string>) => void): void {
    this.#services.events.fire(
      "CUSTOM",
      (headers) => {
        headers.set("Conference-Name", this.name);
        headers.set("Conference-Domain", this.#services.domain);
        headers.set("Conference-Size", String(this.count));
        headers.set("Conference-Ghosts", String(this.ghostCount));
        headers.set("Conference-Profile-Name", this.profile);
        headers.set("Conference-Unique-ID", this.uuid);
        if (member) addMember(member, headers);
        headers.set("Action", action);
        fill?.(headers);
      },
      "conference::maintenance",
    );
  }
}

/** `relate`: `speaker` may not speak to `listener`, or `listener` may not hear `speaker`. */
function isHidden(speaker: Member, listener: Member): boolean {
  if (speaker === listener || !speaker.hasSaid) return false;
  return speaker.mutedTowards.has(listener.id) || listener.deafTowards.has(speaker.id);
}

function addMember(member: Member, headers: Map<string, string>): void {
  headers.set("Floor", "false");
  addChannelBasics(member.channel, headers);
  headers.set("Video", "false");
  headers.set("Hear", String(member.canHear));
  headers.set("See", String(!member.flags.has("vmute")));
  headers.set("Speak", String(member.canSpeak));
  headers.set("Talking", String(member.talk.isTalking));
  headers.set("Mute-Detect", String(member.flags.has("mute-detect")));
  headers.set("Hold", String(member.isOnHold));
  headers.set("Member-ID", String(member.id));
  headers.set("Member-Type", member.isModerator ? "moderator" : "member");
  headers.set("Member-Ghost", String(member.isGhost));
  headers.set("Energy-Level", "0");
  headers.set("Current-Energy", String(member.talk.energy));
}
