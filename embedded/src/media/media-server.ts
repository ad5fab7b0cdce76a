import { buildApplications } from "./applications/table.ts";
import type { ApiCommand } from "./api/api-table.ts";
import { channelCommands } from "./api/channel-commands.ts";
import { serverCommands, upTimeText } from "./api/server-commands.ts";
import { AudioSources } from "./audio-source.ts";
import type { ApplicationTable } from "./applications/application.ts";
import type { Channel } from "./channel.ts";
import { conferenceCommand } from "./conference/conference-commands.ts";
import { Conferences } from "./conference/conferences.ts";
import { addressTowards } from "./core/media-address.ts";
import { EventBus } from "./event-bus.ts";
import { EventSocketServer } from "./event-socket/event-socket-server.ts";
import type { EventSocketContext } from "./event-socket/event-socket-session.ts";
import { OutboundSockets } from "./event-socket/outbound-socket.ts";
import type { CallServices } from "./inbound-call.ts";
import { InboundCall } from "./inbound-call.ts";
import { LocalStream } from "./local-stream.ts";
import { MediaClock } from "./media-clock.ts";
import type { MediaServerConfig } from "./media-config.ts";
import { silentLog } from "./media-config.ts";
import { ownNetworks } from "./rtp/own-networks.ts";
import { UdpPorts } from "./rtp/udp-ports.ts";
import { UdpTransport } from "./rtp/udp-transport.ts";
import type { WebRtcSettings } from "./rtp/webrtc-transport.ts";
import { WebRtcTransport } from "./rtp/webrtc-transport.ts";
import { SessionRecordings } from "./session-recording.ts";
import type { IncomingInvite } from "./sip/incoming-invite.ts";
import { SipTransport } from "./sip/sip-transport.ts";
import { SipUserAgent } from "./sip/sip-user-agent.ts";
import { SoundLibrary } from "./sound-library.ts";

export type { MediaLog, MediaServerConfig } from "./media-config.ts";

/** What the server is doing now. */
export interface MediaServerStats {
  channels: number;
  /** Event-socket connections of both directions. */
  sockets: number;
  recordings: number;
  conferences: number;
  /** SIP dialogs; one a channel. */
  dialogs: number;
  /** 20 ms frames played since the start, and frames lost because the process stood still. */
  ticks: number;
  skippedTicks: number;
}

/** A running media server. */
export interface MediaServer {
  readonly eventSocket: { host: string; port: number };
  readonly sip: { host: string; port: number };
  stats(): MediaServerStats;
  /** Hangs up every channel, completes recordings, and frees all ports. Idempotent. */
  close(): Promise<void>;
}

const version = "1.10.12-ringdown-embedded";
const heartbeatMs = 20000;
const closingGraceMs = 2000;
const defaultMediaTimeoutMs = 20000;

/**
 * Starts the embedded media server: a SIP user agent that answers INVITEs, and an event socket through
 * which they are controlled, both as FreeSWITCH does it for drachtio-fsmrf. Rejects if a port can't be
 * bound.
 */
export async function startMediaServer(config: MediaServerConfig): Promise<MediaServer> {
  const transport = await SipTransport.open(config.sip.host, config.sip.port);
  const core = new MediaCore(config, transport);
  try {
    await core.listen();
  } catch (error) {
    await core.close();
    throw error;
  }
  return core;
}

class MediaCore implements MediaServer {
  readonly #config: MediaServerConfig;
  readonly #events: EventBus;
  readonly #channels = new Map<string, Channel>();
  readonly #transport: SipTransport;
  readonly #userAgent: SipUserAgent;
  readonly #clock: MediaClock;
  readonly #streams = new Map<string, LocalStream>();
  readonly #recordings: SessionRecordings;
  readonly #sockets: OutboundSockets;
  readonly #conferences: Conferences;
  readonly #socketContext: EventSocketContext;
  readonly #applications: ApplicationTable;
  readonly #services: CallServices;
  readonly #globals = new Map<string, string>();
  readonly #startedAtMs = Date.now();
  #server: EventSocketServer | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #callsBeingSetUp = 0;
  #sessionsSinceStart = 0;
  #peakChannels = 0;
  #onEmpty: () => void = () => {};
  #closing: Promise<void> | undefined;

