import { parseDigits, setMute } from "../applications/call-control.ts";
import { bridge, releaseBoth } from "../bridge.ts";
import type { Channel } from "../channel.ts";
import type { DialplanStep } from "../channel-activity.ts";
import { addChannelData } from "../channel-headers.ts";
import { isTrue, separateArguments, splitVariables, toInteger } from "../core/arguments.ts";
import { serializeJson, serializePlain, serializeXml } from "../core/event.ts";
import { parseCause } from "../core/hangup-cause.ts";
import type { EventBus } from "../event-bus.ts";
import { markHeld, markResumed } from "../hold.ts";
import type { SessionRecordings } from "../session-recording.ts";
import type { ApiCommand } from "./api-table.ts";

const noSuchChannel = "-ERR No such channel!\n";

export interface ChannelCommandParts {
  channels: ReadonlyMap<string, Channel>;
  events: EventBus;
  recordings: SessionRecordings;
}

/** `uuid_bridge <uuid> <other> [<second choice>]` */
function bridgeCommand(find: (uuid: string | undefined) => Channel | undefined): ApiCommand {
  return (argument) => {
    const [a, ...others] = separateArguments(argument);
    if (a === undefined || others.length === 0) return "-USAGE: <uuid> <other_uuid>\n";
    const originator = find(a);
    for (const uuid of others.slice(0, 2)) {
      const other = find(uuid);
      if (originator && other && bridge(originator, other)) return `+OK ${uuid}\n`;
    }
    return "-ERR Invalid uuid\n";
  };
}

/** The applications of an inline dialplan: `app:argument,app:argument`, another delimiter by `m:x:`. */
function parseInline(text: string): DialplanStep[] {
  const custom = /^m:(.):(.*)$/s.exec(text);
  return separateArguments(custom ? custom[2]! : text, custom ? custom[1] : ",").map((part) => {
    const [, application = "", argument = ""] = /^\s*([^:]*):?(.*)$/s.exec(part) ?? [];
    return { application, argument };
  });
}

function transfer(channel: Channel, destination: string, dialplan: string | undefined): void {
  channel.activity.interrupt();
  if (!channel.isUp) return;
  channel.setState("CS_ROUTING");
  if (dialplan?.toLowerCase() === "inline") channel.activity.runProgram(parseInline(destination));
  else channel.hangup("NO_ROUTE_DESTINATION");
}

/** `uuid_transfer <uuid> [-bleg|-both] <destination> [<dialplan>] [<context>]` */
function transferCommand(find: (uuid: string | undefined) => Channel | undefined): ApiCommand {
  return (argument) => {
    const words = separateArguments(argument);
    if (words.length < 2 || words.length > 5) {
      return "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n";
    }
    const channel = find(words.shift());
    if (channel === undefined) return noSuchChannel;
    const flag = words[0]!.startsWith("-") ? words.shift()!.slice(1).toLowerCase() : "";
    const [destination, dialplan] = words;
    const peer = channel.peer;
    if (destination === undefined) return "-ERR\n";
    if (flag === "both" && peer !== undefined) {
      releaseBoth(channel, peer);
      transfer(peer, destination, dialplan);
    }
    transfer(flag === "bleg" && peer !== undefined ? peer : channel, destination, dialplan);
    return "+OK\n";
  };
}

/** `uuid_broadcast <uuid> <path>[::<argument>] [aleg|bleg|holdb|both]` */
function broadcastCommand(find: (uuid: string | undefined) => Channel | undefined): ApiCommand {
  return (argument) => {
    const [uuid, path, legs = "aleg"] = separateArguments(argument);
    if (uuid === undefined || path === undefined) return "-USAGE: <uuid> <path> [aleg|bleg|holdb|both]\n";
    const channel = find(uuid);
    if (channel === undefined) return "-ERR invalid uuid\n";
    const [, named, rest] = /^([^:]+)::(.*)$/s.exec(path) ?? [];
    const [application = "playback", cause] = named?.split("!") ?? [];
    const where = legs.toLowerCase();
    const targets: Channel[] = [];
    if ((where.includes("bleg") || where.includes("both")) && channel.peer) targets.push(channel.peer);
    if (where.includes("aleg") || where.includes("both") || where.includes("holdb")) targets.push(channel);
    for (const target of targets)
      void target.activity.command(application, rest ?? path, { hasEventLock: true });
    if (cause !== undefined) void channel.activity.command("hangup", cause, { hasEventLock: true });
    return "+OK Message sent\n";
  };
}

