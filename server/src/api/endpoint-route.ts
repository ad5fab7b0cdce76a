import { isAbsolute } from "node:path";
import express, { type Request, type RequestHandler, type Response } from "express";
import type { BoundEndpoint, FileResult, RequestContext } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import type { Endpoint } from "../contract/endpoint.ts";
import { describeError, type Log } from "../base/log.ts";
import type { Limiter } from "./rate-limits.ts";
import { passGate, readSessionToken } from "./request-gate.ts";
import { parseInput } from "./request-input.ts";
import { sessionCookie, type Sessions, type SignedIn } from "./sessions.ts";

export interface RouteParts {
  sessions: Sessions;
  log: Log;
  /** Refuse to send what the contract doesn't promise; otherwise it is only logged. */
  strictResults: boolean;
  limiters: { anonymous: Limiter; session: Limiter; sensitive: Limiter };
  /** As the browser sees us; null: from the request. */
  publicUrl: string | null;
}

const jsonLimit = "2mb";
const largeJsonLimit = "32mb";
const audioLimit = "11mb";

/** The chain of one endpoint: limits and gate before the body is read, then parse, run, answer. */
export function routeOf(bound: BoundEndpoint, parts: RouteParts): RequestHandler[] {
  return [gateOf(bound.endpoint, parts), ...bodyParsers(bound.endpoint), runOf(bound, parts)];
}

function gateOf(endpoint: Endpoint, parts: RouteParts): RequestHandler {
  const isSensitive =
    endpoint.access === "public" && endpoint.method !== "GET" && endpoint.path !== "/api/session";
  return async (request, response, next) => {
    const signedIn = await passLimits(endpoint, request, parts);
    if (isSensitive) await parts.limiters.sensitive.spend(addressOf(request));
    response.locals["signedIn"] = signedIn;
    next();
  };
}

/** A refused session counts against the address, so that guessing tokens is no cheaper than anything else. */
async function passLimits(
  endpoint: Endpoint,
  request: Request,
  { sessions, limiters }: RouteParts,
): Promise<SignedIn | null> {
  if (endpoint.path === "/healthz" || endpoint.path === "/readyz") return null;
  try {
    const signedIn = await passGate(endpoint, request, sessions);
    if (signedIn !== null) await limiters.session.spend(signedIn.sessionId);
    else await limiters.anonymous.spend(addressOf(request));
    return signedIn;
  } catch (error) {
    if (error instanceof Failure && error.code === "unauthenticated")
      await limiters.anonymous.spend(addressOf(request));
    throw error;
  }
}

function bodyParsers(endpoint: Endpoint): RequestHandler[] {
  if (endpoint.method === "GET") return [];
  if (endpoint.requestType !== undefined)
    return [
      express.raw({ type: [endpoint.requestType, "audio/x-wav", "audio/vnd.wave"], limit: audioLimit }),
      refuseOtherThan(endpoint.requestType),
    ];
  const limit = endpoint.largeBody === true ? largeJsonLimit : jsonLimit;
  return [express.json({ limit, strict: false }), refuseOtherThan("application/json")];
}

/** A body that no parser took is of a kind that the endpoint doesn't understand. */
function refuseOtherThan(type: string): RequestHandler {
  return (request, _response, next) => {
    const hasBody =
      Number(request.headers["content-length"] ?? 0) > 0 || "transfer-encoding" in request.headers;
    if (hasBody && request.body === undefined)
      throw new Failure("unsupported-media", `The content must be ${type}`);
    next();
  };
}

function runOf(bound: BoundEndpoint, parts: RouteParts): RequestHandler {
  const { endpoint } = bound;
  return async (request, response) => {
    const input = parseInput(endpoint, request);
    const result = await bound.run(input, contextOf(request, response, parts));
    if (endpoint.resultType !== undefined) {
      const { download } = input.query as { download?: boolean };
      return await sendFile(response, result as FileResult, download === true);
    }
    const isNotReady = endpoint.path === "/readyz" && !(result as { ok: boolean }).ok;
    response.status(isNotReady ? 503 : 200).json(checkResult(endpoint, result, parts));
  };
}

function contextOf(request: Request, response: Response, { publicUrl }: RouteParts): RequestContext {
  const signedIn = response.locals["signedIn"] as SignedIn | null;
  const origin = publicUrl ?? `${request.protocol}://${request.headers.host ?? "localhost"}`;
  const secure = origin.startsWith("https:");
  return {
    user: signedIn?.user ?? null,
    ip: addressOf(request),
    requestId: String(response.locals["requestId"]),
    origin,
    sessionToken: readSessionToken(request.headers.cookie),
    setSession(token, expiresAt) {
      const options = { httpOnly: true, sameSite: "lax", secure, path: "/" } as const;
      if (token === null) response.clearCookie(sessionCookie, options);
      else
        response.cookie(sessionCookie, token, { ...options, ...(expiresAt ? { expires: expiresAt } : {}) });
    },
  };
}

function addressOf(request: Request): string {
  return request.ip ?? "unknown";
}

/** What the contract promises, without what it doesn't: a column too many never leaves the house. */
function checkResult(endpoint: Endpoint, result: unknown, { strictResults, log }: RouteParts): unknown {
  const parsed = endpoint.result.safeParse(result);
  if (parsed.success) return parsed.data;
  const name = `${endpoint.method} ${endpoint.path}`;
  if (strictResults) throw new Error(`${name} answers against its contract: ${describeError(parsed.error)}`);
  log.error(
    { endpoint: name, problem: describeError(parsed.error) },
    "a bug: an answer against the contract",
  );
  return result;
}

function sendFile(response: Response, file: FileResult, asDownload: boolean): Promise<void> {
  if (!isAbsolute(file.path)) throw new Error(`A file result needs an absolute path, not ${file.path}`);
  const name = file.downloadName.replaceAll(/[^A-Za-z0-9._-]/g, "_");
  return new Promise((resolve, reject) => {
    response.sendFile(
      file.path,
      {
        acceptRanges: true,
        cacheControl: false,
        dotfiles: "allow",
        headers: {
          "Content-Type": file.contentType,
          "Cache-Control": "private, no-store",
          "Content-Disposition": `${asDownload ? "attachment" : "inline"}; filename="${name}"`,
        },
      },
      (error?: Error) => {
        // A listener who goes away in the middle (a player that seeks) is no failure.
        if (error === undefined || isAbort(error)) resolve();
        else reject(error);
      },
    );
  });
}

function isAbort(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ECONNABORTED" || code === "EPIPE" || code === "ECONNRESET";
}
