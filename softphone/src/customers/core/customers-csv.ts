import type { customers } from "@ringdown/contract";
import { toCsv } from "../../reports/core/csv.ts";

/** One line per customer, with a column for each attribute that anybody has: what the import reads. */
export function customersCsv(all: readonly customers.Customer[]): string {
  const keys = [...new Set(all.flatMap(({ attributes }) => Object.keys(attributes)))].toSorted();
  const rows = all.map(({ name, numbers, note, attributes }) => [
    name,
    numbers.join("; "),
    note,
    ...keys.map((key) => attributes[key] ?? ""),
  ]);
  return toCsv([["name", "numbers", "note", ...keys], ...rows]);
}
