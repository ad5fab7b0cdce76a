/** What the server told of STUN and TURN, in the shape in which the browser takes it. */
export type IceServers = readonly {
  urls: string[];
  username?: string | undefined;
  credential?: string | undefined;
}[];

/** How the browser talks to a relay. */
export type RelayWay = "udp" | "tcp" | "tls";

export interface Relay {
  way: RelayWay;
  /** Host and port, as a person who opens firewalls needs them. */
  address: string;
  server: { urls: string[]; username?: string | undefined; credential?: string | undefined };
}

/** Each relay URL for itself. RFC 7065: `turn:host:port?transport=udp`, `turns:` is TLS; 3478 and 5349 by default. */
export function relaysOf(servers: IceServers): Relay[] {
  return servers.flatMap((server) =>
    server.urls.flatMap((url) => {
      const [, scheme, host, port, transport] =
        /^(turns?):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(\w+))?$/.exec(url) ?? [];
      if (scheme === undefined || host === undefined) return [];
      const way = scheme === "turns" ? "tls" : transport === "tcp" ? "tcp" : "udp";
      const address = `${host}:${port ?? (way === "tls" ? "5349" : "3478")}`;
      return [{ way, address, server: { ...server, urls: [url] } } satisfies Relay];
    }),
  );
}

/** The kind of candidate without which an offer may be of no use to the other side. */
export function neededCandidate(servers: IceServers): "host" | "srflx" | "relay" {
  if (relaysOf(servers).length > 0) return "relay";
  return servers.length > 0 ? "srflx" : "host";
}
