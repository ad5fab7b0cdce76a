import type { errors } from "@ringdown/contract";

/** Codes of the contract, and two of our own: the server wasn't reached, or answered something else. */
export type RefusalCode = errors.FailureCode | "network" | "unexpected";

/** Why a call to the server did not do what was asked; `message` is a sentence for people. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly fields: errors.FieldProblem[];
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(
    code: RefusalCode,
    message: string,
    details: {
      fields?: errors.FieldProblem[] | undefined;
      requestId?: string;
      retryAfterSeconds?: number | null;
    } = {},
  ) {
    super(message);
    this.name = "Refusal";
    this.code = code;
    this.fields = details.fields ?? [];
    this.requestId = details.requestId ?? null;
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
  }
}

/** The refusal in an answer's body; anything that is not the contract's ErrorBody becomes "unexpected". */
export function readRefusal(status: number, body: unknown, retryAfter: string | null): Refusal {
  const retryAfterSeconds = retryAfter === null ? null : Number.parseInt(retryAfter, 10) || null;
  if (typeof body === "object" && body !== null && "error" in body) {
    const { error } = body as errors.ErrorBody;
    if (typeof error?.code === "string" && typeof error.message === "string") {
      return new Refusal(error.code, error.message, {
        fields: error.fields,
        requestId: error.requestId,
        retryAfterSeconds,
      });
    }
  }
  const unreachable = status === 502 || status === 503 || status === 504;
  return new Refusal(unreachable ? "unavailable" : "unexpected", `HTTP ${status}`, { retryAfterSeconds });
}
