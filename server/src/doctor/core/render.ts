import type { Finding, Outcome } from "./finding.ts";

const marks: Record<Outcome, string> = {
  ok: "ok",
  warning: "warning",
  problem: "PROBLEM",
  "not applicable": "-",
};
const colours: Record<Outcome, string> = { ok: "32", warning: "33", problem: "31;1", "not applicable": "2" };
const indent = 9;

/** For people: a paragraph a finding, at most `width` columns, and a sum at the end. */
export function renderFindings(
  findings: readonly Finding[],
  { width, colours: inColour }: { width: number; colours: boolean },
): string {
  const paint = (text: string, outcome: Outcome) =>
    inColour ? `\u001b[${colours[outcome]}m${text}\u001b[0m` : text;
  const paragraphs = findings.map(({ name, outcome, saw, advice }) => {
    const lines = wrap(`${name}: ${saw}.`, width - indent);
    if (advice !== null) lines.push(...wrap(`-> ${advice}.`, width - indent));
    const [first = "", ...rest] = lines;
    const head = `${paint(marks[outcome].padEnd(indent), outcome)}${first}`;
    return [head, ...rest.map((line) => `${" ".repeat(indent)}${line}`)].join("\n");
  });
  return `${paragraphs.join("\n")}\n\n${sum(findings)}\n`;
}

function sum(findings: readonly Finding[]): string {
  const count = (outcome: Outcome) => findings.filter((finding) => finding.outcome === outcome).length;
  const many = (number: number, one: string) => (number === 1 ? `1 ${one}` : `${number} ${one}s`);
  return `${many(count("problem"), "problem")}, ${many(count("warning"), "warning")}, ${count("ok")} ok, ${count("not applicable")} not applicable`;
}

/** Words that are longer than a line (a path) get one of their own. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
