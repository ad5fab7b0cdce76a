/** Voicemail: records a message and tells the ledger, also when the caller hangs up in it (as most do). */
import { beepTone } from "../telephony/telephony.ts";
import type { Conversation } from "./conversation.ts";
import type { World } from "./world.ts";

/** Shorter ones are somebody who changed their mind: the file is kept, but it is no message. */
const shortestMessageMs = 1_000;

/** Throws when nothing can be recorded: the flow then apologises and goes on at its fallback. */
export async function leaveMessage(
  conversation: Conversation,
  request: { queueId: string; maxSeconds: number; silenceSeconds: number },
  world: World,
): Promise<void> {
  const { interactionId, leg, append } = conversation;
  const voicemail = await world.recordings.openVoicemail({ interactionId });
  if (!voicemail.ok) {
    for (const event of voicemail.events) append(event);
    throw new Error("A message could not be recorded");
  }
  const { recordingId } = voicemail;
  await leg.play([beepTone]);
  if (leg.signal.aborted) return voicemail.discard(); // as many do at the beep: no recording, and no failed one
  append({ type: "recording.started", recordingId, kind: "voicemail" });
  const result = await leg.record({
    path: voicemail.path,
    maxSeconds: request.maxSeconds,
    silenceSeconds: request.silenceSeconds,
    terminators: "#",
    beep: false,
  });
  const { recording, events } = await voicemail.finish();
  for (const event of events) append(event);
  if (recording === null) throw new Error(result.sentence ?? "The message was not stored");
  if (recording.durationMs < shortestMessageMs) return;
  const { durationMs } = recording;
  append({ type: "voicemail.left", recordingId, queueId: request.queueId, durationMs });
  conversation.reached("voicemail");
  if (!leg.signal.aborted) await leg.play(world.prompts.files(["voicemail-saved"], conversation.language));
}
