import { isIP, isIPv6 } from "node:net";
import type { Clock } from "../clock.ts";
import { chooseAdvertisedHost, isWildcard } from "./advertised-address.ts";
import {
  connectionGone,
  unreachable,
  type Address,
  type Flow,
  type FlowFailure,
  type Protocol,
} from "./flow.ts";
import type { Inbox, Listener, TransportLimits } from "./listener.ts";
import { readLocalAddresses } from "./local-addresses.ts";
import type { Hop } from "./next-hop.ts";
import { listenStream, type StreamListener, type TlsIdentity } from "./stream-listener.ts";
import { listenUdp, type UdpListener } from "./udp-listener.ts";
import { listenWebSocket } from "./websocket-listener.ts";

export interface ListenAddress extends Address {
  readonly protocol: Protocol;
}

export interface TransportsConfig {
  readonly listen: readonly ListenAddress[];
  readonly tls: TlsIdentity | undefined;
  readonly externalAddress: string | undefined;
  readonly clock: Clock;
  readonly limits: TransportLimits;
}

/** The listeners and the connections of the edge. Owns all of them. */
export class Transports {
  readonly #config: TransportsConfig;
  readonly #inbox: Inbox;
  readonly #listeners: Listener[] = [];
  readonly #udp: UdpListener[] = [];
  readonly #streams: StreamListener[] = [];
  readonly #connections = new Map<string, Flow>();
  readonly #perAddress = new Map<string, number>();

  private constructor(config: TransportsConfig, inbox: Inbox) {
    this.#config = config;
    this.#inbox = inbox;
  }

  /** Opens every listener or none; the error is the system's, with a `listen` property that says where. */
  static async open(config: TransportsConfig, inbox: Inbox): Promise<Transports> {
    const transports = new Transports(config, inbox);
    for (const address of config.listen) {
      try {
        await transports.#listen(address);
      } catch (error) {
        await transports.close();
        throw Object.assign(error as Error, { listen: address });
      }
    }
    return transports;
  }

  get listening(): ListenAddress[] {
    return this.#listeners.map(({ protocol, address }) => ({ protocol, ...address }));
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** What a URI without a transport gets: UDP when it is there (RFC 3263 section 4.1). */
  get defaultProtocol(): Protocol {
    return this.#udp.length > 0 ? "udp" : (this.#listeners[0]?.protocol ?? "udp");
  }

  isListening(protocol: Protocol): boolean {
    const isWebSocket = protocol === "ws" || protocol === "wss";
    // A browser's Contact says ws also when its connection is a wss one (RFC 7118 section 5.1).
    const accepted = isWebSocket ? ["ws", "wss"] : [protocol];
    return this.#listeners.some((listener) => accepted.includes(listener.protocol));
  }

  /** What we call ourselves on that transport towards that host. */
  advertised(protocol: Protocol, remoteHost: string): Address | undefined {
    const listener = this.#listenerFor(protocol, remoteHost);
    return listener === undefined ? undefined : this.#advertise(listener.address, remoteHost);
  }

  /** True for the addresses under which this edge itself can be reached. */
  isOurs(host: string, port: number): boolean {
    const names = new Set([
      "localhost",
      this.#config.externalAddress,
      ...readLocalAddresses().map((a) => a.address),
    ]);
    return this.#listeners.some(
      ({ address }) =>
        address.port === port && (address.host === host || (isWildcard(address.host) && names.has(host))),
    );
  }

