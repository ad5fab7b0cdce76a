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

const count = z.number().int().nonnegative();
export const readTraffic = endpoint({
  method: "GET",
  path: "/api/traffic",
  access: "administrator",
  summary: "What reached the SIP ports since the start: calls, refusals by cause, scanners, registrations",
  result: z.object({
    callsNow: count,
    callsAccepted: count,
    /** By cause: unknown-source, forbidden, malformed, no-capacity, draining … */
    callsRejected: z.record(z.string(), count),
    /** Requests from unknown sources, and how many of them got no answer worth having. */
    scannerHits: count,
    scannerDropped: count,
    digestFailures: count,
    registrations: count,
    ringsNow: count,
    mediaCommandTimeouts: count,
  }),
});
