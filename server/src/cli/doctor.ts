/** `ringdown doctor`: what is wrong with this installation, and what to do. */
import { parseArgs } from "node:util";
import { describeError } from "../base/log.ts";
import { ConfigError, type Config, readConfig } from "../config.ts";
import { examine, type Finding, renderFindings, worstOf } from "../doctor/doctor.ts";
import { type Command, exitCodes, type Terminal, UsageError } from "./command.ts";

const help = `Usage: ringdown doctor [--json] [--ntp HOST] [--deadline SECONDS]

Reads the same configuration as the program and looks at what it needs: the
variables and files, the disk, PostgreSQL, Redis, drachtio, FreeSWITCH, ports,
NAT, STUN and TURN, certificates, clocks, DNS. Each finding says what was seen
and what to do. It runs beside a running program and disturbs nothing.

  --json               the findings as JSON
  --ntp HOST           compares the clock with this NTP server too
  --deadline SECONDS   of each check; 5

Exit codes: 0 no problem (warnings are none), 1 problems, 2 called wrongly.
`;

const widest = 100;

export const doctorCommand: Command = {
  name: "doctor",
  summary: "looks for what is wrong with this installation, and says what to do",
  help,
  async run(args, terminal) {
    const { json, ntp, deadline } = read(args);
    const { environment } = terminal;
    const config = configure(environment);
    const findings = Array.isArray(config)
      ? config
      : await examine({ config, environment, ntpServer: ntp, deadlineMs: deadline * 1_000 });
    print(findings, json, terminal);
    return worstOf(findings) === "problem" ? exitCodes.failed : exitCodes.done;
  },
};

function read(args: string[]): { json: boolean; ntp: string | null; deadline: number } {
  const text = { type: "string" } as const;
  try {
    const options = { json: { type: "boolean" }, ntp: text, deadline: text } as const;
    const { values } = parseArgs({ args, options });
    const deadline = Number(values.deadline ?? 5);
    if (!(deadline >= 0.1 && deadline <= 60)) throw new Error("--deadline is a number of seconds up to 60");
    return { json: values.json === true, ntp: values.ntp ?? null, deadline };
  } catch (error) {
    throw new UsageError(describeError(error));
  }
}

/** What the program itself would refuse to start with. */
function configure(environment: Terminal["environment"]): Config | Finding[] {
  try {
    return readConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((saw) => ({
      name: "configuration",
      outcome: "problem",
      saw,
      advice: "Correct it; .env.example describes every variable",
    }));
  }
}

function print(findings: readonly Finding[], json: boolean, { print: put, isInteractive }: Terminal): void {
  const { columns, isTTY } = process.stdout;
  if (json) put(`${JSON.stringify({ outcome: worstOf(findings), findings }, null, 2)}\n`);
  else {
    const width = isTTY && columns ? Math.max(40, Math.min(columns, widest)) : 80;
    put(
      renderFindings(findings, {
        width,
        colours: isInteractive && isTTY && process.env["NO_COLOR"] === undefined,
      }),
    );
  }
}
