import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import type { ApiTable } from "../api/api-table.ts";
import { runApi } from "../api/api-table.ts";
import type { Channel } from "../channel.ts";
import type { ExecuteOptions } from "../channel-activity.ts";
import { addChannelData } from "../channel-headers.ts";
import { isTrue, toInteger } from "../core/arguments.ts";
import type { EslCommand } from "../core/esl-framing.ts";
import { EslCommandReader, EslFramingError } from "../core/esl-framing.ts";
import type { EventFormat, ServerEvent } from "../core/event.ts";
import { frameEvent, serializePlain } from "../core/event.ts";
import { EventSubscription } from "../core/event-subscription.ts";
import { parseCause } from "../core/hangup-cause.ts";
import type { EventBus, EventListener } from "../event-bus.ts";
import type { MediaLog } from "../media-config.ts";

/** What a session works on. */
export interface EventSocketContext {
  events: EventBus;
  channels: ReadonlyMap<string, Channel>;
  api: ApiTable;
  log: MediaLog;
  password: string;
}

/** A client that doesn't read for so long that this much piles up is cut off, as FreeSWITCH does. */
const mostUnsentBytes = 16 * 1024 * 1024;

/** The events that `myevents` stands for. */
const ownEvents =
  `CHANNEL_ANSWER CHANNEL_APPLICATION CHANNEL_BRIDGE CHANNEL_CREATE CHANNEL_DATA CHANNEL_DESTROY
  CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_ORIGINATE CHANNEL_UUID
  CHANNEL_OUTGOING CHANNEL_PARK CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_STATE CHANNEL_UNBRIDGE
  CHANNEL_UNPARK DETECTED_SPEECH DTMF NOTALK TALK`.split(/\s+/);

function formatOf(word: string | undefined): EventFormat | undefined {
  const name = word?.toLowerCase();
  return name === "plain" || name === "json" || name === "xml" ? name : undefined;
}

/** Runs what a `sendmsg` asks of a channel. */
export function runMessage(channel: Channel, headers: ReadonlyMap<string, string>, body: string): void {
  const command = headers.get("call-command")?.toLowerCase();
  if (command === "hangup") return channel.hangup(parseCause(headers.get("hangup-cause")));
  const name = headers.get("execute-app-name");
  if (command !== "execute" || name === undefined) return;
  const options: ExecuteOptions = { hasEventLock: isTrue(headers.get("event-lock")) };
  const loops = headers.get("loops");
  const uuid = headers.get("event-uuid");
  const uuidName = headers.get("event-uuid-name");
  if (loops !== undefined) options.loops = toInteger(loops);
  if (uuid !== undefined) options.applicationUuid = uuid;
  if (uuidName !== undefined) options.applicationUuidName = uuidName;
  // The outcome travels in events; execute itself never rejects.
  void channel.activity.command(name, headers.get("execute-app-arg") ?? body, options);
}

/**
 * One connection of the event socket, in either direction: commands in, replies and events out. An
 * inbound one begins with authentication; an outbound one (`channel` given) belongs to that channel.
 */
export class EventSocketSession implements EventListener {
  readonly #socket: Socket;
  readonly #context: EventSocketContext;
  readonly #channel: Channel | undefined;
  readonly #subscription = new EventSubscription();
  readonly #reader = new EslCommandReader();
  #format: EventFormat = "plain";
  #isAuthorised: boolean;
  #isListening = false;
  #hasOwnEventsOnly = false;
  #isOver = false;
  #working: Promise<void> = Promise.resolve();
  /** Seconds to stay after the channel's end; undefined: not at all, -1: until the client leaves. */
  #lingerSeconds: number | undefined;
  #lingerTimer: NodeJS.Timeout | undefined;
  onConnectCommand: () => void = () => {};
  onClose: () => void = () => {};

