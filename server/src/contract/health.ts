import { z } from "zod";
import { endpoint } from "./endpoint.ts";

const Part = z.object({ ok: z.boolean(), sentence: z.string() });
export const health = endpoint({
  method: "GET",
  path: "/healthz",
  access: "public",
  summary: "The process lives",
  result: z.object({ ok: z.literal(true) }),
});
export const readiness = endpoint({
  method: "GET",
  path: "/readyz",
  access: "public",
  summary: "Whether calls can be taken: 200 or 503, part by part",
  result: z.object({
    ok: z.boolean(),
    parts: z.object({ postgres: Part, eventLog: Part, sip: Part, media: Part, draining: Part }),
  }),
});
