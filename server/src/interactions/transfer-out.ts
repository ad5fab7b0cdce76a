/** Out of the house: dials a number or a sip: address for the caller and bridges the two. */
import { Failure } from "../base/failure.ts";
import type { Conversation } from "./conversation.ts";
import type { World } from "./world.ts";
import { isLeg } from "../telephony/telephony.ts";

const ringTimeoutMs = 45_000;

/** Resolves when the transferred talk is over, or at once when the other side could not be had. */
export async function transferOut(
  conversation: Conversation,
  { to }: { to: string },
  world: World,
): Promise<"transferred" | "failed"> {
  const { leg, call, append, language } = conversation;
  append({ type: "transfer.started", to });
  const music = leg.startMusic(world.prompts.music(null));
  const ring = world.telephony.dialOut({
    to,
    callId: conversation.interactionId,
    caller: { name: call.from, number: call.from },
    ringTimeoutMs,
    signal: leg.signal,
    beside: leg,
  });
  const outcome = await ring.answered;
  await music.stop();
  if (!isLeg(outcome)) {
    append({ type: "transfer.ended", to, connected: false, cause: outcome.cause });
    world.log.info({ cause: outcome.cause, language }, "A transfer failed");
    return "failed";
  }
  try {
    const bridge = await world.telephony.bridge(leg, outcome);
    conversation.reached("transferred-out");
    const { by } = await bridge.ended;
    append({ type: "transfer.ended", to, connected: true, cause: `${by}-hung-up` });
    return "transferred";
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    append({ type: "transfer.ended", to, connected: false, cause: error.code });
    return "failed";
  } finally {
    await outcome.hangUp("normal"); // also when the caller left in the moment of the answer
  }
}
