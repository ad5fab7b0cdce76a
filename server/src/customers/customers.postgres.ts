import { Failure } from "../base/failure.ts";
import type { Customer } from "../contract/customers.ts";
import type { Queryable } from "../store/postgres.ts";

const select = `
  select id, name, attributes, note,
         coalesce((select jsonb_agg(number order by number) from customer_number where customer_id = customer.id),
                  '[]') as numbers
  from customer`;

/**
 * Takes the turn of those who change customers (one transaction at a time, so that numbers are judged once), and counts
 * the change, by which every process learns of it.
 */
export async function beginChange(inside: Queryable): Promise<void> {
  await inside.query("update customer_revision set revision = revision + 1");
}

export interface CustomerQuery {
  /** In a name or a number. */
  text?: string | undefined;
  cursor?: string | null | undefined;
  limit: number;
}

/** By name; the cursor is the place of the last one (keyset). Failure "bad-request" for one that is not ours. */
export async function searchCustomers(
  postgres: Queryable,
  { text = "", cursor, limit }: CustomerQuery,
): Promise<{ customers: Customer[]; nextCursor: string | null }> {
  const after = cursor === null || cursor === undefined ? null : parseCursor(cursor);
  const pattern = text === "" ? null : `%${text.toLowerCase().replaceAll(/[\\%_]/g, "\\$&")}%`;
  const digits = text.replaceAll(/[^0-9]/g, "");
  const rows = await postgres.query<Customer & { place: string }>(
    `select *, lower(name) as place from (${select}
       where ($1::text is null or lower(name) like $1
              or ($2 <> '' and exists (select 1 from customer_number as n
                                       where n.customer_id = customer.id and n.number like '%' || $2 || '%')))
         and ($3::text is null or (lower(name), id) > ($3, $4::uuid))
       order by lower(name), id limit $5) as page`,
    [pattern, digits, after?.place ?? null, after?.id ?? null, limit + 1],
  );
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    customers: page.map(withoutPlace),
    nextCursor: last === undefined ? null : formatCursor(last),
  };
}

function withoutPlace<T extends { place: string }>(row: T): Omit<T, "place"> {
  const customer: Omit<T, "place"> & { place?: string } = { ...row };
  delete customer.place;
  return customer;
}

function formatCursor({ place, id }: { place: string; id: string }): string {
  return Buffer.from(JSON.stringify([place, id])).toString("base64url");
}

function parseCursor(cursor: string): { place: string; id: string } {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const [place, id] = Array.isArray(parsed) ? (parsed as unknown[]) : [];
    if (typeof place === "string" && !place.includes("\0") && typeof id === "string" && isUuid(id))
      return { place, id };
  } catch {
    // not ours: refused below
  }
  throw new Failure("bad-request", "The cursor is not one that this list gave");
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

export async function findCustomer(postgres: Queryable, id: string): Promise<Customer | null> {
  const [row] = await postgres.query<Customer>(`${select} where id = $1`, [id]);
  return row ?? null;
}

/** All that have one of the numbers. */
export async function findByNumbers(postgres: Queryable, numbers: readonly string[]): Promise<Customer[]> {
  return await postgres.query<Customer>(
    `${select} where id in (select customer_id from customer_number where number = any($1::text[]))`,
    [numbers],
  );
}

/** The customer with the first of these numbers that anybody has. */
export async function findByForms(postgres: Queryable, forms: readonly string[]): Promise<Customer | null> {
  const [row] = await postgres.query<Customer>(
    `${select} where id = (select customer_id from customer_number where number = any($1::text[])
                           order by array_position($1::text[], number) limit 1)`,
    [forms],
  );
  return row ?? null;
}

/** With the ids given. */
export async function insertCustomers(inside: Queryable, customers: readonly Customer[]): Promise<void> {
  await inside.query(
    `insert into customer (id, name, attributes, note)
     select id, name, attributes, note from jsonb_to_recordset($1::jsonb)
       as c (id uuid, name text, attributes jsonb, note text)`,
    [JSON.stringify(customers)],
  );
  await insertNumbers(inside, customers);
}

export async function saveCustomers(inside: Queryable, customers: readonly Customer[]): Promise<void> {
  await inside.query(
    `update customer set name = c.name, attributes = c.attributes, note = c.note, changed_at = now()
     from jsonb_to_recordset($1::jsonb) as c (id uuid, name text, attributes jsonb, note text)
     where customer.id = c.id`,
    [JSON.stringify(customers)],
  );
  await inside.query("delete from customer_number where customer_id = any($1::uuid[])", [
    customers.map(({ id }) => id),
  ]);
  await insertNumbers(inside, customers);
}

async function insertNumbers(inside: Queryable, customers: readonly Customer[]): Promise<void> {
  const rows = customers.flatMap(({ id, numbers }) => numbers.map((number) => ({ id, number })));
  await inside.query(
    `insert into customer_number (customer_id, number)
     select id, number from jsonb_to_recordset($1::jsonb) as n (id uuid, number text)`,
    [JSON.stringify(rows)],
  );
}

/** Whether there was one. */
export async function deleteCustomer(inside: Queryable, id: string): Promise<boolean> {
  return (await inside.query("delete from customer where id = $1 returning id", [id])).length > 0;
}
