import type { ApiCommand } from "../api/api-table.ts";
import { parseDigits } from "../applications/call-control.ts";
import { separateArguments, toInteger } from "../core/arguments.ts";
import type { Conference } from "./conference.ts";
import { conferenceObject, listMembers, summaryLine } from "./conference-list.ts";
import type { Conferences } from "./conferences.ts";
import type { Member } from "./member.ts";

/** A command about one member; returns the line that the client reads. */
type MemberCommand = (member: Member, argument: string | undefined) => string;
/** A command about the conference; undefined: the arguments are wrong, so its syntax is shown. */
type ConferenceCommand = (
  conference: Conference,
  words: string[],
) => string | undefined | Promise<string | undefined>;

function setSpeech(member: Member, canSpeak: boolean): string {
  member.canSpeak = canSpeak;
  const word = canSpeak ? "unmute" : "mute";
  member.conference.announce(`${word}-member`, member);
  return `+OK ${word} ${member.id}\n`;
}

function setHearing(member: Member, canHear: boolean): string {
  member.canHear = canHear;
  const word = canHear ? "undeaf" : "deaf";
  member.conference.announce(`${word}-member`, member);
  return `+OK ${word} ${member.id}\n`;
}

function setHold(member: Member, isOnHold: boolean): string {
  member.isOnHold = isOnHold;
  const word = isOnHold ? "hold" : "unhold";
  member.conference.announce(`${word}-member`, member);
  return `+OK ${word} ${member.id}\n`;
}

function leave(member: Member, word: "kick" | "hup"): string {
  member.conference.announce(`${word}-member`, member);
  member.conference.remove(member);
  return `+OK ${word === "kick" ? "kicked" : "hup"} ${member.id}\n`;
}

function setVolume(member: Member, way: "in" | "out", argument: string | undefined): string {
  const level = Math.max(-4, Math.min(4, toInteger(argument)));
  if (argument !== undefined && way === "in") member.volumeIn = level;
  if (argument !== undefined && way === "out") member.volumeOut = level;
  member.conference.announce(`volume-${way}-member`, member);
  const now = way === "in" ? member.volumeIn : member.volumeOut;
  return `+OK Volume ${way.toUpperCase()} ${member.id} = ${now}\n`;
}

function sendDigits(member: Member, digits: string | undefined): string {
  if (digits === undefined) return "-ERR Invalid input!\n";
  for (const digit of parseDigits(digits)) member.channel.voice.sendDigit(digit);
  member.conference.announce("dtmf-member", member, (headers) => headers.set("Digits", digits));
  return `+OK sent ${digits} to ${member.id}\n`;
}

const memberTarget = "<[member_id|all]|last|non_moderator>";

const memberCommands = new Map<string, { run: MemberCommand; syntax: string }>([
  ["mute", { run: (member) => setSpeech(member, false), syntax: `${memberTarget} [<quiet>]` }],
  ["unmute", { run: (member) => setSpeech(member, true), syntax: `${memberTarget} [<quiet>]` }],
  ["tmute", { run: (member) => setSpeech(member, !member.canSpeak), syntax: `${memberTarget} [<quiet>]` }],
  ["deaf", { run: (member) => setHearing(member, false), syntax: memberTarget }],
  ["undeaf", { run: (member) => setHearing(member, true), syntax: memberTarget }],
  ["hold", { run: (member) => setHold(member, true), syntax: `${memberTarget} [file]` }],
  ["unhold", { run: (member) => setHold(member, false), syntax: memberTarget }],
  ["kick", { run: (member) => leave(member, "kick"), syntax: `${memberTarget} [<optional sound file>]` }],
  ["hup", { run: (member) => leave(member, "hup"), syntax: memberTarget }],
  [
    "volume_in",
    { run: (member, level) => setVolume(member, "in", level), syntax: `${memberTarget} [<newval>]` },
  ],
  [
    "volume_out",
    { run: (member, level) => setVolume(member, "out", level), syntax: `${memberTarget} [<newval>]` },
  ],
  ["energy", { run: (member) => `Energy ${member.id} = 0\n`, syntax: `${memberTarget} [<newval>]` }],
  ["dtmf", { run: sendDigits, syntax: `${memberTarget} <digits>` }],
  ["get-uuid", { run: (member) => member.channel.uuid, syntax: "<member_id|last>" }],
]);

