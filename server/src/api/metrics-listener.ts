/** `GET /metrics` on a port of its own, so that a firewall can tell it from the app: no session guards it. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Failure } from "../base/failure.ts";
import { describeError, type Log } from "../base/log.ts";

export interface MetricsListenerOptions {
  host: string;
  /** 0: any free one. */
  port: number;
  contentType: string;
  scrape(): Promise<string>;
  log: Log;
}

export interface MetricsListener {
  port: number;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Listens; rejects with Failure "unavailable" when the port can't be had. */
export async function startMetricsListener(options: MetricsListenerOptions): Promise<MetricsListener> {
  const server = createServer((request, response) => {
    const isAsked = (request.url ?? "").split("?")[0] === "/metrics";
    if (!isAsked) return answer(response, 404, "text/plain", "Only /metrics is here\n");
    if (request.method !== "GET" && request.method !== "HEAD")
      return answer(response, 405, "text/plain", "Only GET is answered\n");
    void serve(response, options);
  });
  server.headersTimeout = 10_000;
  server.maxConnections = 100;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  }).catch((error: unknown) => {
    const { host, port } = options;
    throw new Failure("unavailable", `Metrics can't be served at ${host}:${port}: ${describeError(error)}`);
  });
  let closed: Promise<void> | null = null;
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      (closed ??= new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      })),
  };
}

async function serve(response: ServerResponse, options: MetricsListenerOptions): Promise<void> {
  try {
    answer(response, 200, options.contentType, await options.scrape());
  } catch (error) {
    options.log.error({ error: describeError(error) }, "The metrics could not be gathered");
    answer(response, 500, "text/plain", "The metrics could not be gathered\n");
  }
}

function answer(response: ServerResponse, status: number, contentType: string, text: string): void {
  response.writeHead(status, { "content-type": contentType, "cache-control": "no-store" });
  response.end(text);
}
