import { describe, expect, it } from "vitest";
import { QueueSettings } from "../../contract/queues.ts";
import { claimOf } from "./queue-claim.ts";

const settings = (changes: Partial<QueueSettings> = {}) => ({ ...QueueSettings.parse({}), ...changes });
const wish = { priority: 0, values: { language: "zh" } };
const vip = { attribute: "tier", value: "vip", priority: 4, ageMs: 60_000 };

describe("what a caller brings to a queue", () => {
  it("is nothing special by itself", () => {
    expect(claimOf(settings(), wish, {})).toEqual({ priority: 0, ageMs: 0, requirement: null, faults: [] });
  });

  it("is the queue's priority, the flow's and each boost that fits, ten at most", () => {
    const boosts = [vip, { ...vip, attribute: "region", value: "north", priority: 3 }];
    const claim = (attributes: Record<string, string>) =>
      claimOf(settings({ priority: 2, boosts }), { ...wish, priority: 3, ageMs: 1_000 }, attributes);
    expect(claim({})).toMatchObject({ priority: 5, ageMs: 1_000 });
    expect(claim({ tier: "vip" })).toMatchObject({ priority: 9, ageMs: 61_000 });
    expect(claim({ tier: "vip", region: "north" })).toMatchObject({ priority: 10, ageMs: 121_000 });
    expect(claim({ tier: "VIP" })).toMatchObject({ priority: 5 });
  });

  it("is what the flow requires; the router adds what the queue does", () => {
    const own = settings({ requirement: "billing>=5 or vip" });
    const claim = claimOf(own, { ...wish, requirement: "language={language}" }, {});
    expect(claim).toMatchObject({ requirement: "language=zh", faults: [] });
    expect(claimOf(own, wish, {})).toMatchObject({ requirement: null, faults: [] });
  });

  it("leaves out what can't be read or met, and says so", () => {
    const own = settings({ requirement: "billing>=5" });
    const missing = claimOf(own, { ...wish, requirement: "product={product}" }, {});
    expect(missing.requirement).toBeNull();
    expect(missing.faults).toEqual([expect.stringContaining("{product} has no value")]);
    const impossible = claimOf(own, { ...wish, requirement: "billing<3" }, {});
    expect(impossible.requirement).toBeNull();
    expect(impossible.faults).toEqual([expect.stringContaining("can't be met together")]);
  });
});
