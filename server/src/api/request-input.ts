import type { Request } from "express";
import type { z } from "zod";
import { Failure } from "../base/failure.ts";
import type { Endpoint, InputOf } from "../contract/endpoint.ts";
import type { FieldProblem } from "../contract/errors.ts";

/** Parses what came with a request by the endpoint's types; Failure "bad-request" lists every problem. */
export function parseInput(endpoint: Endpoint, request: Request): InputOf<Endpoint> {
  refuseUnstorable([request.params, request.query, endpoint.requestType === undefined ? request.body : null]);
  const problems: FieldProblem[] = [];
  const part = (name: string, type: z.ZodType, value: unknown): unknown => {
    const parsed = type.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues)
      problems.push({ path: [name, ...issue.path].map(String).join("."), message: issue.message });
    return undefined;
  };
  const input = {
    params: part("params", endpoint.params, { ...request.params }),
    query: part("query", endpoint.query, { ...request.query }),
    body: endpoint.requestType === undefined ? part("body", endpoint.body, bodyOf(request)) : request.body,
  };
  if (problems.length === 0) return input;
  const [first] = problems;
  const sentence = first === undefined ? "" : `: ${first.path}: ${first.message}`;
  throw new Failure("bad-request", `The request is not as it should be${sentence}`, problems.slice(0, 50));
}

function bodyOf(request: Request): unknown {
  const body: unknown = request.body;
  return body ?? {};
}

/** NUL and half surrogate pairs are no text that a database keeps, in names and notes as little as in keys. */
function refuseUnstorable(values: readonly unknown[]): void {
  // JSON.stringify writes both as escapes; an even number of backslashes before is a backslash of the text's own.
  if (!/(?<!\\)(\\\\)*\\u(0000|d[89a-f][0-9a-f]{2})/i.test(JSON.stringify(values))) return;
  throw new Failure("bad-request", "The request holds characters that are no text (NUL or half a character)");
}