  /**
   * The way to an IP address: an open connection, a new one, or the UDP socket. Websockets are only ever opened
   * by the other side, so without one the flow is a dead one, whose send() fails.
   */
  flowTo(protocol: Protocol, remote: Address, name?: string): Flow {
    const existing = this.#existing(protocol, remote);
    if (existing !== undefined) return existing;
    if (protocol === "ws" || protocol === "wss") return this.deadFlow(protocol, remote, connectionGone);
    const listener = this.#listenerFor(protocol, remote.host);
    const udp = this.#udp.find((candidate) => candidate === listener);
    if (udp !== undefined) return udp.flowTo(remote);
    const stream = this.#streams.find((candidate) => candidate === listener);
    if (stream === undefined || !this.#admit(remote.host))
      return this.deadFlow(protocol, remote, unreachable);
    return stream.connect(remote, name);
  }

  /** The way to an address that needs no new connection: one that is open, or the UDP socket. */
  openFlowTo({ protocol, host, port }: Hop): Flow | undefined {
    if (isIP(host) === 0) return undefined;
    return protocol === "udp" ? this.flowTo("udp", { host, port }) : this.#existing(protocol, { host, port });
  }

  /** A flow on which nothing can be sent: for a next hop that can't be found. */
  deadFlow(protocol: Protocol, remote: Address, failure: FlowFailure): Flow {
    const listener = this.#listenerFor(protocol, remote.host) ?? this.#listeners[0];
    const local = listener === undefined ? remote : this.#advertise(listener.address, remote.host);
    return {
      protocol,
      isReliable: true,
      remote,
      local,
      isOpen: false,
      failure,
      send: () => false,
      onClose: () => () => undefined,
      close: () => undefined,
    };
  }

  async close(): Promise<void> {
    for (const connection of this.#connections.values()) connection.close();
    await Promise.all(this.#listeners.splice(0).map((listener) => listener.close()));
  }

  async #listen(address: ListenAddress): Promise<void> {
    const { protocol } = address;
    if (protocol === "udp") {
      const udp = await listenUdp(address.host, address.port, this.#advertise, this.#inbox);
      this.#udp.push(udp);
      this.#listeners.push(udp);
      return;
    }
    const identity = protocol === "tls" || protocol === "wss" ? this.#requireIdentity(protocol) : undefined;
    const context = {
      advertise: this.#advertise,
      clock: this.#config.clock,
      limits: this.#config.limits,
      inbox: this.#inbox,
      admit: this.#admit,
      opened: this.#opened,
    };
    if (protocol === "ws" || protocol === "wss") {
      this.#listeners.push(await listenWebSocket(protocol, address, identity, context));
      return;
    }
    const stream = await listenStream(protocol, address, identity, context);
    this.#streams.push(stream);
    this.#listeners.push(stream);
  }

  #requireIdentity(protocol: Protocol): TlsIdentity {
    if (this.#config.tls === undefined) {
      throw Object.assign(new Error(`Listening on ${protocol} needs a certificate and a key`), {
        code: "NO_CERTIFICATE",
      });
    }
    return this.#config.tls;
  }

  readonly #advertise = (listener: Address, remoteHost: string): Address => {
    const { externalAddress } = this.#config;
    const host = chooseAdvertisedHost(listener.host, remoteHost, externalAddress, readLocalAddresses());
    return { host, port: listener.port };
  };

  /** Loopback has no limit of its own: the API server's upgrade proxy brings every browser from there. */
  readonly #admit = (remoteHost: string): boolean => {
    const { maxConnections, maxConnectionsPerAddress } = this.#config.limits;
    if (this.#connections.size >= maxConnections) return false;
    const isLoopback = remoteHost.startsWith("127.") || remoteHost === "::1";
    return isLoopback || (this.#perAddress.get(remoteHost) ?? 0) < maxConnectionsPerAddress;
  };

  readonly #opened = (flow: Flow): void => {
    const key = connectionKey(flow.protocol, flow.remote);
    this.#connections.set(key, flow);
    const { host } = flow.remote;
    this.#perAddress.set(host, (this.#perAddress.get(host) ?? 0) + 1);
    flow.onClose(() => {
      if (this.#connections.get(key) === flow) this.#connections.delete(key);
      const left = (this.#perAddress.get(host) ?? 1) - 1;
      if (left > 0) this.#perAddress.set(host, left);
      else this.#perAddress.delete(host);
    });
  };

  #existing(protocol: Protocol, remote: Address): Flow | undefined {
    const flow = this.#connections.get(connectionKey(protocol, remote));
    if (flow !== undefined || (protocol !== "ws" && protocol !== "wss")) return flow;
    return this.#connections.get(connectionKey(protocol === "ws" ? "wss" : "ws", remote));
  }

  #listenerFor(protocol: Protocol, remoteHost: string): Listener | undefined {
    const candidates = this.#listeners.filter((listener) => listener.protocol === protocol);
    if (remoteHost === "") return candidates[0];
    const sameFamily = candidates.filter((listener) => isIPv6(listener.address.host) === isIPv6(remoteHost));
    return (
      sameFamily.find((listener) => isReachableFrom(listener.address.host, remoteHost)) ??
      sameFamily[0] ??
      candidates[0]
    );
  }
}

function connectionKey(protocol: Protocol, remote: Address): string {
  return `${protocol}|${remote.host}|${String(remote.port)}`;
}

/** A loopback listener and the outside world can't see each other. */
function isReachableFrom(listenHost: string, remoteHost: string): boolean {
  return isWildcard(listenHost) || listenHost.startsWith("127.") === remoteHost.startsWith("127.");
}
