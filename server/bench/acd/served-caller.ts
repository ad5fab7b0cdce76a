import type { Acd } from "../../src/acd/acd.ts";
import { systemClock } from "../../src/base/clock.ts";

/** A caller who comes now, is accepted by whichever agent is rung, talks for `talkMs` and goes. */
export async function serveCaller(
  acd: Acd,
  { interactionId, queueId, talkMs }: { interactionId: string; queueId: string; talkMs: number },
): Promise<void> {
  const entry = { interactionId, queueId, channel: "voice" as const, priority: 0 };
  const waiting = await acd.enqueue({ ...entry, enqueuedAt: systemClock.now() });
  const step = await waiting.next();
  if (step.type !== "offer") throw new Error(`Instead of an offer came "${step.type}"`);
  await acd.accept(step.offerId);
  await new Promise((resolve) => setTimeout(resolve, talkMs));
  await acd.release(interactionId, step.agentId);
}
