/** The program: reads the configuration, starts, prints where to go, and stops on signals by draining. */
import { type RunningApp, startApp, StartError, version } from "./app.ts";
import { describeError, type Log, openLog } from "./base/log.ts";
import { type Config, ConfigError, readConfig } from "./config.ts";
import { greet } from "./greeting.ts";

const exitCodes = { stopped: 0, configuration: 78, start: 1, crashed: 70 };

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

/**
 * Before it is ready it serves nobody, and ends at once. Not by the signal's own default: the first process of a
 * container has none, and would go on until it is killed, by then in the middle of calls. Returns what takes this back.
 */
function endOnSignals(): () => void {
  const end = () => process.exit(exitCodes.stopped);
  process.on("SIGTERM", end).on("SIGINT", end);
  return () => process.off("SIGTERM", end).off("SIGINT", end);
}

async function run(): Promise<void> {
  const endNoMore = endOnSignals();
  const config = configure();
  const log = openLog(config.logLevel, { node: config.nodeId });
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
  stopOnSignals(app, config, log);
  endNoMore();
  sayHello(config, app, log);
  process.send?.({ type: "ready", ...app.addresses, links: app.links });
}

/** For a person at a terminal, and whoever must read a first start's links; else a line of the log like any other. */
function sayHello(config: Config, app: RunningApp, log: Log): void {
  const { http, sip, metrics } = app.addresses;
  log.info({ version, http, sip, metrics }, "Ringdown is ready");
  const hasLinks = app.links.firstAdministrator !== null || app.links.people.length > 0;
  if (process.stdout.isTTY || hasLinks) process.stdout.write(greet(version, config, app));
}

/** The first signal drains; a second one ends what is left at once. */
function stopOnSignals(app: RunningApp, config: Config, log: Log): void {
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) {
      app.hurry();
      return;
    }
    stopping = true;
    const { drainMs } = config;
    log.info({ signal, drainMs, calls: app.callsNow() }, "No new calls; waiting for those in progress");
    app.stop().then(
      () => process.exit(exitCodes.stopped),
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
