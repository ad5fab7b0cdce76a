import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callerForms, customerNumber } from "./customer-number.ts";
import { parseCsv } from "./parse-csv.ts";
import { planImport } from "./plan-import.ts";
import { readImport } from "./read-import.ts";

describe("a customer's number", () => {
  it.each([
    ["+49 (30) 123-4567", "+49301234567"],
    ["0049 30 1234567", "+49301234567"],
    ["15550100123", "+15550100123"],
    ["1000", "1000"],
    ["030 1234567", null],
    ["sip:ann@example.com", null],
    ["", null],
  ])("written as %s is %s", (written, number) => {
    expect(customerNumber(written)).toBe(number);
  });

  it("is looked for in each form that a caller may come with", () => {
    expect(callerForms("+15550100")).toEqual(["+15550100", "15550100"]);
    expect(callerForms("1000")).toEqual(["1000"]);
    expect([callerForms("anonymous"), callerForms("web"), callerForms("")]).toEqual([[], [], []]);
  });
});

const cellsOf = (csv: string) => {
  const parsed = parseCsv(csv);
  return "rows" in parsed ? parsed.rows.map(({ cells }) => cells) : parsed;
};

describe("CSV", () => {
  it("is read with quotes, line breaks in them, and whichever separator the heading has", () => {
    expect(cellsOf('\uFEFFname;numbers\r\n"Lee; Ann";"+1 ""x""\n2"\r\n\r\n')).toEqual([
      ["name", "numbers"],
      ["Lee; Ann", '+1 "x"\n2'],
    ]);
    expect(cellsOf("a\tb\nc\td")).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    expect(parseCsv('a,b\n1,"2\n3')).toEqual({ unclosedQuoteAt: 2 });
  });

  it("comes back as it was written, whatever is in it", () => {
    const cell = fc.string().map((text) => text.replaceAll(/[\r\0]/g, "").trim());
    const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(rows, (written) => {
        const all = [["name", "numbers"], ...written];
        const csv = all.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(",")).join("\n");
        expect(cellsOf(csv)).toEqual(all.filter((row) => row.some((one) => one !== "")));
      }),
    );
  });

  it("of any kind is read or refused, never more than that", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const { customers, problems } = readImport(`name,numbers,tier\n${text}`);
        for (const customer of customers) expect(customer.numbers.length).toBeGreaterThan(0);
        for (const { message } of problems) expect(message).not.toBe("");
      }),
    );
  });
});

const problemsOf = (csv: string) =>
  readImport(csv).problems.map(({ line, message }) => `${line}: ${message}`);

describe("an import", () => {
  it("says for each line what is wrong with it", () => {
    expect(problemsOf("")).toEqual(["1: The file is empty: it needs a heading with name and numbers"]);
    expect(problemsOf("name,tier level\nAnn,gold")).toEqual([
      "1: There is no column numbers",
      "1: The column tier level can't be an attribute: a letter first, then letters, digits, _ . -",
    ]);
    expect(problemsOf("name,numbers\nAnn,+15550100\n,+15550101\nBob,12 34 0x\nCy,\nAnn,+1 555 0100")).toEqual(
      [
        "3: There is no name",
        "4: 12 34 0x is no number that callers are recognised by: write it with + and the country code",
        "5: There is no number: customers are found by it",
        "6: +15550100 is in line 2 already",
      ],
    );
  });

  it("creates, changes what the file names, leaves the rest, and changes nothing the second time", () => {
    const ann = {
      id: "1",
      name: "Ann",
      numbers: ["+15550100"],
      attributes: { tier: "gold", shop: "7" },
      note: "x",
    };
    const { customers } = readImport(
      "name,numbers,tier\nAnn Lee,+15550100; +15550101,\nBob,+15550102,silver",
    );
    const plan = planImport(customers, [ann]);
    const changed = {
      ...ann,
      name: "Ann Lee",
      numbers: ["+15550100", "+15550101"],
      attributes: { shop: "7" },
    };
    const bob = { name: "Bob", numbers: ["+15550102"], attributes: { tier: "silver" }, note: "" };
    expect(plan).toEqual({ create: [bob], change: [changed], unchanged: 0, problems: [] });
    const again = planImport(customers, [changed, { id: "2", ...bob }]);
    expect(again).toEqual({ create: [], change: [], unchanged: 2, problems: [] });
  });

  it("refuses a line between two customers, and two lines for one", () => {
    const customer = (id: string, numbers: string[]) => ({
      ...{ id, name: `C${id}`, numbers, attributes: {}, note: "" },
    });
    const known = [customer("1", ["+15550100", "+15550101"]), customer("2", ["+15550102"])];
    const { customers } = readImport("name,numbers\nA,+15550100;+15550102");
    expect(planImport(customers, known).problems).toEqual([
      { line: 2, message: "The numbers of this line belong to two customers: C1 and C2" },
    ]);
    const two = readImport("name,numbers\nB,+15550101\nC,+15550100").customers;
    expect(planImport(two, known).problems).toEqual([
      { line: 3, message: "This line and line 2 are the same customer, C1" },
    ]);
  });
});