function targets(conference: Conference, target: string | undefined): Member[] | string {
  const members = [...conference.members.values()];
  const name = target?.toLowerCase();
  if (name === "all") return members;
  if (name === "non_moderator") return members.filter((member) => !member.isModerator);
  if (name === "last") return members.sort((a, b) => b.id - a.id).slice(0, 1);
  const member = conference.members.get(toInteger(target));
  return member ? [member] : `-ERR Non-Existant ID ${toInteger(target)}\n`;
}

function relate(conference: Conference, words: string[]): string | undefined {
  const [from, to, action] = words;
  if (from === undefined || to === undefined) return "+OK No relationships\n";
  if (action === undefined || !/nospeak|nohear|clear/.test(action)) return undefined;
  const replies: string[] = [];
  for (const id of from.split(",").map(toInteger)) {
    for (const otherId of to.split(",").map(toInteger)) {
      const member = conference.members.get(id);
      if (member === undefined || !conference.members.has(otherId)) {
        replies.push(`-ERR relationship ${id}->${otherId} not found.\n`);
        continue;
      }
      if (action === "clear") {
        member.mutedTowards.delete(otherId);
        member.deafTowards.delete(otherId);
        replies.push(`+OK relationship ${id}->${otherId} cleared.\n`);
        continue;
      }
      if (action.includes("nospeak")) member.mutedTowards.add(otherId);
      if (action.includes("nohear")) member.deafTowards.add(otherId);
      replies.push(`+OK ${id}->${otherId} ${action} set\n`);
    }
  }
  return replies.join("");
}

async function play(conference: Conference, words: string[]): Promise<string | undefined> {
  const [file, target] = words;
  if (file === undefined) return undefined;
  const notFound = `-ERR (play) File: ${file} not found.\n`;
  if (target === undefined || target.toLowerCase() === "async") {
    return (await conference.play(file, target !== undefined))
      ? `+OK (play) Playing file ${file}\n`
      : notFound;
  }
  const member = conference.members.get(toInteger(target));
  if (member === undefined) return `-ERR Member: ${toInteger(target)} not found.\n`;
  const isPlaying = await conference.playTo(member, file);
  return isPlaying ? `+OK (play) Playing file ${file} to member ${member.id}\n` : notFound;
}

function stop(conference: Conference, words: string[]): string {
  const [which = "all", target] = words.map((word) => word.toLowerCase());
  const kind = which === "current" || which === "async" || which === "last" ? which : "all";
  if (target === undefined) return `+OK Stopped ${conference.stopFiles(kind)} files.\n`;
  const member = conference.members.get(toInteger(target));
  if (member === undefined) return `-ERR Member: ${target} not found.\n`;
  return `+OK Stopped ${member.stopFiles(kind === "all")} files.\n`;
}

async function record(conference: Conference, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  if (conference.recordingNames.includes(file))
    return `-ERR file [${file}] is already being used for recording.\n`;
  await conference.startRecording(file);
  return `+OK Record file ${file}\n`;
}

async function stopRecord(conference: Conference, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const names = file.toLowerCase() === "all" ? conference.recordingNames : [file];
  let reply = "";
  let count = 0;
  for (const name of names) {
    const isStopped = await conference.stopRecording(name);
    if (isStopped) count++;
    reply += isStopped ? `+OK Stopped recording file ${name}\n` : `-ERR non-existant recording '${name}'\n`;
  }
  return `${reply}+OK Stopped recording ${count} file${count === 1 ? "" : "s"}\n`;
}

