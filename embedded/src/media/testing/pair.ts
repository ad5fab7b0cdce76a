import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectApp } from "../../sip-edge/testing/drachtio-app.ts";
import type { Srf, SrfRequest, SrfResponse } from "../../sip-edge/testing/drachtio-app.ts";
import type { SipEdge } from "../../sip-edge/sip-edge.ts";
import { startSipEdge } from "../../sip-edge/sip-edge.ts";
import type { MediaServer, MediaServerConfig } from "../media-server.ts";
import { startMediaServer } from "../media-server.ts";
import type { Endpoint, FsmrfServer } from "./fsmrf.ts";
import { Mrf } from "./fsmrf.ts";
import { RtpPhone } from "./rtp-phone.ts";
import { SipPhone } from "./sip-phone.ts";
import type { G711Law } from "../core/g711.ts";
import { waitFor } from "./wait-for.ts";

/** A telephone in a call: its signalling, its media, and the endpoint that the controller has of it. */
export interface Call {
  sip: SipPhone;
  phone: RtpPhone;
  endpoint: Endpoint;
}

/**
 * A media server behind a SIP edge, with unmodified drachtio-srf and drachtio-fsmrf in front of them: the
 * way the application uses it.
 */
export class Pair {
  readonly edge: SipEdge;
  readonly media: MediaServer;
  readonly srf: Srf;
  readonly mrf: FsmrfServer;
  readonly directory: string;
  readonly #cleanups: (() => Promise<unknown> | void)[] = [];
  readonly #connected: Endpoint[] = [];

  private constructor(edge: SipEdge, media: MediaServer, srf: Srf, mrf: FsmrfServer, directory: string) {
    this.edge = edge;
    this.media = media;
    this.srf = srf;
    this.mrf = mrf;
    this.directory = directory;
    srf.invite((request, response) => void this.#onInvite(request, response));
  }

  static async start(overrides: Partial<MediaServerConfig> = {}): Promise<Pair> {
    const directory = await mkdtemp(join(tmpdir(), "ringdown-media-"));
    const media = await startMediaServer({
      eventSocket: { host: "127.0.0.1", port: 0, password: "ClueCon" },
      sip: { host: "127.0.0.1", port: 0 },
      rtp: { address: "127.0.0.1" },
      maxChannels: 50,
      baseDirectories: { recordings: directory, sounds: directory },
      localStreams: {},
      ...overrides,
    });
    const edge = await startSipEdge({
      control: { host: "127.0.0.1", port: 0, secret: "cymru" },
      listen: [{ protocol: "udp", host: "127.0.0.1", port: 0 }],
    });
    const srf = await connectApp(edge.control.port);
    const mrf = await new Mrf(srf).connect({
      address: "127.0.0.1",
      port: media.eventSocket.port,
      secret: "ClueCon",
      listenAddress: "127.0.0.1",
    });
    return new Pair(edge, media, srf, mrf, directory);
  }

  async #onInvite(request: SrfRequest, response: SrfResponse): Promise<void> {
    const { endpoint, dialog } = await this.mrf.connectCaller(request, response);
    dialog.on("destroy", () => void endpoint.destroy());
    this.#connected.push(endpoint);
  }

  /** Puts a call from a telephone through to an endpoint by `connectCaller`. */
  async call(law: G711Law = "PCMU"): Promise<Call> {
    const sip = await SipPhone.open(this.edge.listening[0]!.port);
    const phone = await RtpPhone.open(law);
    this.#cleanups.push(
      () => sip.close(),
      () => phone.close(),
    );
    phone.connect(await sip.call(phone.sdp()));
    return { sip, phone, endpoint: await this.nextEndpoint() };
  }

  /** The endpoint of the next caller that `connectCaller` has connected. */
  async nextEndpoint(): Promise<Endpoint> {
    await waitFor("the endpoint", () => this.#connected.length > 0);
    return this.#connected.shift()!;
  }

  /** Ends what a test that failed has left, so that the next one starts from nothing. */
  async endCalls(): Promise<void> {
    if (this.media.stats().channels > 0) await this.mrf.api("hupall");
    await waitFor("every channel to end", () => this.media.stats().channels === 0);
    this.#connected.length = 0;
  }

  async close(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0)) await cleanup();
    this.mrf.disconnect();
    this.srf.disconnect();
    await this.edge.close();
    await this.media.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}
