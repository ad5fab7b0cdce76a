import { isIP } from "node:net";
import { resolve } from "node:path";
import { z } from "zod";

const port = z.coerce.number("a port, 0 to 65535").int("a port, 0 to 65535").min(0).max(65_535);
const host = z.string().trim().min(1).max(255);
const secret = z.string().min(1);
const list = z.string().transform((text) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== ""),
);
const portList = list
  .transform((parts) => parts.map(Number))
  .pipe(z.array(z.number("ports, 0 to 65535").int("ports, 0 to 65535").min(0).max(65_535)));
/** A URL that a browser refuses would fail every call, so it is refused here (RFC 7064, RFC 7065). */
const iceUrls = (schemes: string, options: string, like: string) =>
  list.pipe(
    z.array(
      z
        .string()
        .regex(
          new RegExp(`^${schemes}:(\\[[0-9a-fA-F:.]+\\]|[A-Za-z0-9.-]+)(:\\d{1,5})?${options}$`),
          `URLs like ${like}`,
        ),
    ),
  );
const stunUrls = iceUrls("stuns?", "", "stun:stun.example.com:3478 (relays go to RINGDOWN_TURN_URLS)");
const turnUrls = iceUrls("turns?", "(\\?transport=(udp|tcp))?", "turn:turn.example.com:3478?transport=udp");
const address = z.string().refine((text) => isIP(text) !== 0, "an IP address");
const portRange = z
  .string()
  .regex(/^\d{1,5}-\d{1,5}$/, "two ports with a dash, like 20000-20999")
  .transform((text) => text.split("-").map(Number) as [number, number])
  .refine(
    ([low, high]) => low >= 1024 && high <= 65_535 && high - low >= 3,
    "from 1024 to 65535, low to high",
  );

/**
 * Every variable that the program reads. `.env.example` describes them for people; a test holds the two together.
 * The names of the real servers' variables are those of `npm run test:live`.
 */
const Environment = z.object({
  RINGDOWN_HTTP_HOST: host.default("127.0.0.1"),
  RINGDOWN_HTTP_PORT: port.default(8080),
  RINGDOWN_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  RINGDOWN_TRUSTED_PROXIES: list.default([]),
  RINGDOWN_TLS_CERT: z.string().optional(),
  RINGDOWN_TLS_KEY: z.string().optional(),
  RINGDOWN_SIP_HOST: host.default("0.0.0.0"),
  RINGDOWN_SIP_PORT: port.default(5060),
  RINGDOWN_SIP_TLS_PORT: port.default(5061),
  RINGDOWN_SIP_DOMAIN: host.default("ringdown.local"),
  RINGDOWN_RTP_PORTS: portRange.default([20_000, 20_999]),
  RINGDOWN_EXTERNAL_ADDRESS: address.optional(),
  RINGDOWN_MAX_CALLS: z.coerce.number().int().min(1).max(2_000).default(60),
  RINGDOWN_MEDIA_TIMEOUT_SECONDS: z.coerce.number().int().min(0).max(3_600).default(20),
  RINGDOWN_DATA_DIR: z.string().trim().min(1).default("./data"),
  RINGDOWN_DEMO: z.enum(["yes", "no"]).default("yes"),
  RINGDOWN_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  RINGDOWN_METRICS_HOST: host.default("127.0.0.1"),
  RINGDOWN_METRICS_PORT: port.optional(),
  RINGDOWN_DRAIN_SECONDS: z.coerce.number().int().min(0).max(86_400).default(30),
  RINGDOWN_NODE_ID: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/)
    .default("node-1"),
  RINGDOWN_ICE_SERVERS: stunUrls.default([]),
  RINGDOWN_TURN_URLS: turnUrls.default([]),
  RINGDOWN_TURN_SECRET: secret.optional(),
  RINGDOWN_TURN_TTL_SECONDS: z.coerce.number().int().min(60).max(604_800).default(43_200),
  RINGDOWN_REGION: z
    .string()
    .regex(/^[A-Z]{2}$/, "two capital letters of ISO 3166, like US")
    .optional(),
  RINGDOWN_EMERGENCY_NUMBERS: list.default([]),
  RINGDOWN_SECRETS_KEY: z
    .string()
    .regex(/^[A-Za-z0-9+/]{43}=$/, "32 bytes in base64, as `openssl rand -base64 32` makes them")
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  DRACHTIO_HOST: list.pipe(z.array(host)).optional(),
  DRACHTIO_PORT: portList.default([9022]),
  DRACHTIO_SECRET: secret.optional(),
  DRACHTIO_WS_URL: list.pipe(z.array(z.url({ protocol: /^wss?$/ }))).default([]),
  FREESWITCH_HOST: list.pipe(z.array(host)).optional(),
  FREESWITCH_PORT: portList.default([8021]),
  FREESWITCH_SECRET: secret.optional(),
  RINGDOWN_ESL_HOST: host.default("127.0.0.1"),
  RINGDOWN_ESL_PORT: port.default(0),
});

