import { Failure } from "../base/failure.ts";
import type { Log } from "../base/log.ts";
import { type ErrorBody, type FailureCode, failureStatus } from "../contract/errors.ts";

/** An HTTP answer that is not 2xx. */
export interface ErrorAnswer {
  status: number;
  body: ErrorBody;
}

/** Codes for what Express and its parsers refuse by themselves. */
const codeByStatus: Record<number, FailureCode> = {
  401: "unauthenticated",
  403: "forbidden",
  404: "not-found",
  409: "conflict",
  413: "too-large",
  415: "unsupported-media",
  429: "rate-limited",
};

const sentences: Record<number, string> = {
  400: "The request cannot be read",
  404: "There is no such thing here",
  413: "The request is too large",
  415: "This kind of content is not understood here",
  416: "The range lies outside the file",
};

/** The one place where a thrown value becomes an answer: a Failure by its code, a bug as "internal", logged. */
export function answerError(error: unknown, requestId: string, log: Log): ErrorAnswer {
  if (error instanceof Failure) {
    const { code, message, fields } = error;
    return answer(failureStatus[code], { code, message, ...(fields ? { fields } : {}), requestId });
  }
  const status = refusedStatus(error);
  if (status !== null)
    return answer(status, {
      code: codeByStatus[status] ?? "bad-request",
      message: sentences[status] ?? "The request cannot be read",
      requestId,
    });
  log.error({ requestId, error }, "a bug: a request failed");
  return answer(500, { code: "internal", message: "Something went wrong on our side", requestId });
}

function answer(status: number, error: ErrorBody["error"]): ErrorAnswer {
  return { status, body: { error } };
}

/** Errors of http-errors (body parser, send, the router's decoding) carry a 4xx status; only those are believed. */
function refusedStatus(error: unknown): number | null {
  if (typeof error !== "object" || error === null || !("status" in error)) return null;
  const { status } = error;
  return typeof status === "number" && status >= 400 && status < 500 ? status : null;
}
