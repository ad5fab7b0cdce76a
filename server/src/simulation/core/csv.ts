/** A file that cannot be used: where, and a sentence. The name of the file is added by whoever read it. */
export class CsvProblem extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = "CsvProblem";
  }
}

export interface CsvRow {
  /** As an editor counts: the header is line 1. */
  line: number;
  /** The cell of a column, trimmed; empty when the row is short or there is no such column. */
  cell(column: string): string;
}

export interface CsvTable {
  columns: readonly string[];
  rows: CsvRow[];
}

/**
 * Reads comma- or semicolon-separated text (RFC 4180: quotes, doubled quotes, line breaks inside quotes) with a header.
 * Empty lines and lines that begin with # are skipped. Throws CsvProblem.
 */
export function parseCsv(text: string, known: readonly string[]): CsvTable {
  const records = readRecords(text.replace(/^\uFEFF/, ""));
  const header = records[0];
  if (!header) throw new CsvProblem("the file is empty; a header line is needed");
  const columns = header.cells.map((name) => name.trim().toLowerCase());
  for (const [index, column] of columns.entries()) {
    if (!known.includes(column))
      throw new CsvProblem(
        `line ${header.line}: there is no column "${column}"; known are ${known.join(", ")}`,
      );
    if (columns.indexOf(column) !== index)
      throw new CsvProblem(`line ${header.line}: the column ${column} comes twice`);
  }
  const rows = records.slice(1).map(({ line, cells }) => {
    if (cells.length > columns.length)
      throw new CsvProblem(`line ${line}: has ${cells.length} cells, the header has ${columns.length}`);
    return { line, cell: (column: string) => (cells[columns.indexOf(column)] ?? "").trim() };
  });
  return { columns, rows };
}

interface CsvRecord {
  line: number;
  cells: string[];
}

function readRecords(text: string): CsvRecord[] {
  const firstLine = text.split(/\r?\n/).find((line) => line.trim() !== "" && !line.startsWith("#")) ?? "";
  const separator = firstLine.includes(";") && !firstLine.includes(",") ? ";" : ",";
  const records: CsvRecord[] = [];
  let line = 1;
  for (let at = 0; at < text.length;) {
    const read = readRecord(text, at, separator, line);
    const isBlank = read.cells.length === 1 && (read.cells[0] ?? "").trim() === "";
    const isComment = text.startsWith("#", at);
    if (!isBlank && !isComment) records.push({ line, cells: read.cells });
    line += read.lines;
    at = read.next;
  }
  return records;
}

function readRecord(text: string, from: number, separator: string, line: number) {
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  let lines = 0;
  for (let at = from; ; at += 1) {
    const char = text[at];
    if (char === "\n") lines += 1;
    if (isQuoted) {
      if (char === undefined) throw new CsvProblem(`line ${line}: a quote is not closed`);
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') cell += text[(at += 1)];
      else isQuoted = false;
    } else if (char === '"' && cell.trim() === "") {
      isQuoted = true;
      cell = "";
    } else if (char === separator) {
      cells.push(cell);
      cell = "";
    } else if (char === "\n" || char === undefined) {
      return { cells: [...cells, cell.replace(/\r$/, "")], lines: Math.max(1, lines), next: at + 1 };
    } else cell += char;
  }
}

export function requireColumns(table: CsvTable, needed: readonly string[]): void {
  for (const column of needed)
    if (!table.columns.includes(column))
      throw new CsvProblem(
        `line 1: the column ${column} is missing (the header has ${table.columns.join(", ")})`,
      );
}

/** Null when the cell is empty. Throws when it is no number, or out of range. */
export function numberIn(row: CsvRow, column: string, least = 0, most = 1e9): number | null {
  const text = row.cell(column);
  if (text === "") return null;
  const value = Number(text);
  if (!Number.isFinite(value))
    throw new CsvProblem(`line ${row.line}: column ${column} is not a number: "${text}"`);
  if (value < least || value > most)
    throw new CsvProblem(`line ${row.line}: column ${column} must be from ${least} to ${most}, not ${text}`);
  return value;
}

export function textIn(row: CsvRow, column: string): string {
  const text = row.cell(column);
  if (text === "") throw new CsvProblem(`line ${row.line}: column ${column} is empty`);
  return text;
}
