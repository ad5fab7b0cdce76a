import { describe, expect, it } from "vitest";
import { buildUrl } from "./url.ts";

describe("the address of an endpoint", () => {
  it("carries its parameters encoded", () => {
    expect(buildUrl("/api/call/:number", { number: "+15550100" }, {})).toBe("/api/call/%2B15550100");
  });
  it("leaves out of the query what is not set", () => {
    const query = { text: "a b", limit: 0, cursor: undefined, from: null, hasRecording: false };
    expect(buildUrl("/api/interactions", {}, query)).toBe(
      "/api/interactions?text=a+b&limit=0&hasRecording=false",
    );
  });
  it("is refused while a parameter is missing", () => {
    expect(() => buildUrl("/api/queues/:queueId", {}, {})).toThrow("queueId");
  });
});
