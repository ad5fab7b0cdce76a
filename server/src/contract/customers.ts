import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { PersonName } from "./people.ts";

/** The name of an attribute, as flows and queues' boosts use it: `tier`, `contract.type`. */
export const AttributeKey = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/, "must start with a letter: letters, digits, _ . -");
export const CustomerAttributes = z
  .record(AttributeKey, z.string().trim().min(1).max(200))
  .refine((attributes) => Object.keys(attributes).length <= 50, { message: "at most 50 attributes" });
export type CustomerAttributes = z.infer<typeof CustomerAttributes>;

export const Customer = z.object({
  id: z.uuid(),
  name: z.string(),
  /** As callers are recognised: `+15550100`, or a short internal number. No two customers share one. */
  numbers: z.array(z.string()),
  attributes: z.record(z.string(), z.string()),
  note: z.string(),
});
export type Customer = z.infer<typeof Customer>;

const CustomerParts = z
  .object({
    name: PersonName,
    /** As people write them; kept as callers are recognised. */
    numbers: z.array(z.string().trim().min(1).max(40)).max(20),
    attributes: CustomerAttributes.default({}),
    note: z.string().trim().max(2_000).default(""),
  })
  .strict();
export type CustomerParts = z.output<typeof CustomerParts>;
const customerId = z.object({ customerId: z.uuid() });

export const listCustomers = endpoint({
  method: "GET",
  path: "/api/customers",
  access: "supervisor",
  summary: "Customers by name, or those whose name or number contains a text",
  query: z
    .object({
      text: z.string().trim().max(100).optional(),
      cursor: z.string().max(400).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    })
    .strict(),
  result: z.object({
    customers: z.array(Customer),
    nextCursor: z.string().nullable(),
  }),
});
export const createCustomer = endpoint({
  method: "POST",
  path: "/api/customers",
  access: "supervisor",
  summary: "Add a customer",
  body: CustomerParts,
  result: Customer,
});
export const updateCustomer = endpoint({
  method: "PUT",
  path: "/api/customers/:customerId",
  access: "supervisor",
  summary: "Change a customer; counts for the next call",
  params: customerId,
  body: CustomerParts,
  result: Customer,
});
export const deleteCustomer = endpoint({
  method: "DELETE",
  path: "/api/customers/:customerId",
  access: "supervisor",
  summary:
    "Remove a customer with numbers, attributes and note, for good. Interactions keep the number that called",
  params: customerId,
});

/** Characters of a file that is imported at once; beyond it, files are split. */
export const largestImport = 1_000_000;
export const ImportResult = z.object({
  lines: z.number().int(),
  created: z.number().int(),
  changed: z.number().int(),
  unchanged: z.number().int(),
  /** The columns that became attributes. */
  attributes: z.array(z.string()),
  /** What is wrong; line 1 is the heading. With any of these nothing is imported. */
  problems: z.array(z.object({ line: z.number().int(), message: z.string() })),
  /** How many problems there are in all: the list stops at 100. */
  problemCount: z.number().int(),
});
export type ImportResult = z.infer<typeof ImportResult>;
export const importCustomers = endpoint({
  method: "POST",
  path: "/api/customers/import",
  access: "supervisor",
  summary:
    "Import CSV with a heading: name, numbers (several with ; between), note, and any others as attributes. " +
    "Customers are found by number, so that importing twice changes nothing; an empty cell clears, a column that is " +
    "not there leaves alone. `apply: false` only says what would happen",
  body: z.object({ csv: z.string().max(largestImport), apply: z.boolean() }).strict(),
  result: ImportResult,
});
export const exportCustomers = endpoint({
  method: "POST",
  path: "/api/customers/export",
  access: "supervisor",
  summary: "Customers as CSV, as the import takes them, up to 5,000 at a time. Every export is audited",
  body: z.object({ cursor: z.string().max(400).nullable().default(null) }).strict(),
  result: z.object({ customers: z.array(Customer), nextCursor: z.string().nullable() }),
});
