import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Endpoint, MediaServer } from "./clients.ts";
import { Controller } from "./controller.ts";
import { openPair } from "./pair.ts";
import type { Pair } from "./pair.ts";
import { RtpAudio } from "./peer/rtp-audio.ts";

describe("a media server at its limit of channels", () => {
  let pair: Pair;
  let app: Controller;
  beforeAll(async () => {
    pair = await openPair({ maxChannels: 2 });
    app = await Controller.connect(pair, []);
  });
  afterAll(async () => {
    await app.close();
    await pair.close();
  });

  it("refuses the next channel with 503, and takes one again when there is room", async () => {
    const media = await app.media();
    const restore = await limitChannels(media, 2);
    const audio = await RtpAudio.open();
    const open = (): Promise<Endpoint> => media.createEndpoint({ remoteSdp: audio.sdp() });
    try {
      const [first, second] = [await open(), await open()];
      await expect(open()).rejects.toMatchObject({ status: 503 });
      await first.destroy();
      const third = await openWhenThereIsRoom(open);
      await second.destroy();
      await third.destroy();
    } finally {
      await restore();
      audio.close();
    }
  });
});

/** Leaves room for so many more channels, where the server can be told; the embedded one was opened with its limit. */
async function limitChannels(media: MediaServer, room: number): Promise<() => Promise<void>> {
  const limit = /max.sessions: (\d+)/.exec(await media.api("fsctl max_sessions"))?.[1];
  const used = /^(\d+) session\(s\) - peak/m.exec(await media.api("status"))?.[1];
  if (limit === undefined || used === undefined) return () => Promise.resolve();
  // FreeSWITCH refuses already the channel that would reach the limit.
  await media.api(`fsctl max_sessions ${Number(used) + room + 1}`);
  return async () => void (await media.api(`fsctl max_sessions ${limit}`));
}

/** FreeSWITCH counts a refused channel for another ten seconds, then there is room. */
async function openWhenThereIsRoom(open: () => Promise<Endpoint>): Promise<Endpoint> {
  const endpoint = await open().catch(() => undefined);
  if (endpoint !== undefined) return endpoint;
  await new Promise((resolve) => setTimeout(resolve, 13_000));
  return open();
}
