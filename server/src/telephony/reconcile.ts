import type { Log } from "../base/log.ts";
import { describeError } from "../base/log.ts";
import { reasonHeader } from "./core/cause.ts";
import type { SipMessage } from "./drachtio.ts";
import type { HangUps } from "./hang-up-dialog.ts";
import type { MediaConnection } from "./media-connection.ts";

/** The SIP header by which the media server learns whose channel it is; it becomes a channel variable. */
export const nodeHeader = "X-Ringdown-Node";
/** By this one the media server and the agents' phones learn which interaction a leg is part of. */
const callHeader = "X-Ringdown-Call";
const nodeVariable = `sip_h_${nodeHeader}`;
/** By this one a channel is told the id of its party's dialog, for a later life of this program. */
const dialogHeader = "X-Ringdown-Dialog";
/** Where the channel keeps it; set by a command where the party is known too late for the header. */
export const dialogVariable = `sip_h_${dialogHeader}`;

/** Undefined: a leg that is part of no interaction. */
export function callHeaders(interactionId: string | undefined): Record<string, string> {
  return interactionId === undefined ? {} : { [callHeader]: interactionId };
}

/** For the INVITE to the media server: a header that costs nothing, where setting a variable is a command of its own. */
export function dialogHeaders(dialogId: string): Record<string, string> {
  return { [dialogHeader]: encodeDialogId(dialogId) };
}

/** drachtio's id of the dialog that an INVITE, or the answer to one, is part of. */
export function dialogIdOf(message: SipMessage): string {
  const tag = /;\s*tag=([^;\s]+)/i.exec(message.get("From") ?? "")?.[1] ?? "";
  return `${message.get("Call-ID") ?? ""};from-tag=${tag}`;
}

/**
 * A Call-ID comes from the network, and the media server expands `${…}` in what it is told to set (commands, too): so the
 * id travels in base64url.
 */
export function encodeDialogId(dialogId: string): string {
  return Buffer.from(dialogId).toString("base64url");
}

export function decodeDialogId(text: string): string {
  return Buffer.from(text, "base64url").toString();
}

/**
 * Ends what an earlier life of this node left on a media server: BYE to each party by its dialog id, then the channel.
 * Looks only at channels that were there when the server was connected. Those of other nodes and of this life are left
 * alone. Returns how many were ended.
 */
export async function endLeftovers(
  media: MediaConnection,
  hangUps: readonly HangUps[],
  options: { nodeId: string; ours: ReadonlySet<string>; log: Log },
): Promise<number> {
  const channelIds = media.takeFound().filter((id) => !options.ours.has(id));
  let count = 0;
  for (const channelId of channelIds) {
    try {
      if ((await readVariable(media, channelId, nodeVariable)) !== options.nodeId) continue;
      const dialog = await readVariable(media, channelId, dialogVariable);
      const headers = { Reason: reasonHeader("shutdown") };
      // One of the edges has the dialog; the others say that they know no such thing.
      if (dialog !== null)
        await Promise.all(hangUps.map((each) => each.endById(decodeDialogId(dialog), headers)));
      await media.api(`uuid_kill ${channelId} MANAGER_REQUEST`);
      count++;
    } catch (error) {
      options.log.warn({ channelId, error: describeError(error) }, "A leftover channel could not be ended");
    }
  }
  return count;
}

async function readVariable(media: MediaConnection, channelId: string, name: string): Promise<string | null> {
  const value = (await media.api(`uuid_getvar ${channelId} ${name}`)).trim();
  return value === "" || value === "_undef_" || value.startsWith("-ERR") ? null : value;
}
