import type { Endpoint, InputOf, ResultOf } from "../contract/endpoint.ts";
import type { Role } from "../contract/people.ts";

/** Who calls, for a handler: the signed-in person (null only at public endpoints) and where from. */
export interface RequestContext {
  user: { id: string; name: string; role: Role } | null;
  /** The caller's address, after trusted proxies. */
  ip: string;
  requestId: string;
  /** `https://host` as the browser sees it, for links. */
  origin: string;
  /** Sets or clears the session cookie; only sign-in and sign-out use it. */
  setSession(token: string | null, expiresAt?: Date): void;
  /** The session token that came with the request, if any. */
  sessionToken: string | null;
}

/** A signed-in person's context: what every endpoint except the public ones receives. */
export type SignedInContext = RequestContext & { user: NonNullable<RequestContext["user"]> };

/** A file streamed as the result of an endpoint with `resultType`. */
export interface FileResult {
  path: string;
  contentType: string;
  downloadName: string;
}

/** An endpoint with the function that serves it; `api/` mounts a list of these. */
export interface BoundEndpoint {
  endpoint: Endpoint;
  run(input: InputOf<Endpoint>, context: RequestContext): Promise<unknown>;
}

/** Binds an endpoint to its function; the types of both sides come from the endpoint. */
export function bind<E extends Endpoint>(
  endpoint: E,
  run: (input: InputOf<E>, context: SignedInContext) => Promise<ResultOf<E> | FileResult>,
): BoundEndpoint {
  return { endpoint, run };
}

/** The same for `access: "public"`, where nobody may be signed in. */
export function bindPublic<E extends Endpoint>(
  endpoint: E,
  run: (input: InputOf<E>, context: RequestContext) => Promise<ResultOf<E> | FileResult>,
): BoundEndpoint {
  return { endpoint, run };
}
