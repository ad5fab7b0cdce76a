import { randomUUID } from "node:crypto";
import type { RequestHandler, Response } from "express";
import type { Log } from "../base/log.ts";
import type { SignedIn } from "./sessions.ts";

/** A request that was answered, or whose asker went away. */
export interface AnsweredRequest {
  method: string;
  /** Its template, `/api/interactions/:interactionId`; "app" for the browser's files, "none" where nothing is. */
  route: string;
  /** 499: the asker went away first. */
  status: number;
  tookMs: number;
}

const askerGone = 499;

/**
 * Gives each request an id, which the answer carries in X-Request-Id and in its error, and logs how it was answered:
 * changes at info, reads at debug. Never the path itself: ids of people's numbers and what was searched for are in it.
 */
export function followRequests(log: Log, onAnswered: (request: AnsweredRequest) => void): RequestHandler {
  return (request, response, next) => {
    const requestId = randomUUID();
    const startedAt = performance.now();
    response.locals["requestId"] = requestId;
    response.setHeader("X-Request-Id", requestId);
    response.once("close", () => {
      const answered = {
        method: request.method,
        route: String(response.locals["route"] ?? "none"),
        status: response.writableFinished ? response.statusCode : askerGone,
        tookMs: Math.round((performance.now() - startedAt) * 10) / 10,
      };
      onAnswered(answered);
      const isRead = ["GET", "HEAD", "OPTIONS"].includes(request.method);
      log[isRead ? "debug" : "info"](
        { requestId, ...whoAndWhat(response), ...answered },
        "A request was answered",
      );
    });
    next();
  };
}

/** Names the route of what follows, and the call that it is about. */
export function nameRoute(route: string): RequestHandler {
  return (request, response, next) => {
    response.locals["route"] = route;
    response.locals["callId"] = request.params["interactionId"];
    next();
  };
}

function whoAndWhat({ locals }: Response): { personId: string | undefined; callId: unknown } {
  const signedIn = locals["signedIn"] as SignedIn | null | undefined;
  return { personId: signedIn?.user.id, callId: locals["callId"] };
}
