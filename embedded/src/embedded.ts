import { startMediaServer, type MediaServer } from "./media/media-server.ts";
import type { MediaServerConfig } from "./media/media-config.ts";
import { startSipEdge, type SipEdge, type SipEdgeConfig } from "./sip-edge/sip-edge.ts";

export interface EmbeddedConfig {
  readonly sipEdge: SipEdgeConfig;
  readonly media: MediaServerConfig;
}

export interface Embedded {
  readonly sipEdge: SipEdge;
  readonly media: MediaServer;
  /** Ends the calls, then their media; idempotent. */
  close(): Promise<void>;
}

/**
 * Starts the pair that stands in for drachtio-server and FreeSWITCH: both, or neither. Rejects with the error of
 * the one that couldn't start.
 */
export async function startEmbedded(config: EmbeddedConfig): Promise<Embedded> {
  const media = await startMediaServer(config.media);
  const sipEdge = await startSipEdge(config.sipEdge).catch(async (error: unknown) => {
    await media.close();
    throw error;
  });
  let closing: Promise<void> | undefined;
  return {
    sipEdge,
    media,
    close: () => (closing ??= sipEdge.close().then(() => media.close())),
  };
}
