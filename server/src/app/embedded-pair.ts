/** Starts the embedded SIP edge and media server as a process of their own, and watches over it. */
import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Log } from "../base/log.ts";
import type { Config } from "../config.ts";

const HostPort = z.object({ host: z.string(), port: z.number() });
const Message = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("ready"),
    sipEdge: z.object({
      control: HostPort,
      listening: z.array(z.object({ protocol: z.string(), host: z.string(), port: z.number() })),
    }),
    media: z.object({ eventSocket: HostPort }),
  }),
  z.object({
    type: z.literal("failed"),
    error: z.object({ code: z.string().optional(), message: z.string(), what: z.string().optional() }),
  }),
]);
/** A line of the pair's log, to be written as ours are. */
const LogLine = z.object({
  type: z.literal("log"),
  level: z.enum(["info", "warn", "error"]),
  fields: z.record(z.string(), z.unknown()),
  msg: z.string(),
});
type Ready = Extract<z.infer<typeof Message>, { type: "ready" }>;

export interface EmbeddedPair {
  /** One of each, in the shape in which the real servers are configured. */
  drachtio: { host: string; port: number; secret: string }[];
  freeswitch: { host: string; port: number; secret: string }[];
  /** Where browsers' SIP over WebSocket is piped to. */
  webSocket: { host: string; port: number };
  /** What listens for calls from outside: `udp 0.0.0.0:5060`. */
  listening: string[];
  /** Resolves with a sentence when the process ends without `close`. */
  died: Promise<string>;
  close(): Promise<void>;
}

/** A start that failed for a reason that the operator can mend; the sentence names the thing and the variable. */
export class StartError extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = "StartError";
  }
}

const startWithinMs = 20_000;
const stopWithinMs = 8_000;

export async function startEmbeddedPair(
  config: Config,
  paths: { recordings: string; music: string },
  log: Log,
): Promise<EmbeddedPair> {
  const secrets = { control: secret(), eventSocket: secret() };
  const child = fork(programPath(), [], {
    env: { ...process.env, RINGDOWN_EMBEDDED_CONFIG: JSON.stringify(arrange(config, paths, secrets)) },
    execArgv: process.execArgv.filter((arg) => !arg.startsWith("--inspect")),
    serialization: "json",
  });
  writeLines(child, log);
  const exited = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => {
      resolve(`The embedded pair ended (${signal ?? `code ${code ?? "unknown"}`})`);
    });
  });
  const ready = await untilReady(child, exited);
  log.info({ listening: ready.sipEdge.listening }, "The embedded pair runs");
  return {
    drachtio: [{ ...ready.sipEdge.control, secret: secrets.control }],
    freeswitch: [{ ...ready.media.eventSocket, secret: secrets.eventSocket }],
    webSocket: findWebSocket(ready),
    listening: ready.sipEdge.listening
      .filter(({ protocol }) => protocol !== "ws")
      .map(({ protocol, host, port }) => `${protocol} ${host}:${port}`),
    died: exited,
    close: () => stop(child, exited),
  };
}

function secret(): string {
  return randomBytes(24).toString("base64url");
}

/** Compiled next to the server's own dist, or the source when the server itself runs from source. */
function programPath(): string {
  const isSource = import.meta.url.endsWith(".ts");
  const path = fileURLToPath(
    new URL(`../../../embedded/${isSource ? "src/main.ts" : "dist/main.js"}`, import.meta.url),
  );
  if (!existsSync(path)) throw new StartError("The embedded pair is not built: run npm run build");
  return path;
}

function arrange(
  config: Config,
  paths: { recordings: string; music: string },
  secrets: { control: string; eventSocket: string },
): object {
  const { host, port, tlsPort, externalAddress } = config.sip;
  const { tls } = config.http;
  const listen = [
    { protocol: "udp", host, port },
    { protocol: "tcp", host, port },
    { protocol: "ws", host: "127.0.0.1", port: 0 },
    ...(tls ? [{ protocol: "tls", host, port: tlsPort }] : []),
  ];
  return {
    sipEdge: {
      control: { host: "127.0.0.1", port: 0, secret: secrets.control },
      listen,
      ...(tls
        ? { tls: { cert: readFileSync(tls.certPath, "utf8"), key: readFileSync(tls.keyPath, "utf8") } }
        : {}),
      ...(externalAddress === undefined ? {} : { externalAddress }),
    },
    media: {
      eventSocket: { host: "127.0.0.1", port: 0, password: secrets.eventSocket },
      sip: { host: "127.0.0.1", port: 0 },
      rtp: {
        address: ownAddress(host),
        ...(externalAddress === undefined ? {} : { externalAddress }),
        portMin: config.media.rtpPorts[0],
        portMax: config.media.rtpPorts[1],
      },
      maxChannels: config.media.maxCalls,
      baseDirectories: { recordings: paths.recordings },
      localStreams: { moh: [paths.music] },
    },
  };
}

/** The address that goes into SDP: the one that SIP listens on, or the machine's first outward one. */
function ownAddress(listenHost: string): string {
  if (listenHost !== "0.0.0.0" && listenHost !== "::") return listenHost;
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";
}

function writeLines(child: ChildProcess, log: Log): void {
  child.on("message", (message) => {
    const { data } = LogLine.safeParse(message);
    if (data !== undefined) log[data.level]({ part: "embedded", ...data.fields }, data.msg);
  });
}

/** The first message that is not a line of its log. */
function firstWord(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => {
    const hear = (message: unknown) => {
      if (LogLine.safeParse(message).success) return;
      child.off("message", hear);
      resolve(message);
    };
    child.on("message", hear);
  });
}

async function untilReady(child: ChildProcess, exited: Promise<string>): Promise<Ready> {
  const message = firstWord(child);
  const timeout = new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new StartError(`The embedded pair was not ready within ${startWithinMs / 1000} s`));
    }, startWithinMs);
    void message.then(() => {
      clearTimeout(timer);
    });
    child.once("exit", () => {
      clearTimeout(timer);
    });
  });
  const first = await Promise.race([message, timeout, exited.then((sentence) => ({ exit: sentence }))]);
  const parsed = Message.safeParse(first);
  if (parsed.success && parsed.data.type === "ready") return parsed.data;
  if (parsed.success && parsed.data.type === "failed") throw new StartError(explain(parsed.data.error));
  throw new StartError("The embedded pair ended before it was ready; its own lines above say why");
}

function explain({
  code,
  message,
  what,
}: {
  code?: string | undefined;
  message: string;
  what?: string | undefined;
}): string {
  const subject = what ?? "a port of the embedded pair";
  if (code === "EADDRINUSE") return `${subject} is in use: set RINGDOWN_SIP_PORT to a free port`;
  if (code === "EACCES") return `No permission for ${subject}: set RINGDOWN_SIP_PORT above 1023`;
  if (code === "EADDRNOTAVAIL") return `${subject} is no address of this machine: set RINGDOWN_SIP_HOST`;
  return `The embedded pair could not start: ${message}`;
}

function findWebSocket(ready: Ready): { host: string; port: number } {
  const found = ready.sipEdge.listening.find(({ protocol }) => protocol === "ws");
  if (found === undefined) throw new Error("The embedded SIP edge does not listen for WebSockets");
  return { host: found.host, port: found.port };
}

async function stop(child: ChildProcess, exited: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), stopWithinMs);
  await exited;
  clearTimeout(timer);
}

/** Where shipped assets lie, from source and from dist alike. */
export const shippedMusic = fileURLToPath(new URL("../../assets/music/hold.wav", import.meta.url));
export const recordingsDir = (dataDir: string): string => join(dataDir, "recordings");
