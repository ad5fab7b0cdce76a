/** What an import changes, given the customers that have its numbers. */
import type { Customer } from "../../contract/customers.ts";
import type { ImportedCustomer, ImportProblem } from "./read-import.ts";

export interface ImportPlan {
  create: Omit<Customer, "id">[];
  change: Customer[];
  unchanged: number;
  problems: ImportProblem[];
}

export function planImport(lines: readonly ImportedCustomer[], known: readonly Customer[]): ImportPlan {
  const byNumber = new Map(known.flatMap((customer) => customer.numbers.map((number) => [number, customer])));
  const plan: ImportPlan = { create: [], change: [], unchanged: 0, problems: [] };
  const claimedBy = new Map<string, number>();
  for (const imported of lines) {
    const owners = new Set(imported.numbers.flatMap((number) => byNumber.get(number) ?? []));
    const [owner, second] = owners;
    if (second !== undefined && owner !== undefined) {
      const message = `The numbers of this line belong to two customers: ${owner.name} and ${second.name}`;
      plan.problems.push({ line: imported.line, message });
      continue;
    }
    const other = owner === undefined ? undefined : claimedBy.get(owner.id);
    if (owner !== undefined && other !== undefined) {
      const message = `This line and line ${other} are the same customer, ${owner.name}`;
      plan.problems.push({ line: imported.line, message });
      continue;
    }
    if (owner === undefined) plan.create.push(merged({ name: "", ...nothing }, imported));
    else {
      claimedBy.set(owner.id, imported.line);
      const next = { id: owner.id, ...merged(owner, imported) };
      if (isSame(owner, next)) plan.unchanged += 1;
      else plan.change.push(next);
    }
  }
  return plan;
}

const nothing = { numbers: [], attributes: {}, note: "" };

/** Numbers are added, attributes of the file's columns replaced, the rest stays. */
function merged(before: Omit<Customer, "id">, imported: ImportedCustomer): Omit<Customer, "id"> {
  const attributes = { ...before.attributes, ...imported.attributes };
  return {
    name: imported.name,
    numbers: [...new Set([...before.numbers, ...imported.numbers])],
    attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== "")),
    note: imported.note ?? before.note,
  };
}

function isSame(a: Customer, b: Customer): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted({ name, numbers, attributes, note }: Customer) {
  return { name, note, numbers: numbers.toSorted(), attributes: Object.entries(attributes).toSorted() };
}
