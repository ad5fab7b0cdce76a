import { z } from "zod";

/** Every way the product refuses, with the HTTP status that it becomes at the edge. */
export const failureStatus = {
  "bad-request": 400,
  unauthenticated: 401,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  gone: 410,
  "too-large": 413,
  "unsupported-media": 415,
  "rate-limited": 429,
  internal: 500,
  unavailable: 503,
  "disk-full": 507,
} as const;

export type FailureCode = keyof typeof failureStatus;

export const FieldProblem = z.object({ path: z.string(), message: z.string() });
export type FieldProblem = z.infer<typeof FieldProblem>;

/** The body of every answer that is not 2xx. */
export const ErrorBody = z.object({
  error: z.object({
    code: z.enum(Object.keys(failureStatus) as [FailureCode, ...FailureCode[]]),
    message: z.string(),
    fields: z.array(FieldProblem).optional(),
    requestId: z.string(),
  }),
});
export type ErrorBody = z.infer<typeof ErrorBody>;