export const variableNames = Object.keys(Environment.shape);

const Checked = Environment.superRefine((env, context) => {
  const together = (names: (keyof typeof env)[]) => {
    const given = names.filter((name) => env[name] !== undefined);
    if (given.length === 0 || given.length === names.length) return;
    for (const name of names.filter((name) => env[name] === undefined))
      context.addIssue({
        code: "custom",
        path: [name],
        message: `needed, since ${given.join(" and ")} is set`,
      });
  };
  together(["RINGDOWN_TLS_CERT", "RINGDOWN_TLS_KEY"]);
  together(["DRACHTIO_HOST", "DRACHTIO_SECRET", "FREESWITCH_HOST", "FREESWITCH_SECRET"]);
  /** One value for all servers, or one for each. */
  const perServer = (name: "DRACHTIO_PORT" | "DRACHTIO_WS_URL" | "FREESWITCH_PORT", hosts: string[] = []) => {
    const { length } = env[name];
    if (length > 1 && length !== hosts.length)
      context.addIssue({
        code: "custom",
        path: [name],
        message: `one for all ${hosts.length} servers, or one for each; there are ${length}`,
      });
  };
  perServer("DRACHTIO_PORT", env.DRACHTIO_HOST);
  perServer("DRACHTIO_WS_URL", env.DRACHTIO_HOST);
  perServer("FREESWITCH_PORT", env.FREESWITCH_HOST);
  if (env.RINGDOWN_TURN_URLS.length > 0 && env.RINGDOWN_TURN_SECRET === undefined)
    context.addIssue({
      code: "custom",
      path: ["RINGDOWN_TURN_SECRET"],
      message: "needed, since RINGDOWN_TURN_URLS is set",
    });
});

/** A SIP edge: drachtio-server's control socket. */
export interface DrachtioAddress {
  host: string;
  port: number;
  secret: string;
  /** Where this server listens for SIP over WebSocket, to which the softphones' `/sip` is piped. */
  webSocketUrl: string | undefined;
}

/** A media server: FreeSWITCH's event socket. */
export interface FreeswitchAddress {
  host: string;
  port: number;
  secret: string;
}

export interface Config {
  nodeId: string;
  dataDir: string;
  demo: boolean;
  logLevel: string;
  drainMs: number;
  http: {
    host: string;
    port: number;
    publicUrl: string | undefined;
    trustedProxies: string[];
    tls: { certPath: string; keyPath: string } | undefined;
  };
  /** Undefined: there is no metrics endpoint. Port 0: any free one. */
  metrics: { host: string; port: number } | undefined;
  sip: {
    host: string;
    port: number;
    tlsPort: number;
    domain: string;
    externalAddress: string | undefined;
    /** ISO 3166: where numbers without a country code are from; undefined: they stay as they are. */
    region: string | undefined;
    /** Besides those of the region (docs/trunks.md). */
    emergencyNumbers: string[];
  };
  media: {
    rtpPorts: [number, number];
    maxCalls: number;
    /** 0: no limit. */
    timeoutMs: number;
    eslHost: string;
    eslPort: number;
  };
  /** STUN URLs, handed to browsers as they are. */
  iceServers: string[];
  /** TURN relays for which each browser gets a credential of its own, derived from the secret that they share. */
  turn: { urls: string[]; secret: string; ttlMs: number } | undefined;
  /** 32 bytes in base64, by which carriers' passwords are encrypted at rest; undefined: a file in dataDir. */
  secretsKey: string | undefined;
  /** Where traces go (OTLP over HTTP); undefined: there are none. */
  tracing: { endpoint: string } | undefined;
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  /** Undefined: the embedded pair is started. */
  servers: { drachtio: DrachtioAddress[]; freeswitch: FreeswitchAddress[] } | undefined;
}

