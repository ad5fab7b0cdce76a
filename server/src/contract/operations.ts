import { z } from "zod";
import { endpoint } from "./endpoint.ts";

/** `host:port` of a server's control socket, as it is configured: by this it is known everywhere. */
export const ServerName = z
  .string()
  .regex(/^[A-Za-z0-9._:%[\]-]{1,300}$/, "host:port")
  .describe("host:port of the server's control socket, as it is configured");

const count = z.number().int().nonnegative();
const epochMs = z.number().int();

/** A SIP edge (drachtio), as this node sees it. */
export const SipServer = z.object({
  name: ServerName,
  state: z.enum(["up", "down"]),
  /** Of the state. */
  since: epochMs,
  reconnects: count,
  /** Legs of this node whose dialogs it keeps. */
  legs: count,
  /** Phones that are registered over it with this node. */
  registrations: count,
  /** What is wrong, or that nothing is. */
  sentence: z.string(),
});
export type SipServer = z.infer<typeof SipServer>;

export const MediaServerState = z.enum(["up", "down", "draining", "paused"]);
export type MediaServerState = z.infer<typeof MediaServerState>;

/** A media server (FreeSWITCH), as this node sees it. */
export const MediaServer = z.object({
  name: ServerName,
  /** `draining`: an administrator wants it empty; `paused`: it says itself that it takes no sessions. */
  state: MediaServerState,
  /** Also while it is down. */
  isDraining: z.boolean(),
  /** Of its connection, up or down. */
  since: epochMs,
  reconnects: count,
  /** Everybody's, as it told last; null: it is down. */
  sessions: count.nullable(),
  /** 0: no limit is known. */
  maxSessions: count.nullable(),
  /** Channels of this node's calls, as they are now: one for each leg. */
  channels: count,
  /** Channels of this node's calls that wait for their turn to begin. */
  waiting: count,
  /** Of its machine, 0 to 1. */
  idleCpu: z.number().min(0).max(1).nullable(),
  /** Channels that it did not give this node, by cause. */
  failures: z.record(z.string(), count),
  /** It is drained, and nobody's call is on it. */
  mayBeStopped: z.boolean(),
  /** What is wrong, or how it stands. */
  sentence: z.string(),
});
export type MediaServer = z.infer<typeof MediaServer>;

export const Servers = z.object({
  /** The node that tells. */
  nodeId: z.string(),
  sip: z.array(SipServer),
  media: z.array(MediaServer),
});
export type Servers = z.infer<typeof Servers>;

export const listServers = endpoint({
  method: "GET",
  path: "/api/operations/servers",
  access: "administrator",
  summary: "SIP edges and media servers: which are up, how loaded they are, what is wrong",
  result: Servers,
});

export const drainMediaServer = endpoint({
  method: "POST",
  path: "/api/operations/media-servers/drain",
  access: "administrator",
  summary: "Gives a media server no new calls; those on it go on. Also after a restart, and for every node",
  body: z
    .object({
      name: ServerName,
      /** Even if nobody is left to take calls. */
      force: z.boolean().default(false),
    })
    .strict(),
  result: Servers,
});

export const undrainMediaServer = endpoint({
  method: "POST",
  path: "/api/operations/media-servers/undrain",
  access: "administrator",
  summary: "Gives a drained media server calls again",
  body: z.object({ name: ServerName }).strict(),
  result: Servers,
});
