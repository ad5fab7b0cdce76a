/** The embedded pair as a process of its own, started and watched by its parent. */
import { startEmbedded, type Embedded, type EmbeddedConfig } from "./embedded.ts";

interface StartFailure {
  readonly code?: string;
  readonly message: string;
  /** Which door it was about: "udp 0.0.0.0:5060". */
  readonly what?: string;
}

/** When closing hangs, for instance on a peer that never answers, the process still ends. */
const closeWithinMs = 5000;

/** Resolves when the parent, or standard output, has it. */
async function report(message: object): Promise<void> {
  await new Promise<void>((resolve) => {
    if (process.send === undefined) process.stdout.write(`${JSON.stringify(message)}\n`, () => resolve());
    else process.send(message, undefined, undefined, () => resolve());
  });
}

function readConfig(): EmbeddedConfig {
  const text = process.env["RINGDOWN_EMBEDDED_CONFIG"];
  if (text === undefined)
    throw new Error("RINGDOWN_EMBEDDED_CONFIG is not set: it holds the configuration as JSON");
  try {
    return JSON.parse(text) as EmbeddedConfig;
  } catch (error) {
    throw new Error("RINGDOWN_EMBEDDED_CONFIG is no JSON", { cause: error });
  }
}

function describeFailure(error: unknown): StartFailure {
  const { code, message, listen, address, port } = error as NodeJS.ErrnoException & {
    listen?: { protocol: string; host: string; port: number };
    address?: string;
    port?: number;
  };
  const what =
    listen === undefined
      ? address === undefined || port === undefined
        ? undefined
        : `${address}:${String(port)}`
      : `${listen.protocol} ${listen.host}:${String(listen.port)}`;
  return { message, ...(code === undefined ? {} : { code }), ...(what === undefined ? {} : { what }) };
}

type Level = "info" | "warn" | "error";

/** To the parent's log, which knows what may be written; without a parent to standard error, a line of JSON each. */
function tell(level: Level): (fields: Record<string, unknown>, msg: string) => void {
  return ({ error, ...rest }, msg) => {
    const fields = error === undefined ? rest : { ...rest, error: plainError(error) };
    if (process.send !== undefined && process.connected) process.send({ type: "log", level, fields, msg });
    else {
      const time = new Date().toISOString();
      process.stderr.write(`${JSON.stringify({ level, time, part: "embedded", ...fields, msg })}\n`);
    }
  };
}

function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return { type: error.constructor.name, message: error.message, stack: error.stack };
}

const log = { info: tell("info"), warn: tell("warn"), error: tell("error") };

/** A bug in one call's handling must not end everybody's calls: it is told, and life goes on. */
function survive(error: unknown): void {
  log.error({ error }, "Bug in the embedded pair");
}

// A parent that is gone reads nothing any more; telling that to nobody would go round in circles.
process.stderr.on("error", () => undefined);
process.stdout.on("error", () => undefined);

let isLeaving = false;

async function leave(embedded: Embedded): Promise<void> {
  if (isLeaving) return;
  isLeaving = true;
  setTimeout(() => process.exit(0), closeWithinMs).unref();
  await embedded.close().catch(survive);
  process.exit(0);
}

async function run(): Promise<void> {
  let embedded: Embedded;
  try {
    const { sipEdge, media } = readConfig();
    embedded = await startEmbedded({ sipEdge: { ...sipEdge, log }, media: { ...media, log } });
  } catch (error) {
    await report({ type: "failed", error: describeFailure(error) });
    process.exit(1);
  }
  process.on("uncaughtException", survive);
  process.on("unhandledRejection", survive);
  const { sipEdge, media } = embedded;
  const leaveNow = (): void => void leave(embedded);
  process.on("SIGTERM", leaveNow);
  process.on("SIGINT", leaveNow);
  // The parent is gone: nobody controls these calls any more.
  process.on("disconnect", leaveNow);
  if (process.send !== undefined && !process.connected) leaveNow();
  await report({
    type: "ready",
    sipEdge: { control: sipEdge.control, listening: sipEdge.listening },
    media: { eventSocket: media.eventSocket, sip: media.sip },
  });
}

await run();
