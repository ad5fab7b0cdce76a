/** CSV as spreadsheets write it (RFC 4180): quotes, line breaks in quotes, comma, semicolon or tab between cells. */

export interface CsvRow {
  /** Where the row begins in the file; the first line is 1. */
  line: number;
  cells: string[];
}

/** Rows that are not empty, or where a quote is never closed. */
export function parseCsv(text: string): { rows: CsvRow[] } | { unclosedQuoteAt: number } {
  const source = text.replace(/^\uFEFF/, "");
  const separator = separatorOf(source);
  const rows: CsvRow[] = [];
  let line = 1;
  let row: CsvRow = { line, cells: [] };
  let cell = "";
  let quotedSince: number | null = null;
  const endCell = () => {
    row.cells.push(cell.trim());
    cell = "";
  };
  const endRow = () => {
    endCell();
    if (row.cells.some((each) => each !== "")) rows.push(row);
  };
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at] ?? "";
    if (character === "\n") line += 1;
    if (quotedSince !== null) {
      if (character !== '"') cell += character;
      else if (source[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quotedSince = null;
    } else if (character === '"' && cell.trim() === "") {
      cell = "";
      quotedSince = line;
    } else if (character === separator) endCell();
    else if (character === "\n") {
      endRow();
      row = { line, cells: [] };
    } else if (character !== "\r") cell += character;
  }
  if (quotedSince !== null) return { unclosedQuoteAt: quotedSince };
  endRow();
  return { rows };
}

/** Whichever stands in the heading most often. */
function separatorOf(source: string): string {
  const heading = source.split("\n", 1)[0] ?? "";
  const count = (separator: string) => heading.split(separator).length;
  return [",", ";", "\t"].reduce((best, one) => (count(one) > count(best) ? one : best));
}
