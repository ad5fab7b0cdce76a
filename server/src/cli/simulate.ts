import { writeFile } from "node:fs/promises";
import { Failure } from "../base/failure.ts";
import { describeError } from "../base/log.ts";
import { modelHelp, renderHtml, renderText, type Report, runReport } from "../simulation/simulation.ts";
import { type Command, exitCodes, type Terminal } from "./command.ts";
import { readSimulateOptions } from "./simulate-options.ts";
import { openSource } from "./simulate-sources.ts";

const help = `Usage: ringdown simulate [source] [options]

Runs the production router in compressed time and reports service level, waits, abandonment and occupancy.

Source, one of
  --from DAY --to DAY          the calls and agents of the past, from the ledger (DATABASE_URL, or the embedded
                               database of a ringdown that runs here; --data-dir FOLDER if its data is elsewhere)
  --arrivals A.csv --staffing S.csv
                               files; the columns are described in docs/simulation.md
  --model calls=120/h,aht=240,agents=10
                               one queue in a steady state:
${modelHelp.map(([key, meaning]) => `                                 ${key.padEnd(9)} ${meaning}`).join("\n")}

Configuration
  --configuration A            a file of ringdown config export (with --arrivals: in JSON), or, with --arrivals and
                               --model, settings for every queue such as {"wrapUpMs": 10000}; left out: what is
                               published, or the defaults
  --compare B                  another one; both meet the same callers, side by side

Options
  --interval 15|30|60          minutes of an interval; 30 (a model: 60)
  --replications N             runs with different chance; 5
  --seed N                     the chance to begin with; 1
  --zone ZONE                  time zone of times and intervals; the machine's
  --talk S, --patience S, --answer S, --no-answer PERCENT
                               with files: mean talk time (240), mean patience (endless), time to answer (4), offers
                               that are not answered (0)
  --json                       the whole report as JSON
  --html FILE                  the report as a page of its own, with plots

Examples
  ringdown simulate --model calls=120/h,aht=240,agents=10,patience=180
  ringdown simulate --from 2026-11-23 --to 2026-11-30 --compare draft.yaml --html report.html
`;

export const simulateCommand: Command = {
  name: "simulate",
  summary: "what service levels and waits a configuration gives, by the real router in compressed time",
  help,
  async run(args, terminal) {
    const options = readSimulateOptions(args);
    const { inputs, current, proposed } = await openSource(options, terminal);
    const { replications, seed } = options;
    const showProgress = progressOn(terminal);
    const report = runReport(inputs, { current, proposed, replications, seed, onProgress: showProgress });
    showProgress(null);
    if (options.html !== null) await writePage(options.html, report, terminal);
    if (options.json) terminal.print(`${JSON.stringify(report, null, 2)}\n`);
    else if (options.html === null) terminal.print(renderText(report));
    return exitCodes.done;
  },
};

/** On a terminal, a line that is overwritten; null wipes it out. */
function progressOn({ isInteractive, say }: Terminal): (share: number | null) => void {
  let shown = "";
  return (share) => {
    if (!isInteractive) return;
    const next = share === null ? "" : `Simulating … ${Math.floor(share * 100)} %`;
    if (next === shown) return;
    say(`\r${next.padEnd(shown.length)}${share === null ? "\r" : ""}`);
    shown = next;
  };
}

async function writePage(path: string, report: Report, terminal: Terminal): Promise<void> {
  try {
    await writeFile(path, renderHtml(report));
  } catch (error) {
    throw new Failure("bad-request", `${path} cannot be written: ${describeError(error)}`);
  }
  terminal.say(`The report is in ${path}\n`);
}
