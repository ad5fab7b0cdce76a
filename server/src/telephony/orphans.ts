import type { Clock } from "../base/clock.ts";
import { describeError } from "../base/log.ts";
import type { ChannelLeg } from "./channel-leg.ts";
import { pause, within } from "./deadline.ts";
import type { SipResponse } from "./drachtio.ts";
import type { SipEdge } from "./sip-edge.ts";

const askEveryMs = 5_000;
const answerDeadlineMs = 4_000;

/**
 * A leg whose control connection was replaced: the edge still sends requests on its dialog, but answers those of the
 * party itself (481) and forgets the dialog without a word. So the dialog is asked for by OPTIONS until it is gone, or
 * the leg has ended. Never rejects.
 */
export async function watchOrphan(leg: ChannelLeg, parts: { edge: SipEdge; clock: Clock }): Promise<void> {
  while (!leg.signal.aborted) {
    if (parts.edge.isUp && (await isDialogGone(leg, parts))) {
      leg.log.info({ channelId: leg.channelId }, "A party left while the SIP edge was away");
      leg.losePartyQuietly();
      return;
    }
    await pause(parts.clock, askEveryMs, leg.signal);
  }
}

/** Gone: the edge has no such dialog, or the party says 481 (RFC 3261 §12.2.1.2), or nobody answers. */
async function isDialogGone(
  leg: ChannelLeg,
  { edge, clock }: { edge: SipEdge; clock: Clock },
): Promise<boolean> {
  try {
    const request = await edge.srf.request("sip:placeholder", {
      method: "OPTIONS",
      stackDialogId: leg.dialogId,
    });
    const response = new Promise<SipResponse>((resolve) => request.once("response", resolve));
    const { status } = await within(clock, answerDeadlineMs, "OPTIONS", response);
    return status === 481 || status === 408;
  } catch (error) {
    leg.log.debug({ channelId: leg.channelId, error: describeError(error) }, "OPTIONS in a dialog failed");
    return (error as { code?: unknown }).code === "ENODIALOG";
  }
}
