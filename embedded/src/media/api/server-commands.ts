import type { Channel } from "../channel.ts";
import { separateArguments } from "../core/arguments.ts";
import { parseCause } from "../core/hangup-cause.ts";
import type { EventBus } from "../event-bus.ts";
import type { ApiCommand } from "./api-table.ts";
import { showCommand } from "./show.ts";

/** What the status commands tell. */
export interface ServerFacts {
  sipAddress: string;
  version: string;
  maxChannels: number;
  startedAtMs: number;
  sessionsSinceStart(): number;
  peakChannels(): number;
}

export interface ServerCommandParts {
  channels: ReadonlyMap<string, Channel>;
  events: EventBus;
  facts: ServerFacts;
  globals: Map<string, string>;
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** `0 years, 0 days, …` as status and heartbeat write it. */
export function upTimeText(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1000);
  const parts: [number, string][] = [
    [Math.floor(seconds / 31536000), "year"],
    [Math.floor(seconds / 86400) % 365, "day"],
    [Math.floor(seconds / 3600) % 24, "hour"],
    [Math.floor(seconds / 60) % 60, "minute"],
    [seconds % 60, "second"],
    [Math.floor(elapsedMs) % 1000, "millisecond"],
    [0, "microsecond"],
  ];
  return parts.map(([count, unit]) => plural(count, unit)).join(", ");
}

/** `sofia status`: one profile, as fsmrf looks for it. */
function sofiaStatus(facts: ServerFacts, channelCount: number): string {
  const line = (name: string, type: string, data: string, state: string) =>
    `${name.padStart(25)}\t${type.padStart(7)}\t${data.padStart(42)}\t${state}\n`;
  const rule = `${"=".repeat(97)}\n`;
  const row = line(
    "drachtio_mrf",
    "profile",
    `sip:mod_sofia@${facts.sipAddress}`,
    `RUNNING (${channelCount})`,
  );
  return `${line("Name", "Type", "Data", "State")}${rule}${row}${rule}1 profile 0 aliases\n`;
}

function statusText(parts: ServerCommandParts): string {
  const { facts, channels } = parts;
  const count = channels.size;
  return [
    `UP ${upTimeText(Date.now() - facts.startedAtMs)}`,
    `FreeSWITCH (Version ${facts.version}) is ready`,
    `${facts.sessionsSinceStart()} session(s) since startup`,
    `${count} session(s) - peak ${facts.peakChannels()}, last 5min ${facts.peakChannels()} `,
    `0 session(s) per Sec out of max 1000, peak 0, last 5min 0 `,
    `${facts.maxChannels} session(s) max`,
    `min idle cpu 0.00/100.00`,
    "",
  ].join("\n");
}

/** `hupall [<cause> [<variable> <value>]]` */
function hangUpAll(channels: ReadonlyMap<string, Channel>): ApiCommand {
  return (argument) => {
    const [cause, name, value] = separateArguments(argument);
    for (const channel of channels.values()) {
      if (name === undefined || channel.variable(name) === value) {
        channel.hangup(cause === undefined ? "MANAGER_REQUEST" : parseCause(cause));
      }
    }
    return `+OK hangup all channels with cause ${cause ?? "MANAGER_REQUEST"}\n`;
  };
}

/** The API commands about the server as a whole. */
export function serverCommands(parts: ServerCommandParts): [string, ApiCommand][] {
  const { facts, globals } = parts;
  return [
    ["create_uuid", () => crypto.randomUUID()],
    ["echo", (argument) => argument],
    ["global_getvar", (argument) => globals.get(argument.trim()) ?? ""],
    [
      "global_setvar",
      (argument) => {
        const [, name, value = ""] = /^([^=]+)=(.*)$/s.exec(argument) ?? [];
        if (name === undefined) return "-USAGE: <var>=<value> [=<value2>]\n";
        globals.set(name.trim(), value);
        return "+OK\n";
      },
    ],
    ["hostname", () => parts.events.hostname],
    ["hupall", hangUpAll(parts.channels)],
    ["show", showCommand(parts.channels, parts.events.hostname)],
    [
      "sofia",
      (argument) =>
        /^status(\s+profile\s.*)?$/i.test(argument.trim())
          ? sofiaStatus(facts, parts.channels.size)
          : "-ERR Unknown command!\n",
    ],
    ["status", () => statusText(parts)],
    ["uptime", () => String(Math.floor((Date.now() - facts.startedAtMs) / 1000))],
    ["version", () => `FreeSWITCH Version ${facts.version}\n`],
  ];
}
