import { z } from "zod";
import type { Endpoint } from "../contract/endpoint.ts";
import { ErrorBody, failureStatus } from "../contract/errors.ts";

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of a list of endpoints; 3.1 takes JSON Schema 2020-12 as zod writes it. */
export function describeApi(endpoints: readonly Endpoint[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const endpoint of endpoints) {
    const path = endpoint.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: describeEndpoint(endpoint) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Ringdown",
      version,
      description:
        "The API of a self-hosted contact center. Sign in with POST /api/session: it sets a session cookie and answers " +
        "with a CSRF token, which goes back as X-CSRF-Token with everything but GET. Live changes come over the " +
        "WebSocket /api/realtime.",
    },
    paths,
    components: {
      schemas: { Error: toSchema(ErrorBody, "output") },
      securitySchemes: { session: { type: "apiKey", in: "cookie", name: "ringdown_session" } },
    },
  };
}

function describeEndpoint(endpoint: Endpoint): Json {
  const isPublic = endpoint.access === "public";
  return {
    summary: endpoint.summary,
    description: isPublic ? "Needs no sign-in." : `Needs the role ${endpoint.access} or above.`,
    tags: [tagOf(endpoint.path)],
    parameters: [...parametersOf(endpoint.params, "path"), ...parametersOf(endpoint.query, "query")],
    ...requestBodyOf(endpoint),
    responses: responsesOf(endpoint),
    security: isPublic ? [] : [{ session: [] }],
  };
}

function tagOf(path: string): string {
  return path.split("/")[path.startsWith("/api/") ? 2 : 1] ?? "other";
}

function parametersOf(type: z.ZodType, place: "path" | "query"): Json[] {
  const schema = toSchema(type, "input");
  const required = new Set((schema["required"] as string[] | undefined) ?? []);
  return Object.entries((schema["properties"] as Record<string, Json> | undefined) ?? {}).map(
    ([name, property]) => ({
      name,
      in: place,
      required: place === "path" || required.has(name),
      schema: property,
    }),
  );
}

function requestBodyOf(endpoint: Endpoint): Json {
  if (endpoint.method === "GET") return {};
  if (endpoint.requestType !== undefined)
    return { requestBody: { required: true, content: { [endpoint.requestType]: {} } } };
  const schema = toSchema(endpoint.body, "input");
  if (isEmpty(schema)) return {};
  return { requestBody: { required: true, content: { "application/json": { schema } } } };
}

function isEmpty(schema: Json): boolean {
  return (
    schema["type"] === "object" && Object.keys((schema["properties"] as Json | undefined) ?? {}).length === 0
  );
}

function responsesOf(endpoint: Endpoint): Json {
  const content =
    endpoint.resultType === undefined
      ? { "application/json": { schema: toSchema(endpoint.result, "output") } }
      : { [endpoint.resultType]: {} };
  const refusals = Object.entries(failureStatus).map(([code, status]) => `${status} ${code}`);
  return {
    "200": { description: "Done", content },
    default: {
      description: `Refused: ${refusals.join(", ")}`,
      content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
    },
  };
}

function toSchema(type: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _version, ...schema } = z.toJSONSchema(type, { io, unrepresentable: "any" }) as Json;
  return schema;
}