/** All that is wrong with the environment, at once: one line a variable. */
export class ConfigError extends Error {
  readonly problems: string[];
  constructor(problems: string[]) {
    super(`The configuration is wrong:\n${problems.map((line) => `  ${line}`).join("\n")}`);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** Reads the configuration; an empty variable counts as not set. Throws ConfigError. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => name in Environment.shape && value !== ""),
  );
  const parsed = Checked.safeParse(given);
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`));
  return arrange(parsed.data);
}

function arrange(env: z.infer<typeof Environment>): Config {
  return {
    nodeId: env.RINGDOWN_NODE_ID,
    dataDir: resolve(env.RINGDOWN_DATA_DIR),
    demo: env.RINGDOWN_DEMO === "yes",
    logLevel: env.RINGDOWN_LOG_LEVEL,
    drainMs: env.RINGDOWN_DRAIN_SECONDS * 1_000,
    http: {
      host: env.RINGDOWN_HTTP_HOST,
      port: env.RINGDOWN_HTTP_PORT,
      publicUrl: env.RINGDOWN_PUBLIC_URL?.replace(/\/$/, ""),
      trustedProxies: env.RINGDOWN_TRUSTED_PROXIES,
      tls:
        env.RINGDOWN_TLS_CERT !== undefined && env.RINGDOWN_TLS_KEY !== undefined
          ? { certPath: env.RINGDOWN_TLS_CERT, keyPath: env.RINGDOWN_TLS_KEY }
          : undefined,
    },
    metrics:
      env.RINGDOWN_METRICS_PORT === undefined
        ? undefined
        : { host: env.RINGDOWN_METRICS_HOST, port: env.RINGDOWN_METRICS_PORT },
    sip: {
      host: env.RINGDOWN_SIP_HOST,
      port: env.RINGDOWN_SIP_PORT,
      tlsPort: env.RINGDOWN_SIP_TLS_PORT,
      domain: env.RINGDOWN_SIP_DOMAIN,
      externalAddress: env.RINGDOWN_EXTERNAL_ADDRESS,
      region: env.RINGDOWN_REGION,
      emergencyNumbers: env.RINGDOWN_EMERGENCY_NUMBERS,
    },
    media: {
      rtpPorts: env.RINGDOWN_RTP_PORTS,
      maxCalls: env.RINGDOWN_MAX_CALLS,
      timeoutMs: env.RINGDOWN_MEDIA_TIMEOUT_SECONDS * 1_000,
      eslHost: env.RINGDOWN_ESL_HOST,
      eslPort: env.RINGDOWN_ESL_PORT,
    },
    iceServers: env.RINGDOWN_ICE_SERVERS,
    turn: arrangeTurn(env),
    secretsKey: env.RINGDOWN_SECRETS_KEY,
    tracing:
      env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
        ? undefined
        : { endpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT },
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    servers: arrangeServers(env),
  };
}

function arrangeTurn(env: z.infer<typeof Environment>): Config["turn"] {
  const { RINGDOWN_TURN_URLS: urls, RINGDOWN_TURN_SECRET: secret, RINGDOWN_TURN_TTL_SECONDS: seconds } = env;
  return urls.length > 0 && secret !== undefined ? { urls, secret, ttlMs: seconds * 1_000 } : undefined;
}

function arrangeServers(env: z.infer<typeof Environment>): Config["servers"] {
  const { DRACHTIO_HOST, DRACHTIO_SECRET, FREESWITCH_HOST, FREESWITCH_SECRET } = env;
  if (!DRACHTIO_HOST || !DRACHTIO_SECRET || !FREESWITCH_HOST || !FREESWITCH_SECRET) return undefined;
  return {
    drachtio: DRACHTIO_HOST.map((host, index) => ({
      host,
      port: oneOf(env.DRACHTIO_PORT, index) ?? 9022,
      secret: DRACHTIO_SECRET,
      webSocketUrl: oneOf(env.DRACHTIO_WS_URL, index),
    })),
    freeswitch: FREESWITCH_HOST.map((host, index) => ({
      host,
      port: oneOf(env.FREESWITCH_PORT, index) ?? 8021,
      secret: FREESWITCH_SECRET,
    })),
  };
}

/** The value for one server: its own, or the one for all. */
function oneOf<T>(values: readonly T[], index: number): T | undefined {
  return values.length === 1 ? values[0] : values[index];
}
