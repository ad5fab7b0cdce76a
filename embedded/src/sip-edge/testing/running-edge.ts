import { afterEach, expect } from "vitest";
import { startSipEdge, type SipEdge, type SipEdgeConfig } from "../sip-edge.ts";
import type { Protocol } from "../transport/flow.ts";
import { connectApp, type Srf } from "./drachtio-app.ts";
import { openTcpPeer, openTlsPeer, openUdpPeer, openWebSocketPeer, type SipPeer } from "./sip-peer.ts";

/** A real edge on free ports with its applications and peers; all is gone after the test. */
export interface RunningEdge {
  readonly edge: SipEdge;
  portOf(protocol: Protocol): number;
  app(): Promise<Srf>;
  /** Disconnects an application. */
  leave(app: Srf): void;
  peer(protocol: Protocol): Promise<SipPeer>;
}

const cleanups: (() => Promise<void> | void)[] = [];

/** Call at the top of a test file. */
export function cleanUpAfterEach(): void {
  afterEach(cleanUp);
}

async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
}

export async function runEdge(
  protocols: readonly Protocol[],
  config: Partial<SipEdgeConfig> = {},
): Promise<RunningEdge> {
  const edge = await startSipEdge({
    control: { host: "127.0.0.1", port: 0, secret: "cymru" },
    listen: protocols.map((protocol) => ({ protocol, host: "127.0.0.1", port: 0 })),
    log: { error: fail },
    ...config,
  });
  cleanups.push(() => edge.close());
  const portOf = (protocol: Protocol): number => {
    const listener = edge.listening.find((candidate) => candidate.protocol === protocol);
    expect(listener, `a listener for ${protocol}`).toBeDefined();
    return listener?.port ?? 0;
  };
  const app = async (): Promise<Srf> => {
    const srf = await connectApp(edge.control.port);
    connected.add(srf);
    cleanups.push(() => leave(srf));
    return srf;
  };
  const connected = new Set<Srf>();
  const leave = (srf: Srf): void => {
    if (connected.delete(srf)) srf.disconnect();
  };
  const peer = async (protocol: Protocol): Promise<SipPeer> => {
    const opened = await openPeer(protocol, portOf(protocol));
    cleanups.push(() => opened.close());
    return opened;
  };
  return { edge, portOf, app, leave, peer };
}

/** A bug that the edge survives is a failure here. */
function fail(fields: Record<string, unknown>, message: string): never {
  throw new Error(message, { cause: fields["error"] });
}

function openPeer(protocol: Protocol, port: number): Promise<SipPeer> {
  if (protocol === "udp") return openUdpPeer(port);
  if (protocol === "tcp") return openTcpPeer(port);
  return protocol === "tls" ? openTlsPeer(port) : openWebSocketPeer(port, protocol);
}
