import { randomUUID } from "node:crypto";
import { bind, type BoundEndpoint, type SignedInContext } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import * as contract from "../contract/customers.ts";
import type { Customer, CustomerParts, ImportResult } from "../contract/customers.ts";
import { brokenConstraint, type Postgres, type Queryable } from "../store/postgres.ts";
import { customerNumber, numberRefusal } from "./core/customer-number.ts";
import { planImport } from "./core/plan-import.ts";
import { readImport } from "./core/read-import.ts";
import {
  beginChange,
  deleteCustomer,
  findByNumbers,
  findCustomer,
  insertCustomers,
  saveCustomers,
  searchCustomers,
} from "./customers.postgres.ts";

export interface CustomerOffice {
  postgres: Postgres;
  /** Notes a change inside its transaction. */
  audit(
    inside: Queryable,
    actor: { user: { id: string; name: string } | null; ip: string | null },
    record: { action: string; subject: string; detail?: object },
  ): Promise<void>;
  announce(): Promise<void>;
}

const exportedAtOnce = 5_000;
const mostProblemsTold = 100;

/**
 * The audit tells who changed which customer, and never the names, numbers and attributes: it can't be changed, and what
 * is removed has to be gone.
 */
export function customerEndpoints(office: CustomerOffice): BoundEndpoint[] {
  const { postgres } = office;
  return [
    bind(contract.listCustomers, ({ query }) => searchCustomers(postgres, query)),
    bind(contract.createCustomer, ({ body }, context) =>
      change(office, context, "created", async (inside) => {
        const customer = { id: randomUUID(), ...body, numbers: readNumbers(body) };
        await refuseTaken(inside, customer);
        await insertCustomers(inside, [customer]);
        return { result: customer, subject: customer.id };
      }),
    ),
    bind(contract.updateCustomer, ({ params, body }, context) =>
      change(office, context, "changed", async (inside) => {
        const before = await findCustomer(inside, params.customerId);
        if (before === null) throw noCustomer(params.customerId);
        const customer = { id: before.id, ...body, numbers: readNumbers(body) };
        await refuseTaken(inside, customer);
        await saveCustomers(inside, [customer]);
        return {
          result: customer,
          subject: customer.id,
          detail: { fields: changedFields(before, customer) },
        };
      }),
    ),
    bind(contract.deleteCustomer, ({ params }, context) =>
      change(office, context, "removed", async (inside) => {
        if (!(await deleteCustomer(inside, params.customerId))) throw noCustomer(params.customerId);
        return { result: {}, subject: params.customerId };
      }),
    ),
    bind(contract.importCustomers, ({ body }, context) => runImport(office, body, context)),
    bind(contract.exportCustomers, async ({ body: { cursor } }, context) => {
      const page = await searchCustomers(postgres, { cursor, limit: exportedAtOnce });
      const detail = { customers: page.customers.length };
      await office.audit(postgres, actorOf(context), {
        action: "customers.exported",
        subject: "customers",
        detail,
      });
      return page;
    }),
  ];
}

async function change<T>(
  office: CustomerOffice,
  context: SignedInContext,
  what: string,
  run: (inside: Queryable) => Promise<{ result: T; subject: string; detail?: object }>,
): Promise<T> {
  const result = await refusingRaces(() =>
    office.postgres.transaction(async (inside) => {
      await beginChange(inside);
      const { result, subject, detail } = await run(inside);
      const record = {
        action: `customer.${what}`,
        subject: `customer:${subject}`,
        ...(detail && { detail }),
      };
      await office.audit(inside, actorOf(context), record);
      return result;
    }),
  );
  await office.announce();
  return result;
}

/** Says what it would do or does it, all or nothing. */
async function runImport(
  office: CustomerOffice,
  { csv, apply }: { csv: string; apply: boolean },
  context: SignedInContext,
): Promise<ImportResult> {
  if (csv.includes("\0")) throw new Failure("bad-request", "The file is no text: save it as CSV in UTF-8");
  const read = readImport(csv);
  const numbers = read.customers.flatMap((customer) => customer.numbers);
  const outcome = await office.postgres.transaction(async (inside) => {
    if (apply) await beginChange(inside);
    const plan = planImport(read.customers, await findByNumbers(inside, numbers));
    const problems = [...read.problems, ...plan.problems].toSorted((a, b) => a.line - b.line);
    const isApplied = apply && problems.length === 0;
    if (isApplied) {
      await insertCustomers(
        inside,
        plan.create.map((customer) => ({ id: randomUUID(), ...customer })),
      );
      await saveCustomers(inside, plan.change);
      const detail = { created: plan.create.length, changed: plan.change.length };
      const record = { action: "customers.imported", subject: "customers", detail };
      await office.audit(inside, actorOf(context), record);
    }
    return { plan, problems, isApplied };
  });
  if (outcome.isApplied) await office.announce();
  const { plan, problems } = outcome;
  return {
    lines: read.customers.length + new Set(read.problems.map(({ line }) => line)).size,
    created: plan.create.length,
    changed: plan.change.length,
    unchanged: plan.unchanged,
    attributes: read.attributes,
    problems: problems.slice(0, mostProblemsTold),
    problemCount: problems.length,
  };
}

function readNumbers({ numbers }: CustomerParts): string[] {
  const read = numbers.map((written, index) => {
    const number = customerNumber(written);
    if (number !== null) return number;
    const message = numberRefusal(written);
    throw new Failure("bad-request", message, [{ path: `body.numbers.${index}`, message }]);
  });
  return [...new Set(read)].toSorted();
}

async function refuseTaken(inside: Queryable, { id, numbers }: Customer): Promise<void> {
  const owner = (await findByNumbers(inside, numbers)).find((other) => other.id !== id);
  if (owner === undefined) return;
  const number = numbers.find((one) => owner.numbers.includes(one)) ?? "";
  throw new Failure("conflict", `The number ${number} belongs to ${owner.name}`, [
    { path: "body.numbers", message: `belongs to ${owner.name}` },
  ]);
}

/** Writers take turns, so this is not to happen; if it does, it is the person's conflict and no fault. */
async function refusingRaces<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (brokenConstraint(error) !== "customer_number_pkey") throw error;
    throw new Failure("conflict", "One of these numbers belongs to another customer");
  }
}

function changedFields(before: Customer, after: Customer): string[] {
  return (["name", "numbers", "attributes", "note"] as const).filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
}

function actorOf({ user, ip }: SignedInContext) {
  return { user, ip };
}

function noCustomer(id: string): Failure {
  return new Failure("not-found", `There is no customer ${id}`);
}
