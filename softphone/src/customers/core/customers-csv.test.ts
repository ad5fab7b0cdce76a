import { describe, expect, it } from "vitest";
import { customersCsv } from "./customers-csv.ts";

describe("the customers' CSV", () => {
  it("has a column for every attribute, and guards against formulas", () => {
    const csv = customersCsv([
      { id: "1", name: "Ann", numbers: ["+15550100", "+15550101"], attributes: { tier: "vip" }, note: "" },
      { id: "2", name: "=1+1", numbers: ["1000"], attributes: { shop: "7, north" }, note: "x" },
    ]);
    expect(csv).toBe(
      "\uFEFFname,numbers,note,shop,tier\r\nAnn,'+15550100; +15550101,,,vip\r\n'=1+1,1000,x,\"7, north\",\r\n",
    );
  });
});