/** `uuid_record <uuid> start|stop|pause|resume|mask|unmask <path> [<limit>] [<variables>]` */
function recordCommand(
  find: (uuid: string | undefined) => Channel | undefined,
  recordings: SessionRecordings,
): ApiCommand {
  const usage = "-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]\n";
  return async (argument) => {
    const [uuid, action, path, limit, variables] = separateArguments(argument);
    if (uuid === undefined || action === undefined || path === undefined) return usage;
    const channel = find(uuid);
    if (channel === undefined) return "-ERR Cannot locate session!\n";
    const reply = (isDone: boolean, failure: string) =>
      isDone ? "+OK Success\n" : `-ERR Cannot ${failure}!\n`;
    switch (action.toLowerCase()) {
      case "start": {
        const own = splitVariables(variables ?? "").variables;
        return reply(await recordings.start(channel, path, toInteger(limit), own), "record session");
      }
      case "stop":
        return reply(await recordings.stop(channel, path), "stop record session");
      case "pause":
      case "resume": {
        const isPaused = action.toLowerCase() === "pause";
        const isDone = recordings.change(channel, path, (recording) => (recording.isPaused = isPaused));
        return reply(isDone, `${action.toLowerCase()} recording session`);
      }
      case "mask":
      case "unmask": {
        const isMasked = action.toLowerCase() === "mask";
        const isDone = recordings.change(channel, path, (recording) => (recording.isMasked = isMasked));
        return reply(isDone, `${action.toLowerCase()} recording session`);
      }
      default:
        return usage;
    }
  };
}

/** `uuid_hold [off|toggle] <uuid>` */
function holdCommand(find: (uuid: string | undefined) => Channel | undefined): ApiCommand {
  return (argument) => {
    const words = separateArguments(argument);
    if (words[0] === undefined) return "-USAGE: [off|toggle] <uuid> [<display>]\n";
    const mode = words[0].toLowerCase();
    const isNamed = mode === "off" || mode === "toggle";
    const channel = find(isNamed ? words[1] : words[0]);
    if (channel === undefined) return "-ERR Operation failed\n";
    const isHolding = mode === "off" ? false : mode === "toggle" ? !channel.isHeld : true;
    if (!(isHolding ? markHeld(channel) : markResumed(channel))) return "-ERR Operation failed\n";
    // FreeSWITCH doesn't wait for the telephone's answer either.
    void channel.onHold(isHolding);
    return "+OK Success\n";
  };
}

function dumpCommand(find: (uuid: string | undefined) => Channel | undefined, events: EventBus): ApiCommand {
  return (argument) => {
    const [uuid, format = "txt"] = separateArguments(argument);
    if (uuid === undefined) return "-USAGE: <uuid> [format]\n";
    const channel = find(uuid);
    if (channel === undefined) return noSuchChannel;
    const event = events.build("CHANNEL_DATA", (headers) => addChannelData(channel, headers));
    if (format.toLowerCase() === "json") return serializeJson(event);
    if (format.toLowerCase() === "xml") return serializeXml(event);
    return serializePlain(event, format.toLowerCase() !== "plain");
  };
}

function variableCommands(find: (uuid: string | undefined) => Channel | undefined): [string, ApiCommand][] {
  const getvar: ApiCommand = (argument) => {
    const [uuid, name] = separateArguments(argument);
    if (uuid === undefined || name === undefined) return "-USAGE: <uuid> <var>\n";
    const channel = find(uuid);
    return channel === undefined ? noSuchChannel : (channel.variable(name) ?? "_undef_");
  };
  const setvar: ApiCommand = (argument) => {
    const [uuid, name, value] = separateArguments(argument, " ", 3);
    if (uuid === undefined || name === undefined) return "-USAGE: <uuid> <var> [value]\n";
    const channel = find(uuid);
    if (channel === undefined) return noSuchChannel;
    channel.setVariable(name, value);
    return "+OK\n";
  };
  const setvarMulti: ApiCommand = (argument) => {
    const usage = "-USAGE: <uuid> <var>=<value>;<var>=<value>...\n";
    const [, uuid, list = ""] = /^(\S+) (.*)$/s.exec(argument) ?? [];
    if (uuid === undefined) return usage;
    const channel = find(uuid);
    if (channel === undefined) return `${noSuchChannel}${usage}`;
    const pairs = separateArguments(list, ";").filter((pair) => pair !== "");
    for (const pair of pairs) {
      const [, name = pair, value] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
      channel.setVariable(name, value);
    }
    return pairs.length > 0 ? "+OK\n" : usage;
  };
  return [
    ["uuid_getvar", getvar],
    ["uuid_setvar", setvar],
    ["uuid_setvar_multi", setvarMulti],
  ];
}

