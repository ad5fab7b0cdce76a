import type { Capacity } from "../../acd/acd.ts";

/** One voice call and nothing else: the router's own default, which a pure core cannot import from its door. */
export const oneCall: Capacity = { total: 100, weights: { voice: 100 }, limits: { voice: 1 } };
