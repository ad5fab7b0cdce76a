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

  it("is what the queue and the flow require together", () => {
    const claim = claimOf(
      settings({ requirement: "billing>=5 or vip" }),
      { ...wish, requirement: "language={language}" },
      {},
    );
    expect(claim).toMatchObject({ requirement: "(billing>=5 or vip) and language=zh", faults: [] });
  });

  it("leaves out what can't be read or met, and says so; the rest holds", () => {
    const own = settings({ requirement: "billing>=5" });
    const missing = claimOf(own, { ...wish, requirement: "product={product}" }, {});
    expect(missing).toMatchObject({ requirement: "billing>=5" });
    expect(missing.faults).toEqual([expect.stringContaining("{product} has no value")]);
    const impossible = claimOf(own, { ...wish, requirement: "billing<3" }, {});
    expect(impossible).toMatchObject({ requirement: "billing>=5" });
    expect(impossible.faults).toEqual([expect.stringContaining("can't be met together")]);
    const broken = claimOf(settings({ requirement: "billing >" }), { ...wish, requirement: "vip" }, {});
    expect(broken).toMatchObject({ requirement: "vip", faults: [expect.stringContaining("billing >")] });
    const long = Array.from({ length: 15 }, (_, at) => `skill${at}`).join(" and ");
    const both = claimOf(settings({ requirement: long }), { ...wish, requirement: `b and ${long}` }, {});
    expect(both).toMatchObject({ requirement: long, faults: [expect.any(String)] });
  });
});
