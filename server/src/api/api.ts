/** The door of the API: HTTP and WebSocket over the contract's endpoints. The only folder that knows Express. */
import { existsSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import { Failure } from "../base/failure.ts";
import type { BoundEndpoint } from "../base/handler.ts";
import type { Log } from "../base/log.ts";
import { Connections } from "./connections.ts";
import { renderDocs } from "./docs-page.ts";
import { routeOf, type RouteParts } from "./endpoint-route.ts";
import { answerError } from "./error-answer.ts";
import { describeApi } from "./openapi.ts";
import { type AnsweredRequest, followRequests, nameRoute } from "./request-log.ts";
import { defaultRateLimits, openLimiter, RateLimited, type RateLimits } from "./rate-limits.ts";
import { setSecurityHeaders } from "./security-headers.ts";
import type { Sessions } from "./sessions.ts";
import { serveApp } from "./static-app.ts";

/** Takes over one upgrade request; it owns the socket from then on. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface ApiOptions {
  endpoints: readonly BoundEndpoint[];
  sessions: Sessions;
  /** WebSocket upgrades by path: `/api/realtime` (the hub's handleUpgrade), the way to the SIP edge. */
  upgradeHandlers: Readonly<Record<string, UpgradeHandler>>;
  /** The built app (with index.html); null or missing: only the API is served. */
  staticDir: string | null;
  host: string;
  /** 0: a free one. */
  port: number;
  tls?: { cert: string | Buffer; key: string | Buffer } | undefined;
  log: Log;
  /** Program version, for the OpenAPI document. */
  version: string;
  /** As browsers see this server, `https://calls.example.org`; default: from each request's Host. */
  publicUrl?: string | undefined;
  /** Addresses and networks of proxies whose X-Forwarded-* headers are believed; default none. */
  trustedProxies?: readonly string[];
  /** Other origins that the app connects to, such as `wss://sip.example.org`. */
  connectSources?: readonly string[];
  /** Per minute; see rate-limits.ts. */
  rateLimits?: Partial<RateLimits>;
  /** Hears each request once it is answered. Must be quick. */
  onRequest?: (request: AnsweredRequest) => void;
  /** Tests and development: an answer against the contract is an error. */
  strictResults?: boolean;
}

export interface Api {
  port: number;
  /**
   * Takes no new requests, lets those under way end (at most two seconds), closes. Upgraded connections stay: they
   * are their handlers' to close. Idempotent.
   */
  close(): Promise<void>;
}

const closePatienceMs = 2_000;
/** Below what a process may usually have open, so that the database and the ledger's file still get theirs. */
const mostConnections = 10_000;

/** Listens; rejects with an Error that names host and port when they cannot be had (the code stays on `cause`). */
export async function startApi(options: ApiOptions): Promise<Api> {
  const app = buildApp(options);
  const server = createServer(app, options);
  server.maxConnections = mostConnections;
  server.headersTimeout = 10_000;
  server.requestTimeout = 120_000; // a prompt of 10 MB over a slow line
  server.keepAliveTimeout = 65_000; // longer than the proxies' own, so that they never reuse a closing connection
  const connections = new Connections();
  server.on(options.tls ? "secureConnection" : "connection", (socket: Duplex) => {
    connections.add(socket);
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    connections.release(socket);
    upgrade(options, request, socket, head);
  });
  const { port } = await listen(server, options.host, options.port);
  let closing: Promise<void> | null = null;
  return {
    port,
    close() {
      closing ??= closeServer(server, connections);
      return closing;
    },
  };
}

function createServer(app: Express, { tls }: ApiOptions): Server {
  // How often the time-outs above are looked at; by default so seldom that a slow sender has 45 s.
  const limits = { connectionsCheckingInterval: 3_000 };
  return tls === undefined ? createHttpServer(limits, app) : createHttpsServer({ ...limits, ...tls }, app);
}

