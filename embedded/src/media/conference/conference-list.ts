import type { Conference } from "./conference.ts";
import type { Member } from "./member.ts";

function secondsSince(epochMs: number): number {
  return epochMs === 0 ? 0 : Math.floor((Date.now() - epochMs) / 1000);
}

function memberFlags(member: Member): string {
  const flags: [boolean, string][] = [
    [member.canHear && !member.isOnHold, "hear"],
    [member.canSpeak && !member.isOnHold, "speak"],
    [member.talk.isTalking && !member.isOnHold, "talking"],
    [member.isOnHold, "hold"],
    [member.isModerator, "moderator"],
    [member.isGhost, "ghost"],
  ];
  return flags.flatMap(([isSet, name]) => (isSet ? [name] : [])).join("|");
}

/** One line a member, as `conference <name> list` prints it. */
export function listMembers(conference: Conference, delimiter: string): string {
  const lines = [...conference.members.values()].map((member) => {
    const { channel } = member;
    const columns = [
      member.id,
      channel.name,
      channel.uuid,
      channel.profile.callerIdName,
      channel.profile.callerIdNumber,
      memberFlags(member),
      member.volumeIn,
      member.volumeOut,
      0,
    ];
    return `${columns.join(delimiter)}\n`;
  });
  return lines.join("");
}

/** The head line of one conference in `conference list`. */
export function summaryLine(conference: Conference): string {
  const flags = [
    ...(conference.isLocked ? ["locked"] : []),
    "audio_always",
    "running",
    "answered",
    "dynamic",
    ...(conference.recordingNames.length > 0 ? ["recording"] : []),
  ];
  const members = `${conference.count} member${conference.count === 1 ? "" : "s"}`;
  const locked = conference.isLocked ? " locked" : "";
  return `+OK Conference ${conference.name} (${members} rate: 8000${locked} flags: ${flags.join("|")})\n`;
}

function memberObject(member: Member): object {
  return {
    type: "caller",
    id: member.id,
    flags: {
      can_hear: member.canHear && !member.isOnHold,
      can_see: false,
      can_speak: member.canSpeak && !member.isOnHold,
      hold: member.isOnHold,
      mute_detect: member.flags.has("mute-detect"),
      talking: member.talk.isTalking,
      has_video: false,
      video_bridge: false,
      has_floor: false,
      is_moderator: member.isModerator,
      end_conference: member.flags.has("endconf"),
      mandatory_member_end_conference: false,
      pass_digits: member.flags.has("dist-dtmf"),
    },
    uuid: member.channel.uuid,
    caller_id_name: member.channel.profile.callerIdName,
    caller_id_number: member.channel.profile.callerIdNumber,
    join_time: secondsSince(member.joinedAtMs),
    last_talking: secondsSince(member.lastTalkingAtMs),
    energy: 0,
    volume_in: member.volumeIn,
    volume_out: member.volumeOut,
    "output-volume": member.volumeOut,
    "input-volume": member.volumeIn,
  };
}

/** What `json_list` shows of one conference. */
export function conferenceObject(conference: Conference): object {
  return {
    conference_name: conference.name,
    member_count: conference.count,
    ghost_count: conference.ghostCount,
    rate: 8000,
    run_time: secondsSince(conference.createdAtMs),
    conference_uuid: conference.uuid,
    canvas_count: 0,
    max_bw_in: 0,
    force_bw_in: 0,
    video_floor_packets: 0,
    locked: conference.isLocked,
    destruct: false,
    wait_mod: conference.isWaitingForModerator,
    audio_always: true,
    running: true,
    answered: true,
    enforce_min: false,
    bridge_to: false,
    dynamic: true,
    exit_sound: false,
    enter_sound: false,
    recording: conference.recordingNames.length > 0,
    video_bridge: false,
    video_floor_only: false,
    video_rfc4579: false,
    ...(conference.maxMembers > 0 ? { max_members: conference.maxMembers } : {}),
    variables: Object.fromEntries(conference.variables),
    members: [...conference.members.values()].map(memberObject),
  };
}
