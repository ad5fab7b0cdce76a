/**
 * The door of telephony: SIP by drachtio, media by FreeSWITCH (or the embedded pair; nothing here can tell).
 *
 *   const telephony = startTelephony(config, ports);
 *   telephony.onCall((call) => handleCall(call));
 */
import type { RingFailure, Telephony, TelephonyConfig, TelephonyPorts } from "./interfaces.ts";
import type { AgentLeg } from "./leg.ts";
import { Switchboard } from "./switchboard.ts";

export { beepTone, ringbackTone } from "./record-message.ts";
export type { HangUpCause } from "./core/cause.ts";
export type {
  DigestSecret,
  PeopleGate,
  PhoneAccount,
  PhoneDirectory,
  TrunkDirectory,
  TrunkPeer,
} from "./directories.ts";
export type {
  AgentLeg,
  CallerLeg,
  CollectOptions,
  CollectResult,
  Leg,
  LegEnd,
  LegRecording,
  Music,
  PlayOptions,
  PlayResult,
  RecordingOutcome,
  RecordOptions,
  RecordResult,
} from "./leg.ts";

export type {
  Beside,
  Bridge,
  BridgeEnd,
  DeviceKind,
  DialOutOptions,
  InboundCall,
  Registrar,
  Ring,
  RingAgentOptions,
  RingFailure,
  RingFailureCause,
  SipCredentialIssued,
  Telephony,
  TelephonyConfig,
  TelephonyPart,
  TelephonyPorts,
  TelephonyStats,
  UnregisteredCause,
} from "./interfaces.ts";

/** Whether a ring came to a leg. */
export function isLeg(outcome: AgentLeg | RingFailure): outcome is AgentLeg {
  return "channelId" in outcome;
}

/** Returns at once; connects, and reconnects for ever, by itself. */
export function startTelephony(config: TelephonyConfig, ports: TelephonyPorts): Telephony {
  return new Switchboard(config, ports);
}