function buildApp(options: ApiOptions): Express {
  const { endpoints, log, publicUrl, tls, trustedProxies = [], staticDir } = options;
  const app = express();
  app.disable("x-powered-by");
  app.set("query parser", "simple");
  app.set("trust proxy", trustedProxies.length > 0 ? [...trustedProxies] : false);
  app.set("etag", false);
  const isHttps = tls !== undefined || publicUrl?.startsWith("https:") === true;
  app.use(
    followRequests(log, options.onRequest ?? (() => undefined)),
    setSecurityHeaders(isHttps, options.connectSources ?? []),
  );
  const parts = routeParts(options);
  mountDocs(app, options);
  for (const bound of endpoints) {
    const { path } = bound.endpoint;
    app[methodOf(bound)](path, nameRoute(path), noStore, ...routeOf(bound, parts));
  }
  app.use("/api", () => {
    throw new Failure("not-found", "There is no such endpoint; /api/docs lists them");
  });
  if (staticDir !== null && existsSync(join(staticDir, "index.html")))
    app.use(nameRoute("app"), serveApp(staticDir));
  app.use(nameRoute("none"), () => {
    throw new Failure("not-found", "There is no such page");
  });
  app.use(answerErrors(log));
  return app;
}

function routeParts(options: ApiOptions): RouteParts {
  const limits = { ...defaultRateLimits, ...options.rateLimits };
  return {
    sessions: options.sessions,
    log: options.log,
    strictResults: options.strictResults ?? false,
    publicUrl: options.publicUrl ?? null,
    limiters: {
      anonymous: openLimiter(limits.anonymousPerAddress, 60),
      session: openLimiter(limits.perSession, 60),
      sensitive: openLimiter(limits.sensitivePerAddress, 60),
    },
  };
}

function methodOf({ endpoint }: BoundEndpoint): "get" | "post" | "put" | "patch" | "delete" {
  return endpoint.method.toLowerCase() as "get" | "post" | "put" | "patch" | "delete";
}

function mountDocs(app: Express, { endpoints, version }: ApiOptions): void {
  const document = describeApi(
    endpoints.map((bound) => bound.endpoint),
    version,
  );
  const page = renderDocs(document);
  app.get("/api/openapi.json", (_request, response) => {
    response.json(document);
  });
  app.get("/api/docs", (_request, response) => {
    response.type("html").send(page);
  });
}

const noStore: RequestHandler = (_request, response, next) => {
  response.setHeader("Cache-Control", "no-store");
  next();
};

function answerErrors(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const { status, body } = answerError(error, String(response.locals["requestId"]), log);
    if (response.headersSent) {
      request.socket.destroy(); // half a file was sent: the only way left to say that it is not whole
      return;
    }
    if (error instanceof RateLimited) response.setHeader("Retry-After", error.retryAfterSeconds);
    for (const name of ["Content-Disposition", "Accept-Ranges", "Last-Modified"]) response.removeHeader(name);
    response.status(status).json(body);
  };
}

function upgrade(options: ApiOptions, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  socket.on("error", (error) => {
    options.log.debug({ error: error.message }, "an upgrading connection broke");
  });
  const path = (request.url ?? "").split("?")[0] ?? "";
  const handler = Object.hasOwn(options.upgradeHandlers, path) ? options.upgradeHandlers[path] : undefined;
  if (handler === undefined) {
    socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    return;
  }
  handler(request, socket, head);
}

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE"
          ? "it is in use"
          : error.code === "EACCES"
            ? "there is no right to it"
            : error.message;
      reject(new Error(`HTTP cannot listen on ${host}:${port}: ${why}`, { cause: error }));
    });
    server.listen(port, host, () => {
      resolve(server.address() as AddressInfo);
    });
  });
}

/** Not by the server's own callback: that waits for upgraded connections too, which others close. */
async function closeServer(server: Server, connections: Connections): Promise<void> {
  const giveUp = setTimeout(() => {
    server.closeAllConnections();
  }, closePatienceMs);
  server.close();
  server.closeIdleConnections();
  await connections.ended();
  clearTimeout(giveUp);
}