function digitCommands(find: (uuid: string | undefined) => Channel | undefined): [string, ApiCommand][] {
  const run = (argument: string, act: (channel: Channel, digits: string) => void): string => {
    const [uuid, digits] = separateArguments(argument);
    if (uuid === undefined || digits === undefined) return "-USAGE: <uuid> <dtmf_data>\n";
    const channel = find(uuid);
    if (channel === undefined) return "-ERR Cannot locate session!\n";
    act(channel, digits);
    return "+OK\n";
  };
  return [
    [
      "uuid_send_dtmf",
      (argument) =>
        run(argument, (channel, digits) => {
          for (const digit of parseDigits(digits)) channel.voice.sendDigit(digit);
        }),
    ],
    [
      "uuid_recv_dtmf",
      (argument) =>
        run(argument, (channel, digits) => {
          for (const digit of parseDigits(digits)) channel.activity.receiveDigit(digit, "APP");
        }),
    ],
  ];
}

/** `uuid_audio <uuid> start read|write mute <level>` and `uuid_audio <uuid> stop` */
function audioCommand(find: (uuid: string | undefined) => Channel | undefined): ApiCommand {
  return (argument) => {
    const [uuid, action, direction = "", what, level] = separateArguments(argument);
    if (uuid === undefined || action === undefined) {
      return "-USAGE: <uuid> [start [read|write] [mute|level <level>]|stop]\n";
    }
    const channel = find(uuid);
    if (channel === undefined) return "-ERR Cannot locate session!\n";
    if (action.toLowerCase() === "stop") setMute(channel, "both", false);
    else if (what === "mute") setMute(channel, direction, toInteger(level) > 0 || isTrue(level));
    return "+OK Success\n";
  };
}

/** `uuid_jitterbuffer <uuid> <least>[:<most>]`: taken, and of no effect, since our buffer finds its size itself. */
function jitterBufferCommand(find: (uuid: string | undefined) => Channel | undefined): ApiCommand {
  return (argument) => {
    const [uuid, size] = separateArguments(argument);
    if (uuid === undefined || size === undefined) return "-USAGE: <uuid> [0|<min_msec>[:<max_msec>]]\n";
    return find(uuid) === undefined ? "-ERR Operation failed\n" : "+OK Success\n";
  };
}

/** Every API command about one channel. */
export function channelCommands(parts: ChannelCommandParts): [string, ApiCommand][] {
  const find = (uuid: string | undefined) => {
    const channel = uuid === undefined ? undefined : parts.channels.get(uuid);
    return channel?.isUp ? channel : undefined;
  };
  return [
    ["uuid_audio", audioCommand(find)],
    ["uuid_bridge", bridgeCommand(find)],
    ["uuid_broadcast", broadcastCommand(find)],
    ["uuid_dump", dumpCommand(find, parts.events)],
    ["uuid_exists", (argument) => (find(argument.trim()) ? "true" : "false")],
    ["uuid_hold", holdCommand(find)],
    ["uuid_jitterbuffer", jitterBufferCommand(find)],
    ["uuid_record", recordCommand(find, parts.recordings)],
    ["uuid_transfer", transferCommand(find)],
    ...variableCommands(find),
    ...digitCommands(find),
    [
      "uuid_break",
      (argument) => {
        const [uuid, ...flags] = argument.split(" ");
        if (!uuid) return "-USAGE: <uuid> [all]\n";
        const channel = find(uuid);
        if (channel === undefined) return noSuchChannel;
        const isAll = flags.some((flag) => flag.includes("all"));
        channel.activity.break(isAll);
        if (flags.some((flag) => flag.includes("both"))) channel.peer?.activity.break(isAll);
        return "+OK\n";
      },
    ],
    [
      "uuid_kill",
      (argument) => {
        const [uuid, cause] = argument.split(" ");
        if (!uuid) return "-USAGE: <uuid> [cause]\n";
        const channel = find(uuid);
        if (channel === undefined) return noSuchChannel;
        channel.hangup(parseCause(cause));
        return "+OK\n";
      },
    ],
    [
      "uuid_park",
      (argument) => {
        if (argument.trim() === "") return "-USAGE: <uuid>\n";
        const channel = find(argument.trim());
        if (channel === undefined) return "-ERR Cannot locate session!\n";
        transfer(channel, "park", "inline");
        return "+OK\n";
      },
    ],
    [
      "uuid_set_media_stats",
      (argument) => {
        const uuid = argument.trim();
        if (uuid === "") return "-USAGE: <uuid>\n";
        const channel = find(uuid);
        if (channel === undefined) return `-ERR No such channel ${uuid}!\n`;
        channel.exposeStatistics();
        return "+OK:\n";
      },
    ],
  ];
}
