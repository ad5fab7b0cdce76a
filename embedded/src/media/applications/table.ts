import type { AudioSources } from "../audio-source.ts";
import type { Channel } from "../channel.ts";
import type { Conferences } from "../conference/conferences.ts";
import type { OutboundSockets } from "../event-socket/outbound-socket.ts";
import type { SessionRecordings } from "../session-recording.ts";
import type { Application, ApplicationTable } from "./application.ts";
import {
  answerApplication,
  hangupApplication,
  sendDtmfApplication,
  setMuteApplication,
  sleepApplication,
} from "./call-control.ts";
import { collectApplication } from "./collect.ts";
import { eavesdropApplication, threeWayApplication } from "./eavesdrop.ts";
import { parkApplication } from "./park.ts";
import { playbackApplication, Player } from "./playback.ts";
import { recordApplication, recordSessionApplication, stopRecordSessionApplication } from "./record.ts";
import { exportApplication, multisetApplication, setApplication, unsetApplication } from "./variables.ts";

export interface ApplicationParts {
  channels: ReadonlyMap<string, Channel>;
  sources: AudioSources;
  recordings: SessionRecordings;
  sockets: OutboundSockets;
  conferences: Conferences;
}

/** Every application that a channel can be told to run. */
export function buildApplications(parts: ApplicationParts): ApplicationTable {
  const player = new Player(parts.sources);
  return new Map<string, Application>([
    ["answer", answerApplication],
    ["conference", (channel, argument, run) => parts.conferences.run(channel, argument, run)],
    ["eavesdrop", eavesdropApplication(parts.channels)],
    ["export", exportApplication],
    ["hangup", hangupApplication],
    ["multiset", multisetApplication],
    ["park", parkApplication],
    ["play_and_get_digits", collectApplication(player)],
    ["playback", playbackApplication(player)],
    ["pre_answer", answerApplication],
    ["record", recordApplication(parts.recordings)],
    ["record_session", recordSessionApplication(parts.recordings)],
    ["send_dtmf", sendDtmfApplication],
    ["set", setApplication],
    ["set_mute", setMuteApplication],
    ["sleep", sleepApplication],
    ["socket", (channel, argument) => parts.sockets.run(channel, argument)],
    ["stop_record_session", stopRecordSessionApplication(parts.recordings)],
    ["three_way", threeWayApplication(parts.channels)],
    ["unset", unsetApplication],
  ]);
}
