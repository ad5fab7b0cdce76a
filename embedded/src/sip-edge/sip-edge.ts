import { UserAgent, type UserAgentLimits } from "./agent/user-agent.ts";
import { systemClock } from "./clock.ts";
import { ControlServer, type ControlConfig } from "./control/control-server.ts";
import { silentLog, type SipEdgeLog } from "./log.ts";
import { formatHostPort } from "./grammar/uri.ts";
import type { Address, Protocol } from "./transport/flow.ts";
import type { TransportLimits } from "./transport/listener.ts";
import type { TlsIdentity } from "./transport/stream-listener.ts";
import type { ListenAddress, Transports } from "./transport/transports.ts";

/** Bounds against floods; `defaultLimits` has what is used for those left out. */
export interface SipEdgeLimits extends TransportLimits, UserAgentLimits {}

export const defaultLimits: SipEdgeLimits = {
  maxMessageBytes: 65_535,
  maxConnections: 6000,
  maxConnectionsPerAddress: 200,
  idleTimeoutMs: 600_000,
  messageTimeoutMs: 30_000,
  maxUnsentBytes: 1_048_576,
  maxTransactions: 20_000,
  maxTransactionsPerAddress: 10_000,
  maxRegistrations: 10_000,
};

export interface SipEdgeConfig {
  /** Where drachtio-srf connects to, and the secret that it must know. Port 0 takes a free one. */
  readonly control: ControlConfig;
  readonly listen: readonly ListenAddress[];
  /** PEM; needed to listen on tls or wss, and to call out by tls, where `ca` says whose certificates are believed. */
  readonly tls?: TlsIdentity;
  /** The public IP address or name, for Contact and Via towards peers outside of our networks. */
  readonly externalAddress?: string;
  readonly limits?: Partial<SipEdgeLimits>;
  /** Bugs are told here with their stack; the message that met one is dropped, everything else goes on. */
  readonly log?: SipEdgeLog;
}

export interface SipEdge {
  readonly control: Address;
  readonly listening: readonly {
    readonly protocol: Protocol;
    readonly host: string;
    readonly port: number;
  }[];
  /** Ends every dialog (BYE), refuses what waits, closes every socket; takes about a second at most. */
  close(): Promise<void>;
  /** What is alive now. All return to zero when the traffic ends, transactions after their timers (32 s). */
  stats(): { readonly transactions: number; readonly dialogs: number; readonly connections: number };
}

/**
 * Starts the stand-in for drachtio-server. Rejects with the system's error (EADDRINUSE, EACCES), whose
 * `listen` property says `{ protocol, host, port }`; "control" is the protocol of the control port.
 */
export async function startSipEdge(config: SipEdgeConfig): Promise<SipEdge> {
  const limits = { ...defaultLimits, ...config.limits };
  const agent = await UserAgent.open(
    { clock: systemClock, limits, log: config.log ?? silentLog },
    {
      listen: config.listen,
      tls: config.tls,
      externalAddress: config.externalAddress,
      limits,
    },
  );
  const control = await openControl(config.control, agent).catch(async (error: unknown) => {
    await agent.close();
    throw error;
  });
  let closing: Promise<void> | undefined;
  return {
    control: control.address,
    listening: agent.transports.listening,
    stats: () => agent.stats(),
    close: () => (closing ??= agent.close().then(() => control.close())),
  };
}

async function openControl(config: ControlConfig, agent: UserAgent): Promise<ControlServer> {
  try {
    return await ControlServer.open(config, systemClock, {
      routes: agent.routes,
      hostPorts: () => hostPortsOf(agent.transports),
      onSip: (client, request) => agent.onSip(client, request),
      onClientClosed: (client) => agent.onClientClosed(client),
    });
  } catch (error) {
    const listen = { protocol: "control", host: config.host, port: config.port };
    throw Object.assign(error as Error, { listen });
  }
}

/** An address of the documentation networks stands for "somebody outside" (RFC 5737). */
const somewhereOutside = "203.0.113.1";

function hostPortsOf(transports: Transports): { advertised: string; local: string } {
  const describe = (protocol: Protocol, address: Address): string =>
    `${protocol}/${formatHostPort(address.host, address.port)}`;
  const { listening } = transports;
  return {
    advertised: listening
      .map((own) => describe(own.protocol, transports.advertised(own.protocol, somewhereOutside) ?? own))
      .join(","),
    local: listening.map((own) => describe(own.protocol, own)).join(","),
  };
}