function pauseRecord(
  conference: Conference,
  file: string | undefined,
  isPaused: boolean,
): string | undefined {
  if (file === undefined) return undefined;
  const reply = `+OK ${isPaused ? "Pause" : "Resume"} recording file ${file}\n`;
  return conference.pauseRecording(file, isPaused)
    ? reply
    : `${reply}-ERR non-existant recording '${file}'\n`;
}

function checkRecord(conference: Conference): string {
  const lines = conference.recordingNames.map((name) => `+OK Record file ${name}\n`);
  return lines.join("") || "-ERR Conference is not being recorded.\n";
}

function recording(
  conference: Conference,
  words: string[],
): string | undefined | Promise<string | undefined> {
  const [action, file] = words;
  switch (action?.toLowerCase()) {
    case "start":
      return record(conference, file);
    case "stop":
      return stopRecord(conference, file);
    case "pause":
    case "resume":
      return pauseRecord(conference, file, action.toLowerCase() === "pause");
    case "check":
      return checkRecord(conference);
    default:
      return undefined;
  }
}

function list(conference: Conference, words: string[]): string {
  const [mode, delimiter] = words;
  if (mode?.toLowerCase() === "count") return String(conference.count);
  return listMembers(conference, mode?.toLowerCase() === "delim" && delimiter ? delimiter : ";");
}

function setLock(conference: Conference, isLocked: boolean): string {
  conference.isLocked = isLocked;
  conference.announce(isLocked ? "lock" : "unlock");
  return `+OK ${conference.name} ${isLocked ? "locked" : "unlocked"}\n`;
}

function getParameter(conference: Conference, [name]: string[]): string | undefined {
  const values: Record<string, string> = {
    run_time: String(Math.floor((Date.now() - conference.createdAtMs) / 1000)),
    count: String(conference.count),
    count_ghosts: String(conference.ghostCount),
    max_members: String(conference.maxMembers),
    rate: "8000",
    profile_name: conference.profile,
    sound_prefix: "",
    caller_id_name: "",
    caller_id_number: "",
    is_locked: conference.isLocked ? "locked" : "",
    endconference_grace_time: "0",
    uuid: conference.uuid,
    wait_mod: conference.isWaitingForModerator ? "true" : "",
  };
  return values[name?.toLowerCase() ?? ""];
}

function setParameter(conference: Conference, [name, value]: string[]): string | undefined {
  if (name?.toLowerCase() !== "max_members" || value === undefined || toInteger(value) < 0) return undefined;
  const before = String(conference.maxMembers);
  conference.maxMembers = toInteger(value);
  return before;
}

/** Members go to another conference by way of a transfer, as in FreeSWITCH. */
function transfer(conference: Conference, [name, ...ids]: string[]): string | undefined {
  if (name === undefined || ids.length === 0) return undefined;
  const replies = ids.map((id) => {
    const member = conference.members.get(toInteger(id));
    if (member === undefined) return `-ERR No Member ${id} in conference ${conference.name}.\n`;
    conference.announce("transfer", member, (headers) => {
      headers.set("Old-Conference-Name", conference.name);
      headers.set("New-Conference-Name", name);
    });
    member.channel.activity.interrupt();
    const argument = name.includes("@") ? name : `${name}@${conference.profile}`;
    member.channel.activity.runProgram([{ application: "conference", argument }]);
    return `+OK Member '${member.id}' sent to conference ${name}.\n`;
  });
  return replies.join("");
}

