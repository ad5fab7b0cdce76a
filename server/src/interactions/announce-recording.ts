import type { QueueSettings } from "../contract/queues.ts";
import type { Conversation } from "./conversation.ts";
import type { World } from "./world.ts";

/** Before the queue: during the wait, an agent who answers at once would cut it off, and the caller be recorded unasked. */
export async function announceRecording(
  { leg, language, append }: Conversation,
  settings: QueueSettings,
  { prompts }: World,
): Promise<void> {
  if (!settings.record || !settings.announceRecording) return;
  const { outcome, sentence } = await leg.play(prompts.files(["recording-announcement"], language));
  if (outcome === "failed")
    append({ type: "fault", where: "queue", sentence: sentence ?? "The recording was not announced" });
}
