/**
 * The pair behind a test: the embedded one, in this process and on free ports; or real servers that run already, when
 * RINGDOWN_TEST_PAIR says where (`{"sip":…,"media":…,"udp":…,"ws":…}` in JSON). The tests can't tell.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";

export interface HostPort {
  host: string;
  port: number;
}
export interface Pair {
  /** The edge's, as telephony knows it. */
  name: string;
  sip: HostPort & { secret: string };
  media: HostPort & { secret: string };
  udp: HostPort;
  ws: HostPort;
  isReal: boolean;
  close(): Promise<void>;
}

interface Embedded {
  sipEdge: {
    control: HostPort;
    listening: { protocol: string; host: string; port: number }[];
  };
  media: { eventSocket: HostPort };
  close(): Promise<void>;
}

export async function startPair(options: { maxChannels?: number } = {}): Promise<Pair> {
  const real = process.env["RINGDOWN_TEST_PAIR"];
  if (real) {
    const pair = JSON.parse(real) as Pair;
    const name = `${pair.sip.host}:${pair.sip.port}`;
    return { ...pair, name, isReal: true, close: () => Promise.resolve() };
  }
  const secret = randomBytes(12).toString("hex");
  const host = "127.0.0.1";
  const { startEmbedded } = await loadEmbedded();
  const embedded = await startEmbedded({
    sipEdge: {
      control: { host, port: 0, secret },
      listen: [
        { protocol: "udp", host, port: 0 },
        { protocol: "tcp", host, port: 0 },
        { protocol: "ws", host, port: 0 },
      ],
    },
    media: {
      eventSocket: { host, port: 0, password: secret },
      sip: { host, port: 0 },
      rtp: { address: host },
      maxChannels: options.maxChannels ?? 100,
      localStreams: {},
    },
  });
  const portOf = (protocol: string) =>
    embedded.sipEdge.listening.find((listener) => listener.protocol === protocol)?.port ?? 0;
  return {
    name: `${host}:${embedded.sipEdge.control.port}`,
    sip: { ...embedded.sipEdge.control, secret },
    media: { ...embedded.media.eventSocket, secret },
    udp: { host, port: portOf("udp") },
    ws: { host, port: portOf("ws") },
    isReal: false,
    close: () => embedded.close(),
  };
}

/** The other workspace is no part of the server's build: it is loaded by its address. */
async function loadEmbedded(): Promise<{ startEmbedded(config: object): Promise<Embedded> }> {
  const url = new URL("../../../../embedded/src/embedded.ts", import.meta.url);
  if (!existsSync(url)) throw new Error("The embedded pair's source is not here");
  return (await import(url.href)) as { startEmbedded(config: object): Promise<Embedded> };
}