  constructor(socket: Socket, context: EventSocketContext, channel?: Channel) {
    this.#socket = socket;
    this.#context = context;
    this.#channel = channel;
    this.#isAuthorised = channel !== undefined;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30000);
    socket.on("data", (bytes) => this.#onData(bytes));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#end());
    context.events.add(this);
    if (channel === undefined) this.#write("Content-Type: auth/request\n\n");
  }

  get channel(): Channel | undefined {
    return this.#channel;
  }

  // ---- events ----

  wants(name: string, subclass: string | undefined): boolean {
    return this.#isAuthorised && this.#isListening && this.#subscription.wants(name, subclass);
  }

  deliver(event: ServerEvent): void {
    if (!this.#subscription.passes(event)) return;
    if (this.#hasOwnEventsOnly && !this.#isOwn(event)) return;
    this.#write(frameEvent(event, this.#format));
  }

  #isOwn(event: ServerEvent): boolean {
    const uuid = this.#channel?.uuid;
    if (event.headers.get("Job-Owner-UUID") === uuid && uuid !== undefined) return true;
    const subject = event.headers.get("Unique-ID");
    return subject !== undefined && (uuid === undefined || subject === uuid);
  }

  // ---- commands ----

  #onData(bytes: Buffer): void {
    let commands: EslCommand[];
    try {
      commands = this.#reader.push(bytes);
    } catch (error) {
      if (!(error instanceof EslFramingError)) throw error;
      this.#context.log.warn({ error: error.message }, "an event socket client was cut off");
      this.#socket.destroy();
      return;
    }
    // Replies must keep the order of the commands, and an api command may take a while.
    for (const command of commands) this.#working = this.#working.then(() => this.#handle(command));
  }

  async #handle(command: EslCommand): Promise<void> {
    if (this.#isOver) return;
    try {
      await this.#dispatch(command);
    } catch (error) {
      const stack = error instanceof Error ? error.stack : String(error);
      this.#context.log.error({ command: command.line, error: stack }, "an event socket command failed");
      this.#reply("-ERR internal error");
    }
  }

  async #dispatch(command: EslCommand): Promise<void> {
    const [, word = "", rest = ""] = /^(\S+)\s*(.*)$/s.exec(command.line) ?? [];
    const name = word.toLowerCase();
    if (name === "exit" || name.startsWith("...")) return this.#exit();
    if (!this.#isAuthorised) return this.#authorise(name, rest);
    if (name === "api") return this.#api(rest);
    if (name === "bgapi") return this.#backgroundApi(rest, command.headers.get("job-uuid"));
    if (name === "connect" && this.#channel !== undefined) return this.#connect(this.#channel);
    this.#reply(this.#answer(name, rest, command));
  }

  #answer(name: string, rest: string, command: EslCommand): string {
    switch (name) {
      case "event":
      case "events":
        return this.#subscribe(rest);
      case "nixevent":
        return this.#subscription.remove(rest.split(/\s+/)) > 0
          ? "+OK events nixed"
          : "-ERR no keywords supplied";
      case "noevents":
        return this.#unsubscribe();
      case "filter":
        return this.#filter(rest);
      case "sendmsg":
        return this.#sendMessage(rest || command.headers.get("session-id") || "", command);
      case "sendevent":
        return this.#sendEvent(rest, command);
      case "myevents":
        return this.#subscribeToOwn(rest);
      case "linger":
      case "nolinger":
        return this.#linger(name === "linger", rest);
      case "getvar":
        return this.#channel?.variable(rest) ?? "";
      case "resume":
        return this.#channel ? "+OK" : "-ERR command not found";
      case "divert_events":
        return this.#divert(rest);
      case "log":
        return "+OK log level DEBUG [7]";
      case "nolog":
        return "+OK no longer logging";
      default:
        return "-ERR command not found";
    }
  }

  #authorise(name: string, rest: string): void {
    this.#isAuthorised = name === "auth" && rest === this.#context.password;
    this.#reply(this.#isAuthorised ? "+OK accepted" : "-ERR invalid");
    if (!this.#isAuthorised) this.#disconnect();
  }

  #connect(channel: Channel): void {
    const event = this.#context.events.build("CHANNEL_DATA", (headers) => {
      addChannelData(channel, headers);
      headers.set("Content-Type", "command/reply");
      headers.set("Reply-Text", "+OK\n");
      headers.set("Socket-Mode", "async");
      headers.set("Control", "full");
    });
    this.#write(serializePlain(event));
    this.onConnectCommand();
  }

  async #api(rest: string): Promise<void> {
    const [, name = "", argument = ""] = /^(\S+) ?(.*)$/s.exec(rest) ?? [];
    const output = await runApi(this.#context.api, name, argument);
    const text = output === "" ? "-ERR no reply\n" : output;
    this.#write(`Content-Type: api/response\nContent-Length: ${Buffer.byteLength(text)}\n\n${text}`);
  }

  #backgroundApi(rest: string, wantedUuid: string | undefined): void {
    const [, name = "", argument = ""] = /^(\S+) ?(.*)$/s.exec(rest) ?? [];
    const job = wantedUuid || randomUUID();
    this.#write(`Content-Type: command/reply\nReply-Text: +OK Job-UUID: ${job}\nJob-UUID: ${job}\n\n`);
    void runApi(this.#context.api, name, argument).then((output) =>
      this.#context.events.fire("BACKGROUND_JOB", (headers) => {
        headers.set("Job-UUID", job);
        if (this.#channel) headers.set("Job-Owner-UUID", this.#channel.uuid);
        headers.set("Job-Command", name);
        if (argument !== "") headers.set("Job-Command-Arg", argument);
        return output;
      }),
    );
  }

  #subscribe(rest: string): string {
    const words = rest.split(/\s+/);
    const format = formatOf(words[0]);
    if (format !== undefined) this.#format = format;
    if (this.#subscription.add(format === undefined ? words : words.slice(1)) === 0) {
      return "-ERR no keywords supplied";
    }
    this.#isListening = true;
    return `+OK event listener enabled ${this.#format}`;
  }

  #unsubscribe(): string {
    if (!this.#isListening) return "-ERR not listening for events";
    this.#isListening = false;
    this.#subscription.clear();
    return "+OK no longer listening for events";
  }

  #subscribeToOwn(rest: string): string {
    if (this.#hasOwnEventsOnly) return "-ERR aready enabled.";
    const words = rest.split(/\s+/).filter((word) => word !== "");
    if (this.#channel === undefined && !this.#context.channels.has(words[0] ?? ""))
      return "-ERR invalid uuid";
    if (this.#channel === undefined) this.#subscription.addFilter("Unique-ID", words[0]!);
    const format = words.map(formatOf).find((known) => known !== undefined);
    if (format !== undefined) this.#format = format;
    this.#subscription.add(ownEvents);
    this.#isListening = true;
    this.#hasOwnEventsOnly = true;
    return "+OK Events Enabled";
  }

  #filter(rest: string): string {
    const [, first = "", second] = /^(\S+)(?:\s(.*))?$/s.exec(rest.trimStart()) ?? [];
    if (second === undefined) return "-ERR invalid syntax";
    if (first.toLowerCase() === "delete") {
      const [, header = "", value] = /^(\S+)(?:\s(.*))?$/s.exec(second) ?? [];
      this.#subscription.removeFilter(header, value);
      return `+OK filter deleted. [${header}][${value ?? ""}]`;
    }
    const isLong = first.toLowerCase() === "add";
    const [, header = first, value = second] = isLong ? (/^(\S+)\s(.*)$/s.exec(second) ?? []) : [];
    this.#subscription.addFilter(header, value);
    return `+OK filter added. [${header}]=[${value}]`;
  }

  #sendMessage(uuid: string, command: EslCommand): string {
    const channel = uuid === "" ? this.#channel : this.#context.channels.get(uuid);
    if (channel === undefined) return `-ERR invalid session id [${uuid}]`;
    runMessage(channel, command.headers, command.body);
    return "+OK";
  }

  #sendEvent(name: string, command: EslCommand): string {
    const uuid = randomUUID();
    const subclass = command.headers.get("event-subclass");
    this.#context.events.fire(
      name.toUpperCase() || "CUSTOM",
      (headers) => {
        headers.set("Event-UUID", uuid);
        for (const [key, value] of command.headers) if (key !== "content-length") headers.set(key, value);
        return command.body === "" ? undefined : command.body;
      },
      subclass,
    );
    return `+OK ${uuid}`;
  }

  #linger(isOn: boolean, rest: string): string {
    if (this.#channel === undefined) return "-ERR not controlling a session";
    if (!isOn) {
      this.#lingerSeconds = undefined;
      return "+OK will not linger";
    }
    this.#lingerSeconds = rest === "" ? -1 : toInteger(rest);
    return rest === "" ? "+OK will linger" : `+OK will linger ${this.#lingerSeconds} seconds`;
  }

  #divert(rest: string): string {
    if (this.#channel === undefined) return "-ERR not controlling a session.";
    if (rest === "") return "-ERR missing value.";
    return rest.toLowerCase() === "on" ? "+OK events diverted" : "+OK events not diverted";
  }

  // ---- the end ----

  /** The channel of an outbound session is gone: say so and close, or linger. */
  onChannelGone(): void {
    if (this.#isOver || this.#channel === undefined) return;
    if (this.#lingerSeconds === undefined) return this.#disconnect();
    const { uuid, name } = this.#channel;
    this.#write(
      `Content-Type: text/disconnect-notice\nControlled-Session-UUID: ${uuid}\nContent-Disposition: linger\n` +
        `Channel-Name: ${name}\nLinger-Time: ${this.#lingerSeconds}\nContent-Length: 0\n\n`,
    );
    if (this.#lingerSeconds < 0) return;
    this.#lingerTimer = setTimeout(() => this.#disconnect(), this.#lingerSeconds * 1000);
  }

  #exit(): void {
    this.#reply("+OK bye");
    this.#disconnect();
  }

  #disconnect(): void {
    const text = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n";
    const session =
      this.#channel === undefined
        ? ""
        : `Controlled-Session-UUID: ${this.#channel.uuid}\nContent-Disposition: disconnect\n`;
    this.#write(
      `Content-Type: text/disconnect-notice\n${session}Content-Length: ${Buffer.byteLength(text)}\n\n${text}`,
    );
    this.#socket.end();
    this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#lingerTimer);
    this.#context.events.remove(this);
    this.onClose();
  }

  /** The client had its time to authenticate. */
  closeUnlessAuthorised(): void {
    if (!this.#isAuthorised) this.close();
  }

  /** Closes the connection at once. */
  close(): void {
    if (!this.#isOver) this.#disconnect();
    this.#socket.destroy();
  }

  #reply(text: string): void {
    this.#write(`Content-Type: command/reply\nReply-Text: ${text}\n\n`);
  }

  #write(text: string): void {
    if (this.#isOver || this.#socket.destroyed) return;
    this.#socket.write(text);
    if (this.#socket.writableLength > mostUnsentBytes) {
      this.#context.log.warn(
        { bytes: this.#socket.writableLength },
        "an event socket client reads too slowly",
      );
      this.#socket.destroy();
    }
  }
}