const conferenceCommands = new Map<string, { run: ConferenceCommand; syntax: string }>([
  ["list", { run: list, syntax: "[delim <string>]|[count]" }],
  ["count", { run: (conference) => String(conference.count), syntax: "" }],
  [
    "json_list",
    {
      run: (conference) => JSON.stringify([conferenceObject(conference)], undefined, 1),
      syntax: "[compact]",
    },
  ],
  ["play", { run: play, syntax: "<file_path> [async|<member_id> [nomux]]" }],
  ["stop", { run: stop, syntax: "<[current|all|async|last]> [<member_id>]" }],
  [
    "relate",
    {
      run: relate,
      syntax: "<member_id>[,<member_id>] <other_member_id>[,<other_member_id>] [nospeak|nohear|clear]",
    },
  ],
  ["lock", { run: (conference) => setLock(conference, true), syntax: "" }],
  ["unlock", { run: (conference) => setLock(conference, false), syntax: "" }],
  ["record", { run: (conference, [file]) => record(conference, file), syntax: "<filename>" }],
  ["norecord", { run: (conference, [file]) => stopRecord(conference, file), syntax: "<[filename|all]>" }],
  ["chkrecord", { run: (conference) => checkRecord(conference), syntax: "<confname>" }],
  ["pause", { run: (conference, [file]) => pauseRecord(conference, file, true), syntax: "<filename>" }],
  ["resume", { run: (conference, [file]) => pauseRecord(conference, file, false), syntax: "<filename>" }],
  ["recording", { run: recording, syntax: "[start|stop|check|pause|resume] [<filename>|all]" }],
  ["transfer", { run: transfer, syntax: "<conference_name> <member id> [...<member id>]" }],
  ["get", { run: getParameter, syntax: "<parameter-name>" }],
  [
    "set",
    {
      run: setParameter,
      syntax: "<max_members|sound_prefix|caller_id_name|caller_id_number|endconference_grace_time> <value>",
    },
  ],
  [
    "getvar",
    {
      run: (conference, [name]) => (name ? (conference.variables.get(name) ?? "") : undefined),
      syntax: "<varname>",
    },
  ],
  [
    "setvar",
    {
      run: (conference, [name, value]) => {
        if (name === undefined || value === undefined) return undefined;
        conference.variables.set(name, value);
        return "+OK\n";
      },
      syntax: "<varname> <value>",
    },
  ],
]);

function runMemberCommand(conference: Conference, name: string, words: string[]): string {
  const { run, syntax } = memberCommands.get(name)!;
  const [target, ...rest] = words;
  if (target === undefined || !/^(\d+|all|last|non_moderator)$/i.test(target)) return `${name} ${syntax}`;
  const members = targets(conference, target);
  if (typeof members === "string") return members;
  return members.map((member) => run(member, rest.join(" ") || undefined)).join("");
}

async function runInConference(conference: Conference, words: string[]): Promise<string> {
  const [word = "list", ...rest] = words;
  const name = word.toLowerCase();
  if (memberCommands.has(name)) return runMemberCommand(conference, name, rest);
  const command = conferenceCommands.get(name);
  if (command === undefined) return `-ERR Conference command '${word}' not found.\n`;
  return (await command.run(conference, rest)) ?? `${name} ${command.syntax}`;
}

function listAll(conferences: Conferences, words: string[]): string {
  if (words[0]?.toLowerCase() === "count") return String(conferences.all.length);
  const isSummary = words[0]?.toLowerCase() === "summary";
  const text = conferences.all.map((conference) => {
    const head = summaryLine(conference);
    return isSummary ? head : head + listMembers(conference, ";");
  });
  return text.join("") || "+OK No active conferences.\n";
}

/** `conference <name> <command> …`, `conference list`, `conference json_list` */
export function conferenceCommand(conferences: Conferences): ApiCommand {
  return (argument) => {
    const [first, ...words] = separateArguments(argument);
    if (first === undefined) return "Conference command, not specified.\nTry 'help'\n";
    const conference = conferences.find(first);
    if (conference !== undefined) return runInConference(conference, words);
    if (first.toLowerCase() === "list") return listAll(conferences, words);
    if (first.toLowerCase() === "json_list") {
      return JSON.stringify(conferences.all.map(conferenceObject), undefined, 1);
    }
    return `-ERR Conference ${first} not found\n`;
  };
}
