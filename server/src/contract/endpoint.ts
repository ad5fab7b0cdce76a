import { z } from "zod";

/** Who may call: `public` anyone; `agent` any signed-in person; `supervisor` also administrators. */
export type Access = "public" | "agent" | "supervisor" | "administrator";

/** One call across the wire. The server's handlers, the app's client and OpenAPI all come from this object. */
export interface Endpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
> {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Express style, `/api/queues/:queueId`. */
  path: string;
  access: Access;
  summary: string;
  params: Params;
  query: Query;
  body: Body;
  result: Result;
  /** A body or result that is not JSON. */
  requestType?: "audio/wav";
  resultType?: "audio/wav";
  /** A body of JSON that may be up to 32 MB; the usual limit is 2 MB. */
  largeBody?: true;
}

interface EndpointParts<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType> {
  method: Endpoint["method"];
  path: string;
  access: Access;
  summary: string;
  params?: P;
  query?: Q;
  body?: B;
  result?: R;
  requestType?: "audio/wav";
  resultType?: "audio/wav";
  largeBody?: true;
}

export const Nothing = z.object({}).strict();
type Nothing = typeof Nothing;

/** Declares an endpoint; what is left out is an empty object that refuses unknown keys. */
export function endpoint<
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = Nothing,
  R extends z.ZodType = Nothing,
>(parts: EndpointParts<P, Q, B, R>): Endpoint<P, Q, B, R> {
  const nothing: unknown = Nothing;
  return {
    ...parts,
    params: parts.params ?? (nothing as P),
    query: parts.query ?? (nothing as Q),
    body: parts.body ?? (nothing as B),
    result: parts.result ?? (nothing as R),
  };
}

/** What a handler receives, parsed. */
export interface InputOf<E extends Endpoint> {
  params: z.output<E["params"]>;
  query: z.output<E["query"]>;
  body: z.output<E["body"]>;
}

export type ResultOf<E extends Endpoint> = z.input<E["result"]>;
