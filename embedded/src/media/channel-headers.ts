import type { Channel } from "./channel.ts";

/** Who calls whom, as the INVITE says. */
export interface CallerProfile {
  callerIdName: string;
  callerIdNumber: string;
  destinationNumber: string;
  networkAddress: string;
}

const callStates = [
  "DOWN",
  "DIALING",
  "RINGING",
  "EARLY",
  "ACTIVE",
  "HELD",
  "RING_WAIT",
  "HANGUP",
  "UNHELD",
] as const;

export type CallState = (typeof callStates)[number];

export function callStateNumber(state: CallState): number {
  return callStates.indexOf(state);
}

const stateNumbers: Record<string, number> = {
  CS_NEW: 0,
  CS_INIT: 1,
  CS_ROUTING: 2,
  CS_SOFT_EXECUTE: 3,
  CS_EXECUTE: 4,
  CS_EXCHANGE_MEDIA: 5,
  CS_PARK: 6,
  CS_CONSUME_MEDIA: 7,
  CS_HIBERNATE: 8,
  CS_RESET: 9,
  CS_HANGUP: 10,
  CS_REPORTING: 11,
  CS_DESTROY: 12,
};

/** The events that carry all variables, from `switch_channel_event_set_extended_data`. */
const verboseEvents = new Set([
  "CHANNEL_CREATE",
  "CHANNEL_ORIGINATE",
  "CHANNEL_UUID",
  "CHANNEL_ANSWER",
  "CHANNEL_PARK",
  "CHANNEL_UNPARK",
  "CHANNEL_BRIDGE",
  "CHANNEL_UNBRIDGE",
  "CHANNEL_PROGRESS",
  "CHANNEL_PROGRESS_MEDIA",
  "CHANNEL_HANGUP",
  "CHANNEL_HANGUP_COMPLETE",
  "REQUEST_PARAMS",
  "CHANNEL_DATA",
  "CHANNEL_EXECUTE",
  "CHANNEL_EXECUTE_COMPLETE",
  "CHANNEL_DESTROY",
  "SESSION_HEARTBEAT",
  "API",
  "RECORD_START",
  "RECORD_STOP",
  "PLAYBACK_START",
  "PLAYBACK_STOP",
  "CALL_UPDATE",
  "MEDIA_BUG_START",
  "MEDIA_BUG_STOP",
  "CHANNEL_HOLD",
  "CHANNEL_UNHOLD",
  "TEXT",
  "CUSTOM",
]);

function answerState(channel: Channel): string {
  if (!channel.isUp) return "hangup";
  return channel.isAnswered ? "answered" : "ringing";
}

function microseconds(epochMs: number): string {
  return epochMs === 0 ? "0" : `${epochMs}000`;
}

function addProfile(channel: Channel, prefix: string, headers: Map<string, string>): void {
  const { profile } = channel;
  const set = (name: string, value: string) => {
    if (value !== "") headers.set(`${prefix}-${name}`, value);
  };
  set("Direction", "inbound");
  set("Logical-Direction", "inbound");
  set("Username", profile.callerIdNumber);
  set("Dialplan", "inline");
  set("Caller-ID-Name", profile.callerIdName);
  set("Caller-ID-Number", profile.callerIdNumber);
  set("Orig-Caller-ID-Name", profile.callerIdName);
  set("Orig-Caller-ID-Number", profile.callerIdNumber);
  set("Network-Addr", profile.networkAddress);
  set("ANI", profile.callerIdNumber);
  set("Destination-Number", profile.destinationNumber);
  set("Unique-ID", channel.uuid);
  set("Source", "mod_sofia");
  set("Context", "mrf");
  set("Channel-Name", channel.name);
  set("Profile-Index", "1");
  set("Profile-Created-Time", microseconds(channel.createdAtMs));
  set("Channel-Created-Time", microseconds(channel.createdAtMs));
  set("Channel-Answered-Time", microseconds(channel.answeredAtMs));
  set("Channel-Progress-Time", "0");
  set("Channel-Progress-Media-Time", "0");
  set("Channel-Hangup-Time", microseconds(channel.hungUpAtMs));
  set("Channel-Transfer-Time", "0");
  set("Channel-Resurrect-Time", "0");
  set("Channel-Bridged-Time", microseconds(channel.bridgedAtMs));
  set("Channel-Last-Hold", "0");
  set("Channel-Hold-Accum", "0");
  set("Screen-Bit", "true");
  set("Privacy-Hide-Name", "false");
  set("Privacy-Hide-Number", "false");
}

function addCodec(channel: Channel, headers: Map<string, string>): void {
  const law = channel.voice.law;
  if (law === undefined) return;
  for (const way of ["Read", "Write"]) {
    headers.set(`Channel-${way}-Codec-Name`, law);
    headers.set(`Channel-${way}-Codec-Rate`, "8000");
    headers.set(`Channel-${way}-Codec-Bit-Rate`, "64000");
  }
}

/** Adds what every event about a channel says, and its variables if `eventName` carries them. */
export function addChannelHeaders(channel: Channel, eventName: string, headers: Map<string, string>): void {
  addChannelBasics(channel, headers);
  if (!verboseEvents.has(eventName)) return;
  for (const [name, value] of channel.variables) headers.set(`variable_${name}`, value);
}

/** Adds who and in what state the channel is, without its variables. */
export function addChannelBasics(channel: Channel, headers: Map<string, string>): void {
  headers.set("Channel-State", channel.state);
  headers.set("Channel-Call-State", channel.callState);
  headers.set("Channel-State-Number", String(stateNumbers[channel.state] ?? 0));
  headers.set("Channel-Name", channel.name);
  headers.set("Unique-ID", channel.uuid);
  headers.set("Call-Direction", "inbound");
  headers.set("Presence-Call-Direction", "inbound");
  headers.set("Channel-HIT-Dialplan", "true");
  headers.set("Channel-Call-UUID", channel.variable("call_uuid") ?? channel.uuid);
  headers.set("Answer-State", answerState(channel));
  if (channel.hangupCause !== undefined) headers.set("Hangup-Cause", channel.hangupCause);
  addCodec(channel, headers);
  addProfile(channel, "Caller", headers);
  if (channel.peer !== undefined) {
    headers.set("Other-Type", channel.isBridgeOriginator ? "originatee" : "originator");
    addProfile(channel.peer, "Other-Leg", headers);
  }
}

/** Channel data as the `connect` of an outbound socket and `uuid_dump` show it. */
export function addChannelData(channel: Channel, headers: Map<string, string>): void {
  addProfile(channel, "Channel", headers);
  addChannelHeaders(channel, "CHANNEL_DATA", headers);
}
