/** The program: reads the configuration, starts, prints where to go, and stops on signals by draining. */
import { type RunningApp, startApp, StartError, version } from "./app.ts";
import { describeError, openLog } from "./base/log.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { greet } from "./greeting.ts";

const exitCodes = { configuration: 78, start: 1, crashed: 70 };

function fail(sentence: string, code: number): never {
  process.stderr.write(`ringdown: ${sentence}\n`);
  process.exit(code);
}

function configure(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message, exitCodes.configuration);
    throw error;
  }
}

async function run(): Promise<void> {
  const config = configure();
  const log = openLog(config.logLevel);
  process.on("unhandledRejection", (error) => {
    log.error({ error }, "A bug: a promise was rejected and nobody listened");
  });
  process.on("uncaughtException", (error) => {
    log.error({ error }, "A bug: an exception was not caught");
  });
  let app: RunningApp;
  try {
    app = await startApp(config, log);
  } catch (error) {
    if (error instanceof StartError) fail(error.message, exitCodes.start);
    log.error({ error }, "The start failed");
    fail(`The start failed: ${describeError(error)}`, exitCodes.start);
  }
  process.stdout.write(greet(version, config, app));
  process.send?.({ type: "ready", ...app.addresses, links: app.links });
  stopOnSignals(app, config);
}

/** The first signal drains; a second one ends what is left at once. */
function stopOnSignals(app: RunningApp, config: Config): void {
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) {
      app.hurry();
      return;
    }
    stopping = true;
    process.stdout.write(
      `${signal}: no new calls; waiting up to ${config.drainMs / 1_000} s for ${app.callsNow()} in progress (again: at once)\n`,
    );
    app.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(`The stop failed: ${describeError(error)}`, exitCodes.crashed),
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("disconnect", () => {
    if (process.send !== undefined) stop("the parent is gone");
  });
  void app.failed.then((sentence) => {
    fail(sentence, exitCodes.crashed);
  });
}

await run();
