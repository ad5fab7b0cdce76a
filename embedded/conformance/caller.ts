import type { Controller } from "./controller.ts";
import type { Dialog, Endpoint } from "./clients.ts";
import { PeerDialog } from "./peer/peer-dialog.ts";
import { Phone } from "./peer/phone.ts";
import { header } from "./peer/sip-message.ts";
import { RtpAudio } from "./peer/rtp-audio.ts";
import { within } from "./peer/wait-until.ts";

/** What a concurrent test gets to register its clean-up with (vitest's `onTestFinished`). */
export type AtTheEnd = (cleanUp: () => Promise<void>) => void;

/** A phone on UDP whose call the application put on the media server: both ends in the test's hands. */
export interface Caller {
  readonly phone: Phone;
  readonly audio: RtpAudio;
  readonly call: PeerDialog;
  readonly endpoint: Endpoint;
  /** The caller's own dialog with the application. */
  readonly dialog: Dialog;
  /** Resolves when the media server hangs up the channel. */
  readonly channelEnds: Promise<unknown>;
  close(): Promise<void>;
}

/** Calls in with plain RTP, is connected to the media server by `connectCaller`, and talks silence. */
export async function connectCaller(app: Controller, payloadType: 0 | 8 = 0): Promise<Caller> {
  const media = await app.media();
  const phone = await Phone.onUdp(app.edge.udp);
  const audio = await RtpAudio.open(payloadType);
  const invite = phone.request("INVITE", app.edge.uri("1000"), { body: audio.sdp() });
  const { request, response } = await app.take("INVITE", header(invite, "call-id"));
  const connecting = media.connectCaller(request, response);
  const ok = await phone.takeResponse(invite, 200, 200, "INVITE", 8000);
  const call = PeerDialog.ofCaller(phone, invite, ok);
  call.ack();
  audio.talkTo(ok.body);
  const { endpoint, dialog } = await connecting;
  const isOver = { call: false };
  dialog.on("destroy", () => (isOver.call = true));
  const channelEnds = new Promise<unknown>((resolve) => endpoint.dialog.on("destroy", resolve));
  return {
    phone,
    audio,
    call,
    endpoint,
    dialog,
    channelEnds,
    close: async () => {
      audio.close();
      if (endpoint.connected) {
        // Not destroy()'s own promise: it never resolves when the channel ends while it asks.
        void endpoint.destroy().catch(() => undefined);
        await within("the channel ends", 4000, channelEnds);
      }
      if (!isOver.call) await call.hangUp();
      await phone.close();
    },
  };
}
