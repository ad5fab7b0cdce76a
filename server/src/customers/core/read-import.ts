/** From a CSV file to what each line says of a customer, and all that is wrong with it. */
import { AttributeKey } from "../../contract/customers.ts";
import { customerNumber, numberRefusal } from "./customer-number.ts";
import { parseCsv, type CsvRow } from "./parse-csv.ts";

/** What one line says. Null: the file has no such column, so that it stays as it is. */
export interface ImportedCustomer {
  line: number;
  name: string;
  numbers: string[];
  note: string | null;
  /** Only those of the file's columns; "" clears. */
  attributes: Record<string, string>;
}

export interface ImportProblem {
  line: number;
  message: string;
}

export interface ReadImport {
  customers: ImportedCustomer[];
  attributes: string[];
  problems: ImportProblem[];
}

interface Columns {
  name: number;
  numbers: number;
  note: number | null;
  attributes: { key: string; at: number }[];
}

const longestName = 120;
const longestNote = 2_000;
const longestValue = 200;
const mostNumbers = 20;
const mostAttributes = 50;

export function readImport(csv: string): ReadImport {
  const parsed = parseCsv(csv);
  if ("unclosedQuoteAt" in parsed)
    return refused(parsed.unclosedQuoteAt, "A quotation mark that begins here is never closed");
  const [heading, ...rows] = parsed.rows;
  if (heading === undefined) return refused(1, "The file is empty: it needs a heading with name and numbers");
  const { columns, problems } = readHeading(heading);
  if (columns === null || problems.length > 0) return { customers: [], attributes: [], problems };
  const read = rows.map((row) => readRow(row, columns, heading.cells.length));
  return {
    customers: read.flatMap(({ customer }) => customer ?? []),
    attributes: columns.attributes.map(({ key }) => key),
    problems: [...read.flatMap((each) => each.problems), ...repeated(read)].toSorted(
      (a, b) => a.line - b.line,
    ),
  };
}

function refused(line: number, message: string): ReadImport {
  return { customers: [], attributes: [], problems: [{ line, message }] };
}

const isNumbers = (title: string) => ["number", "numbers", "phone", "电话", "号码"].includes(title);
const isName = (title: string) => ["name", "姓名", "名称"].includes(title);
const isNote = (title: string) => ["note", "notes", "备注"].includes(title);

function readHeading({ line, cells }: CsvRow): { columns: Columns | null; problems: ImportProblem[] } {
  const titles = cells.map((cell) => cell.toLowerCase());
  const problems: ImportProblem[] = [];
  const complain = (message: string) => problems.push({ line, message });
  const name = titles.findIndex(isName);
  const numbers = titles.findIndex(isNumbers);
  const note = titles.findIndex(isNote);
  if (name < 0) complain("There is no column name");
  if (numbers < 0) complain("There is no column numbers");
  const attributes = cells
    .map((key, at) => ({ key, at }))
    .filter(({ key, at }) => ![name, numbers, note].includes(at) && key !== "");
  for (const { key, at } of attributes) {
    if (!AttributeKey.safeParse(key).success)
      complain(`The column ${key} can't be an attribute: a letter first, then letters, digits, _ . -`);
    if (attributes.some((other) => other.key === key && other.at < at))
      complain(`There are two columns ${key}`);
  }
  if (attributes.length > mostAttributes) complain(`There are more than ${mostAttributes} attributes`);
  return { columns: { name, numbers, note: note < 0 ? null : note, attributes }, problems };
}

function readRow(
  { line, cells }: CsvRow,
  columns: Columns,
  width: number,
): { customer: ImportedCustomer | null; problems: ImportProblem[] } {
  const problems: ImportProblem[] = [];
  const complain = (message: string) => problems.push({ line, message });
  const cell = (at: number) => withoutApostrophe(cells[at] ?? "");
  if (cells.length > width) complain(`The line has ${cells.length} cells, the heading ${width}`);
  const name = cell(columns.name);
  if (name === "") complain("There is no name");
  if (name.length > longestName) complain(`The name is longer than ${longestName} characters`);
  const numbers = readNumbers(cell(columns.numbers), complain);
  const note = columns.note === null ? null : cell(columns.note);
  if (note !== null && note.length > longestNote)
    complain(`The note is longer than ${longestNote} characters`);
  const attributes: Record<string, string> = {};
  for (const { key, at } of columns.attributes) {
    attributes[key] = cell(at);
    if (cell(at).length > longestValue) complain(`${key} is longer than ${longestValue} characters`);
  }
  const customer = { line, name, numbers, note, attributes };
  return { customer: problems.length === 0 ? customer : null, problems };
}

function readNumbers(text: string, complain: (message: string) => void): string[] {
  const written = text.split(/[;,|\n]/).filter((one) => one.trim() !== "");
  if (written.length === 0) complain("There is no number: customers are found by it");
  if (written.length > mostNumbers) complain(`There are more than ${mostNumbers} numbers`);
  const numbers = written.flatMap((one) => {
    const number = customerNumber(one);
    if (number === null) complain(numberRefusal(one.trim()));
    return number ?? [];
  });
  return [...new Set(numbers)];
}

/** An export guards what a spreadsheet would take for a formula with an apostrophe. */
function withoutApostrophe(text: string): string {
  return /^'[=+\-@]/.test(text) ? text.slice(1) : text;
}

/** A number that two lines claim: one of them is wrong, and nobody knows which. */
function repeated(read: { customer: ImportedCustomer | null }[]): ImportProblem[] {
  const lines = new Map<string, number>();
  const problems: ImportProblem[] = [];
  for (const { customer } of read)
    for (const number of customer?.numbers ?? []) {
      const first = lines.get(number);
      const line = customer?.line ?? 0;
      if (first === undefined) lines.set(number, line);
      else problems.push({ line, message: `${number} is in line ${first} already` });
    }
  return problems;
}