  constructor(config: MediaServerConfig, transport: SipTransport) {
    const log = config.log ?? silentLog;
    this.#config = config;
    this.#transport = transport;
    this.#events = new EventBus(config.rtp.address);
    const sounds = new SoundLibrary(config.baseDirectories?.sounds ?? process.cwd());
    for (const [name, files] of Object.entries(config.localStreams)) {
      if (files.length > 0) this.#streams.set(name, new LocalStream(name, files, sounds, log));
    }
    this.#recordings = new SessionRecordings(config.baseDirectories?.recordings ?? process.cwd());
    const api = new Map<string, ApiCommand>();
    this.#socketContext = {
      events: this.#events,
      channels: this.#channels,
      api,
      log,
      password: config.eventSocket.password,
    };
    this.#sockets = new OutboundSockets(this.#socketContext);
    const sources = new AudioSources(sounds, this.#streams);
    this.#conferences = new Conferences({
      events: this.#events,
      log,
      sources,
      domain: config.rtp.address,
      holdMusic: this.#holdMusic,
      tick: () => this.#clock.ticks,
      resolveRecording: (file) => this.#recordings.resolvePath(file),
    });
    this.#applications = buildApplications({
      channels: this.#channels,
      sources,
      recordings: this.#recordings,
      sockets: this.#sockets,
      conferences: this.#conferences,
    });
    for (const [name, command] of this.#buildApi()) api.set(name, command);
    this.#services = this.#buildServices();
    this.#userAgent = new SipUserAgent(
      transport,
      this.#sipHost,
      log,
      (invite) => void this.#onInvite(invite),
    );
    this.#clock = new MediaClock(() => this.#onTick());
  }

  get #holdMusic(): string | undefined {
    return this.#streams.has("moh") ? "local_stream://moh" : undefined;
  }

  get #sipHost(): string {
    const { host } = this.#config.sip;
    return host === "0.0.0.0" ? this.#config.rtp.address : host;
  }

  get sip(): { host: string; port: number } {
    return { host: this.#sipHost, port: this.#transport.port };
  }

  get eventSocket(): { host: string; port: number } {
    return { host: this.#config.eventSocket.host, port: this.#server?.port ?? 0 };
  }

  #buildApi(): [string, ApiCommand][] {
    const facts = {
      sipAddress: `${this.#sipHost}:${this.#transport.port}`,
      version,
      maxChannels: this.#config.maxChannels,
      startedAtMs: this.#startedAtMs,
      sessionsSinceStart: () => this.#sessionsSinceStart,
      peakChannels: () => this.#peakChannels,
    };
    const shared = { channels: this.#channels, events: this.#events };
    return [
      ...serverCommands({ ...shared, facts, globals: this.#globals }),
      ...channelCommands({ ...shared, recordings: this.#recordings }),
      ["conference", conferenceCommand(this.#conferences)],
    ];
  }

  #buildServices(): CallServices {
    const { address, portMin, portMax, externalAddress } = this.#config.rtp;
    const ports = new UdpPorts(portMin, portMax);
    const webRtc: WebRtcSettings = {
      portRange: portMin !== undefined && portMax !== undefined ? [portMin, portMax] : undefined,
      externalAddresses: externalAddress === undefined ? [] : [externalAddress],
      log: this.#socketContext.log,
    };
    return {
      owner: {
        events: this.#events,
        log: this.#socketContext.log,
        applications: this.#applications,
        globals: this.#globals,
        onChannelGone: (channel) => this.#onChannelGone(channel),
      },
      addressTowards: (remote) =>
        addressTowards(remote, { address, external: externalAddress, networks: ownNetworks() }),
      holdMusic: this.#holdMusic,
      mediaTimeoutMs: this.#config.mediaTimeoutMs ?? defaultMediaTimeoutMs,
      createTransport: async (security, isOfferer) =>
        security === "dtls"
          ? WebRtcTransport.open(webRtc, isOfferer)
          : new UdpTransport(await ports.allocate()),
      register: (channel) => {
        this.#channels.set(channel.uuid, channel);
        this.#sessionsSinceStart++;
        this.#peakChannels = Math.max(this.#peakChannels, this.#channels.size);
      },
    };
  }

  async listen(): Promise<void> {
    const { host, port } = this.#config.eventSocket;
    this.#server = await EventSocketServer.open(host, port, this.#socketContext);
    this.#clock.start();
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
  }

  async #onInvite(invite: IncomingInvite): Promise<void> {
    const isFull = this.#channels.size + this.#callsBeingSetUp >= this.#config.maxChannels;
    if (isFull || this.#closing) {
      return invite.reject(503, "Maximum Calls In Progress", [["retry-after", "300"]]);
    }
    this.#callsBeingSetUp++;
    try {
      await InboundCall.accept(this.#services, invite);
    } catch (error) {
      this.#socketContext.log.error({ error: String(error) }, "a call can't be set up");
      invite.reject(503, "Service Unavailable");
    } finally {
      this.#callsBeingSetUp--;
    }
  }

  #onChannelGone(channel: Channel): void {
    this.#channels.delete(channel.uuid);
    this.#sockets.onChannelGone(channel);
    if (this.#channels.size === 0) this.#onEmpty();
  }

  /** Resolves when the last channel has gone, or after a grace time: a disk may hang. */
  async #untilEmpty(): Promise<void> {
    if (this.#channels.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, closingGraceMs);
      this.#onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** All channels hear, then all speak, so that bridges and recordings see the same instant. */
  #onTick(): void {
    for (const stream of this.#streams.values()) stream.advance();
    const channels = [...this.#channels.values()].filter((channel) => channel.isUp);
    this.#forEach(channels, (channel) => channel.readMedia());
    this.#forEach(channels, (channel) => channel.runFrame());
    this.#forEach(channels, (channel) => channel.sendMedia());
  }

  /** A bug that one call hits must end that call, not the process with all the others. */
  #forEach(channels: Channel[], step: (channel: Channel) => void): void {
    for (const channel of channels) {
      try {
        step(channel);
      } catch (error) {
        const stack = error instanceof Error ? error.stack : String(error);
        channel.log.error({ error: stack }, "a channel failed");
        channel.hangup("NORMAL_TEMPORARY_FAILURE");
      }
    }
  }

  #beat(): void {
    this.#events.fire("HEARTBEAT", (headers) => {
      const elapsedMs = Date.now() - this.#startedAtMs;
      headers.set("Event-Info", "System Ready");
      headers.set("Up-Time", upTimeText(elapsedMs));
      headers.set("FreeSWITCH-Version", version);
      headers.set("Uptime-msec", String(elapsedMs));
      headers.set("Session-Count", String(this.#channels.size));
      headers.set("Max-Sessions", String(this.#config.maxChannels));
      headers.set("Session-Per-Sec", "1000");
      headers.set("Session-Since-Startup", String(this.#sessionsSinceStart));
      headers.set("Session-Peak-Max", String(this.#peakChannels));
      headers.set("Idle-CPU", "100.000000");
    });
  }

  stats(): MediaServerStats {
    return {
      channels: this.#channels.size,
      sockets: (this.#server?.count ?? 0) + this.#sockets.count,
      recordings: this.#recordings.count,
      conferences: this.#conferences.all.length,
      dialogs: this.#userAgent.dialogCount,
      ticks: this.#clock.ticks,
      skippedTicks: this.#clock.skipped,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    clearInterval(this.#heartbeat);
    for (const channel of this.#channels.values()) channel.hangup("SYSTEM_SHUTDOWN");
    await this.#untilEmpty();
    this.#clock.close();
    this.#sockets.close();
    await this.#server?.close();
    await this.#userAgent.close();
  }
}
