import type { z } from "zod";
import { bind, bindPublic, type BoundEndpoint } from "../base/handler.ts";
import { health, readiness, readTraffic } from "../contract/health.ts";

export type Readiness = z.infer<(typeof readiness)["result"]>;

export type Traffic = z.infer<(typeof readTraffic)["result"]>;

/** `/healthz` says that the process lives, `/readyz` whether calls can be taken; `look` must answer in a few seconds. */
export function healthEndpoints(
  look: () => Promise<Readiness["parts"]>,
  countTraffic: () => Traffic,
): BoundEndpoint[] {
  return [
    bindPublic(health, () => Promise.resolve({ ok: true as const })),
    bindPublic(readiness, async () => {
      const parts = await look();
      return { ok: Object.values(parts).every((part) => part.ok), parts };
    }),
    bind(readTraffic, () => Promise.resolve(countTraffic())),
  ];
}
