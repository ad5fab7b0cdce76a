import type { Endpoint } from "@ringdown/contract";
import type { z } from "zod";
import { buildUrl } from "./core/url.ts";
import { readRefusal, Refusal } from "./failure.ts";

type Part<Name extends string, Value> =
  Record<never, never> extends Value ? { [K in Name]?: Value } : { [K in Name]: Value };

/** What an endpoint needs; parts that are empty, or all optional, may be left out. */
export type CallInput<E extends Endpoint> = Part<"params", z.input<E["params"]>> &
  Part<"query", z.input<E["query"]>> &
  Part<"body", z.input<E["body"]>> & { signal?: AbortSignal };

/** What an endpoint answers with; the server leaves no default out. */
export type Answer<E extends Endpoint> = z.output<E["result"]>;

let csrfToken: string | null = null;
let onSignedOut: () => void = () => undefined;

/** Called with the token of `Me` after each sign-in. */
export function setCsrfToken(token: string | null): void {
  csrfToken = token;
}

/** Told once per answer 401: the session is gone. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** Calls an endpoint of the contract. Throws a Refusal, whatever went wrong. */
export async function call<E extends Endpoint>(
  endpoint: E,
  ...[input]: Record<never, never> extends CallInput<E> ? [CallInput<E>?] : [CallInput<E>]
): Promise<Answer<E>> {
  const parts = (input ?? {}) as LooseInput;
  const response = await send(endpoint, parts);
  if (response.status === 401) onSignedOut();
  if (!response.ok) {
    const body: unknown = await response.json().catch(() => null);
    throw readRefusal(response.status, body, response.headers.get("retry-after"));
  }
  if (response.status === 204) return {} as Answer<E>;
  return (await response.json().catch(() => ({}))) as Answer<E>;
}

interface LooseInput {
  params?: Record<string, string | number>;
  query?: Record<string, string | number | boolean | null | undefined>;
  body?: unknown;
  signal?: AbortSignal;
}

async function send(endpoint: Endpoint, input: LooseInput): Promise<Response> {
  const url = buildUrl(endpoint.path, input.params ?? {}, input.query ?? {});
  const init: RequestInit = {
    method: endpoint.method,
    credentials: "same-origin",
    headers: headers(endpoint),
  };
  if (input.signal) init.signal = input.signal;
  if (endpoint.method !== "GET") {
    init.body = endpoint.requestType === undefined ? JSON.stringify(input.body ?? {}) : (input.body as Blob);
  }
  try {
    return await fetch(url, init);
  } catch (error) {
    if (input.signal?.aborted) throw error;
    throw new Refusal("network", error instanceof Error ? error.message : String(error));
  }
}

function headers(endpoint: Endpoint): Record<string, string> {
  const result: Record<string, string> = { Accept: "application/json" };
  if (endpoint.method !== "GET") {
    result["Content-Type"] = endpoint.requestType ?? "application/json";
    if (csrfToken !== null) result["X-CSRF-Token"] = csrfToken;
  }
  return result;
}

/** The address of an endpoint that the browser itself fetches (audio, downloads). */
export function urlOf(
  endpoint: Endpoint,
  input: { params?: Record<string, string>; query?: Record<string, string | boolean> },
): string {
  return buildUrl(endpoint.path, input.params ?? {}, input.query ?? {});
}
