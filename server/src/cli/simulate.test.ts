import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ids, pastFrom, pastTo, writePast } from "../simulation/past.case.ts";
import { openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import type { Terminal } from "./command.ts";
import { simulateCommand } from "./simulate.ts";

let folder: string;
let database: TestDatabase;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ringdown-simulate-"));
  database = await openTestDatabase();
  await writePast(database.postgres);
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

/** What it printed, or the sentence with which it failed. */
async function simulate(args: string[], environment: Record<string, string> = {}): Promise<string> {
  let printed = "";
  const terminal: Terminal = {
    environment,
    print: (text) => (printed += text),
    say: () => undefined,
    isInteractive: false,
  };
  expect(await simulateCommand.run(args, terminal)).toBe(0);
  return printed;
}

const arrivals = "at,queue,talk_s\n2026-11-23T09:00:00,Sales,60\n2026-11-23T09:00:10,Sales,60\n";
const staffing = "agent,from,to,queues\nann,2026-11-23T09:00,2026-11-23T10:00,Sales\n";

describe("ringdown simulate", () => {
  it("runs a model and prints its figures", async () => {
    const text = await simulate(["--model", "calls=60/h,aht=60,agents=3,hours=4", "--replications", "2"]);
    expect(text).toMatch(/^Model +\d/m);
    expect(text).toContain("service level");
  });

  it("runs files, compares two configurations with the same callers, as JSON and as a page", async () => {
    const files = [
      "--zone",
      "UTC",
      "--arrivals",
      await file("a.csv", arrivals),
      "--staffing",
      await file("s.csv", staffing),
    ];
    const b = await file("b.json", JSON.stringify({ wrapUpMs: 0 }));
    const text = await simulate([...files, "--compare", b, "--json", "--replications", "1", "--answer", "0"]);
    const report = JSON.parse(text) as {
      current: { overall: { total: { averageWaitMs: { mean: number } } } };
      difference: { overall: { averageWaitMs: { mean: number } } };
    };
    // The second caller waits for the first one's talk, and 30 seconds longer for the wrap-up.
    expect(report.current.overall.total.averageWaitMs.mean).toBe((60_000 - 10_000 + 30_000) / 2);
    expect(report.difference.overall.averageWaitMs.mean).toBe(-15_000);
    const page = join(folder, "report.html");
    await simulate([...files, "--compare", b, "--html", page]);
    const html = await readFile(page, "utf8");
    expect(html).toContain("<svg");
    expect(html).not.toMatch(/<script|https?:\/\/|url\(/);
  });

  it("runs the past of the ledger under what is published, and under a file", async () => {
    const period = ["--from", new Date(pastFrom).toISOString(), "--to", new Date(pastTo).toISOString()];
    const environment = { DATABASE_URL: database.url };
    const text = await simulate([...period, "--replications", "2"], environment);
    expect(text).toMatch(/^Sales, recorded +40 +24 +16/m);
    expect(text).toMatch(/^Sales, simulated +40/m);
    expect(text).not.toContain("4930123");
    const document = {
      format: "ringdown-routing/1",
      skills: [],
      schedules: [],
      teams: [],
      queues: [],
      agents: [],
    };
    const settings = { maximumWaitMs: 20_000 };
    const queues = [{ id: ids.sales, name: "Sales", settings, members: [{ personId: ids.ann }] }];
    const compare = await file("draft.json", JSON.stringify({ ...document, queues }));
    expect(await simulate([...period, "--compare", compare], environment)).toMatch(
      /^Sales, as proposed +40/m,
    );
  });

  it.each([
    [["--modle", "x"], "Unknown option '--modle'"],
    [["--model", "calls=120/h,aht=240"], '--model: "agents" is missing'],
    [["--model", "calls=120/h,aht=240,agents=ten"], '"agents" must be a number from 1 to 10000'],
    [["--interval", "20"], "--interval must be 15, 30 or 60 (minutes)"],
    [["--from", "yesterday"], "--from must be a date or a time"],
    [["--from", "2026-11-24", "--to", "2026-11-23"], "--from must be before --to"],
    [["--zone", "Mars/Olympus"], 'there is no time zone "Mars/Olympus"'],
    [["--arrivals", "a.csv"], "--arrivals and --staffing belong together"],
    [["--model", "x=1", "--arrivals", "a.csv"], "Either --model or --arrivals"],
    [[], "--from and --to say which part of the past is simulated"],
    [["--arrivals", "no.csv", "--staffing", "no.csv"], "no.csv cannot be read: there is no such file"],
    [
      ["--from", "2026-11-23", "--to", "2026-11-24", "--data-dir", "/nowhere"],
      "no embedded one runs in /nowhere",
    ],
  ])("%j is refused with a sentence", async (args, sentence) => {
    await expect(simulate(args)).rejects.toThrow(sentence);
  });

  it("names the file, the line and the column that are wrong", async () => {
    const bad = await file("bad.csv", "at,talk_s\n2026-11-23T09:00:00,long\n");
    const good = await file("s.csv", staffing);
    await expect(simulate(["--arrivals", bad, "--staffing", good])).rejects.toThrow(
      `${bad}: line 2: column talk_s is not a number: "long"`,
    );
    const other = await file("t.csv", staffing.replace("Sales", "Help|Sales"));
    const document = await file("one.json", JSON.stringify({ strategy: "by-mood" }));
    const files = ["--arrivals", await file("a.csv", arrivals), "--staffing", other];
    await expect(simulate([...files, "--configuration", document])).rejects.toThrow(
      `${document} is not the settings of a queue: strategy`,
    );
  });
});
