import { Counter, Gauge, type Registry } from "prom-client";
import type { MediaServer, SipServer } from "../contract/operations.ts";

/** The SIP edges and media servers, as this node sees them when it is asked. */
export interface ServerSources {
  servers(): { sip: readonly SipServer[]; media: readonly MediaServer[] };
}

/** A series for each server that is configured; a figure that is not known is left out rather than zero. */
export function watchServers(registry: Registry, { servers }: ServerSources): void {
  const gauge = (name: string, help: string, read: () => readonly (readonly [string, number | null])[]) => {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames: ["server"],
        registers: [],
        collect() {
          this.reset();
          for (const [server, value] of read()) if (value !== null) this.set({ server }, value);
        },
      }),
    );
  };
  const media = (read: (server: MediaServer) => number | null) => () =>
    servers().media.map((server) => [server.name, read(server)] as const);
  const sip = (read: (server: SipServer) => number) => () =>
    servers().sip.map((server) => [server.name, read(server)] as const);
  gauge(
    "ringdown_media_server_up",
    "1 when the media server is connected and answers.",
    media(({ state }) => Number(state !== "down")),
  );
  gauge(
    "ringdown_media_server_draining",
    "1 when an administrator wants it empty.",
    media(({ isDraining }) => Number(isDraining)),
  );
  gauge(
    "ringdown_media_server_paused",
    "1 when it says itself that it takes no sessions.",
    media(({ state }) => Number(state === "paused")),
  );
  gauge(
    "ringdown_media_server_channels",
    "Channels of this node's calls on it.",
    media(({ channels }) => channels),
  );
  gauge(
    "ringdown_media_server_waiting",
    "Channels of this node's calls that wait for their turn to begin on it.",
    media(({ waiting }) => waiting),
  );
  gauge(
    "ringdown_media_server_sessions",
    "Everybody's sessions on it, as it told last.",
    media(({ sessions }) => sessions),
  );
  gauge(
    "ringdown_media_server_max_sessions",
    "How many it takes; 0: no limit is known.",
    media(({ maxSessions }) => maxSessions),
  );
  gauge(
    "ringdown_media_server_idle_cpu_ratio",
    "How idle its machine is, 0 to 1.",
    media(({ idleCpu }) => idleCpu),
  );
  gauge(
    "ringdown_sip_server_up",
    "1 when the SIP edge is connected and answers.",
    sip(({ state }) => Number(state === "up")),
  );
  gauge(
    "ringdown_sip_server_registrations",
    "Phones registered over it with this node.",
    sip(({ registrations }) => registrations),
  );
  countReconnects(registry, servers);
}

/** What the connections count: told as it stands. */
function countReconnects(registry: Registry, servers: ServerSources["servers"]): void {
  const counter = (name: string, help: string, read: () => readonly { name: string; reconnects: number }[]) =>
    registry.registerMetric(
      new Counter({
        name,
        help,
        labelNames: ["server"],
        registers: [],
        collect() {
          this.reset();
          for (const each of read()) this.inc({ server: each.name }, each.reconnects);
        },
      }),
    );
  counter(
    "ringdown_media_server_reconnects_total",
    "Connections to the media server after the first one.",
    () => servers().media,
  );
  counter(
    "ringdown_sip_server_reconnects_total",
    "Connections to the SIP edge after the first one.",
    () => servers().sip,
  );
  registry.registerMetric(
    new Counter({
      name: "ringdown_media_channel_failures_total",
      help: "Channels that the media server did not give: refused (a SIP status), timeout, failed (anything else).",
      labelNames: ["server", "cause"],
      registers: [],
      collect() {
        this.reset();
        for (const { name: server, failures } of servers().media)
          for (const cause of ["refused", "timeout", "failed"])
            this.inc({ server, cause }, failures[cause] ?? 0);
      },
    }),
  );
}
