import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { G711Law } from "../core/g711.ts";
import type { MediaServer, MediaServerConfig } from "../media-server.ts";
import { startMediaServer } from "../media-server.ts";
import { EslClient } from "./esl-client.ts";
import { RtpPhone } from "./rtp-phone.ts";
import { SipPhone } from "./sip-phone.ts";

/** A media server alone, spoken to by bare SIP, RTP and event-socket clients. */
export class Solo {
  readonly media: MediaServer;
  readonly directory: string;
  /** An authorised controller. */
  readonly esl: EslClient;
  readonly #cleanups: (() => Promise<unknown> | void)[] = [];

  private constructor(media: MediaServer, directory: string, esl: EslClient) {
    this.media = media;
    this.directory = directory;
    this.esl = esl;
  }

  static async start(overrides: Partial<MediaServerConfig> = {}): Promise<Solo> {
    const directory = await mkdtemp(join(tmpdir(), "ringdown-media-"));
    const media = await startMediaServer({
      eventSocket: { host: "127.0.0.1", port: 0, password: "ClueCon" },
      sip: { host: "127.0.0.1", port: 0 },
      rtp: { address: "127.0.0.1" },
      maxChannels: 20,
      baseDirectories: { recordings: directory, sounds: directory },
      localStreams: {},
      ...overrides,
    });
    return new Solo(media, directory, await EslClient.authorised(media.eventSocket.port));
  }

  async phone(): Promise<SipPhone> {
    const sip = await SipPhone.open(this.media.sip.port);
    this.#cleanups.push(() => sip.close());
    return sip;
  }

  /** A parked call with two-way audio. */
  async call(law: G711Law = "PCMU"): Promise<{ sip: SipPhone; phone: RtpPhone; uuid: string }> {
    const known = new Set(await this.uuids());
    const sip = await this.phone();
    const phone = await RtpPhone.open(law);
    this.#cleanups.push(() => phone.close());
    phone.connect(await sip.call(phone.sdp()));
    const uuid = (await this.uuids()).find((candidate) => !known.has(candidate));
    return { sip, phone, uuid: uuid! };
  }

  async uuids(): Promise<string[]> {
    const shown = JSON.parse(await this.esl.api("show channels as json")) as { rows?: { uuid: string }[] };
    return (shown.rows ?? []).map(({ uuid }) => uuid);
  }

  async close(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0)) await cleanup();
    this.esl.close();
    await this.media.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}
