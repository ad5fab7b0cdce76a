/** `ringdown`: the command line, for what is not done in the browser. */
import { Failure } from "../base/failure.ts";
import { describeError } from "../base/log.ts";
import { backupCommand, restoreCommand } from "./backup.ts";
import { type Command, exitCodes, type Terminal, UsageError } from "./command.ts";
import { configCommand } from "./config.ts";
import { doctorCommand } from "./doctor.ts";
import { mediaCommand } from "./media.ts";
import { simulateCommand } from "./simulate.ts";

const commands: readonly Command[] = [
  simulateCommand,
  configCommand,
  doctorCommand,
  backupCommand,
  restoreCommand,
  mediaCommand,
];

const terminal: Terminal = {
  environment: process.env,
  print: (text) => process.stdout.write(text),
  say: (text) => process.stderr.write(text),
  isInteractive: process.stderr.isTTY,
};

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `Usage: ringdown <command> [options]

Commands:
${lines.join("\n")}

ringdown <command> --help says more. Exit codes: 0 done, 1 failed, 2 called wrongly.
`;
}

async function run([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    terminal.print(overview());
    return name === undefined ? exitCodes.usage : exitCodes.done;
  }
  const command = commands.find((each) => each.name === name);
  if (!command) throw new UsageError(`There is no command "${name}": ringdown --help lists them`);
  if (args.includes("--help") || args.includes("-h")) {
    terminal.print(command.help);
    return exitCodes.done;
  }
  return await command.run(args, terminal);
}

/** A reader that goes away in the middle (`| head`) is no failure. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? exitCodes.done : exitCodes.failed);
});

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const isOurs = error instanceof UsageError || error instanceof Failure;
  if (!isOurs && error instanceof Error && error.stack) terminal.say(`${error.stack}\n`);
  terminal.say(`ringdown: ${describeError(error)}\n`);
  process.exitCode = error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
}
