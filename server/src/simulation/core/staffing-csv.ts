import { isSkill } from "../../contract/requirement.ts";
import { timeIn } from "./csv-time.ts";
import { CsvProblem, type CsvRow, numberIn, parseCsv, requireColumns, textIn } from "./csv.ts";
import { mergeShifts } from "./shifts.ts";
import type { Shift } from "./scenario.ts";

const columns = ["agent", "agents", "from", "to", "queues", "skills"];

/** Somebody who works, as the file says. */
export interface StaffedAgent {
  name: string;
  /** Names of queues; empty: as configured. */
  queues: string[];
  /** Null: as configured. */
  skills: Record<string, number> | null;
  shifts: Shift[];
}

/**
 * One line per shift of an agent (`agent`), or per number of agents who are alike (`agents`). Several queues or skills
 * are separated by "|"; a skill is `billing:5` or `language=zh:8`. Throws CsvProblem with line and column.
 */
export function readStaffing(text: string, zone: string): StaffedAgent[] {
  const table = parseCsv(text, columns);
  requireColumns(table, ["from", "to"]);
  const isNamed = table.columns.includes("agent");
  if (isNamed === table.columns.includes("agents"))
    throw new CsvProblem(
      'line 1: either a column "agent" (a name per line) or "agents" (a number) is needed',
    );
  if (table.rows.length === 0) throw new CsvProblem("there are no lines below the header");
  const found = new Map<string, StaffedAgent>();
  for (const row of table.rows) {
    const shift = readShift(row, zone);
    const names = isNamed ? [textIn(row, "agent")] : anonymous(row, shift, found);
    for (const name of names) {
      const agent = found.get(name) ?? { name, queues: [], skills: null, shifts: [] };
      agent.shifts.push(shift);
      agent.queues = [...new Set([...agent.queues, ...listIn(row, "queues")])];
      if (row.cell("skills") !== "") agent.skills = { ...agent.skills, ...readSkills(row) };
      found.set(name, agent);
    }
  }
  return [...found.values()].map((agent) => ({ ...agent, shifts: mergeShifts(agent.shifts) }));
}

function readShift(row: CsvRow, zone: string): Shift {
  const shift = { from: timeIn(row, "from", zone), to: timeIn(row, "to", zone) };
  if (shift.from >= shift.to) throw new CsvProblem(`line ${row.line}: column to must be after from`);
  return shift;
}

/** Those of the same queues and skills who are free at that time work on; more come as they are needed. */
function anonymous(row: CsvRow, shift: Shift, found: ReadonlyMap<string, StaffedAgent>): string[] {
  const needed = numberIn(row, "agents", 0, 10_000);
  if (needed === null || !Number.isInteger(needed))
    throw new CsvProblem(`line ${row.line}: column agents must be a whole number`);
  const kind = [row.cell("queues"), row.cell("skills")].filter((text) => text !== "").join(" ");
  const names: string[] = [];
  for (let number = 1; names.length < needed; number += 1) {
    const name = `${kind || "Agent"} ${number}`;
    const shifts = found.get(name)?.shifts ?? [];
    if (shifts.every(({ from, to }) => to <= shift.from || from >= shift.to)) names.push(name);
  }
  return names;
}

function listIn(row: CsvRow, column: string): string[] {
  return row
    .cell(column)
    .split("|")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function readSkills(row: CsvRow): Record<string, number> {
  const skills: Record<string, number> = {};
  for (const each of listIn(row, "skills")) {
    const [skill = "", level = "1"] = each.split(":");
    if (!isSkill(skill) || !/^([1-9]|10)$/.test(level))
      throw new CsvProblem(
        `line ${row.line}: column skills: "${each}" is not a skill with a level from 1 to 10, such as billing:5`,
      );
    skills[skill] = Number(level);
  }
  return skills;
}
