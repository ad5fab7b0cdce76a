import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { audit } from "../admin/admin.ts";
import { systemClock } from "../base/clock.ts";
import * as contract from "../contract/customers.ts";
import { type Customers, openCustomers } from "../customers/customers.ts";
import { startOffice, type OfficeRig } from "./office-rig.ts";
import { ApiError, type ApiClient } from "./system/api-client.ts";

let office: OfficeRig;
let customers: Customers;
let supervisor: ApiClient;
const refusal = (error: unknown) => (error instanceof ApiError ? error.message : String(error));
const ann = { name: "Ann Lee", numbers: ["+1 555 0100"], attributes: { tier: "gold" }, note: "" };
const add = (parts: object) => supervisor.call(contract.createCustomer, { body: parts });
const list = (query: { text?: string; cursor?: string; limit?: number } = {}) =>
  supervisor.call(contract.listCustomers, { query });

beforeAll(async () => {
  office = await startOffice({
    more: ({ postgres }, admin) => {
      customers = openCustomers({ postgres, clock: systemClock, audit, announce: () => admin.announce() });
      admin.changes.on(({ what }) => {
        if (what === "customers") customers.changed();
      });
      return customers.endpoints;
    },
  });
  supervisor = await office.signUp("sam", "supervisor");
});
afterAll(() => office.close());

describe("customers", () => {
  it("are known by their number in whichever form the caller comes, until they are removed for good", async () => {
    expect(await customers.find("+15550100")).toBeNull();
    const made = await add(ann);
    expect(made.numbers).toEqual(["+15550100"]);
    expect(await customers.attributesOf("+15550100")).toEqual({ tier: "gold" });
    expect(await customers.attributesOf("anonymous")).toEqual({});
    const params = { customerId: made.id };
    await supervisor.call(contract.updateCustomer, { params, body: { ...ann, attributes: { tier: "vip" } } });
    expect(await customers.attributesOf("+15550100")).toEqual({ tier: "vip" });

    await supervisor.call(contract.deleteCustomer, { params });
    expect(await customers.find("+15550100")).toBeNull();
    const { postgres } = office.database;
    for (const table of ["customer", "customer_number"])
      expect(await postgres.query(`select 1 from ${table}`)).toEqual([]);
    const traces = await postgres.query("select 1 from audit where detail::text ~ 'Ann|5550100|gold|vip'");
    expect(traces).toEqual([]);
    const actions = await postgres.query<{ action: string }>(
      "select action from audit where subject = $1 order by id",
      [`customer:${made.id}`],
    );
    expect(actions.map(({ action }) => action)).toEqual([
      "customer.created",
      "customer.changed",
      "customer.removed",
    ]);
  });

  it("never share a number, and refuse one that callers can't have", async () => {
    const { id } = await add(ann);
    expect(await add({ ...ann, name: "Other" }).catch(refusal)).toContain(
      "The number +15550100 belongs to Ann Lee",
    );
    const national = { ...ann, numbers: ["030 1234567"] };
    expect(await add(national).catch(refusal)).toContain(
      "030 1234567 is no number that callers are recognised by",
    );
    const both = await Promise.allSettled([
      add({ ...ann, name: "B", numbers: ["+15550177"] }),
      add({ ...ann, name: "C", numbers: ["+15550177"] }),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    await supervisor.call(contract.deleteCustomer, { params: { customerId: id } });
  });

  it("are imported all or none, previewed first, twice without harm, and found page by page", async () => {
    const rows = Array.from({ length: 120 }, (_, n) => `Customer ${n},+4930${10_000 + n},silver`);
    const csv = ["name,numbers,tier", ...rows].join("\n");
    const run = (text: string, apply: boolean) =>
      supervisor.call(contract.importCustomers, { body: { csv: text, apply } });
    const counts = { lines: 120, attributes: ["tier"], problems: [], problemCount: 0 };
    const fresh = { ...counts, created: 120, changed: 0, unchanged: 0 };
    expect(await run(csv, false)).toEqual(fresh);
    expect((await list({ text: "Customer" })).customers).toEqual([]);
    expect(await run(csv, true)).toEqual(fresh);
    expect(await run(csv, true)).toEqual({ ...counts, created: 0, changed: 0, unchanged: 120 });
    const bad = await run(`${csv}\nNobody,12x,`, true);
    expect(bad.problems).toEqual([
      { line: 122, message: expect.stringContaining("12x is no number") as string },
    ]);
    expect((await list({ text: "Nobody" })).customers).toEqual([]);

    const first = await list({ text: "customer", limit: 100 });
    const second = await list({ text: "customer", limit: 100, cursor: first.nextCursor ?? "" });
    expect([first.customers.length, second.customers.length, second.nextCursor]).toEqual([100, 20, null]);
    expect(new Set([...first.customers, ...second.customers].map(({ id }) => id)).size).toBe(120);
    expect((await list({ text: "10 007" })).customers.map(({ name }) => name)).toEqual(["Customer 7"]);
    expect(await list({ cursor: "nonsense" }).catch(refusal)).toContain("The cursor is not one");
    const exported = await supervisor.call(contract.exportCustomers, { body: {} });
    expect(exported.customers.length).toBeGreaterThanOrEqual(120);
  });

  it("are none of an agent's business as a list", async () => {
    const agent = await office.signUp("agent.only", "agent");
    expect(await agent.call(contract.listCustomers).catch(refusal)).toContain("403");
  });
});
