/** The whole program as its users run it: a process of its own on free ports, stopped or killed at will. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { judgeLog } from "../rig/privacy.ts";

const mainPath = fileURLToPath(new URL("../../../dist/main.js", import.meta.url));

interface ReadyMessage {
  type: "ready";
  http: string;
  sip: string[];
  webNumbers: { number: string; label: string }[];
  /** Where Prometheus scrapes, when RINGDOWN_METRICS_PORT is set. */
  metrics: string | null;
  links: { firstAdministrator: string | null; people: { name: string; username: string; url: string }[] };
}

export interface Program extends Omit<ReadyMessage, "type"> {
  readonly child: ChildProcess;
  readonly dataDir: string;
  /** Host and port of SIP over UDP. */
  readonly sipUdp: { host: string; port: number };
  /** Everything that it printed, for when a test fails. */
  output(): string;
  /** Resolves with the exit code when it has ended by itself or by a signal. */
  readonly exited: Promise<number | null>;
  /** Starts anew on the same data, HTTP and SIP ports. */
  restart(environment?: Record<string, string>): Promise<Program>;
  /** SIGTERM with a short drain, or SIGKILL; removes the data unless asked to keep it. */
  stop(options?: { keepData?: boolean; signal?: NodeJS.Signals }): Promise<void>;
}

/**
 * With `npm run test:live` the program runs on the real servers that these name; RINGDOWN_LIVE_SIP is host:port of
 * drachtio's SIP over UDP. Tests of the embedded pair's own process are skipped then.
 */
const liveVariables = [
  ...["DRACHTIO_HOST", "DRACHTIO_PORT", "DRACHTIO_SECRET", "DRACHTIO_WS_URL"],
  ...["FREESWITCH_HOST", "FREESWITCH_PORT", "FREESWITCH_SECRET"],
];
export const isLive = process.env["DRACHTIO_HOST"] !== undefined;
const liveEnvironment = Object.fromEntries(
  liveVariables.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
) as Record<string, string>;
const liveSip = `udp ${process.env["RINGDOWN_LIVE_SIP"] ?? "127.0.0.1:5060"}`;

/** A network namespace to run in; from here the program is reached at `host`, which its links name then. */
export interface Within {
  namespace: string;
  host: string;
}

interface StartOptions {
  within?: Within;
  environment?: Record<string, string>;
  dataDir?: string;
}

/** Starts `server/dist/main.js` (built by `npm test`) and waits until it is ready. */
export async function startProgram(options: StartOptions = {}): Promise<Program> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "ringdown-test-"));
  const environment: Record<string, string> = {
    RINGDOWN_HTTP_PORT: "0",
    RINGDOWN_SIP_HOST: "127.0.0.1",
    RINGDOWN_SIP_PORT: "0",
    RINGDOWN_DATA_DIR: dataDir,
    RINGDOWN_DRAIN_SECONDS: "2",
    RINGDOWN_LOG_LEVEL: "info",
    ...liveEnvironment,
    ...options.environment,
  };
  const { within } = options;
  const child = fork(mainPath, [], {
    ...inNetworkOf(within, ["--enable-source-maps"]),
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const ready = await new Promise<ReadyMessage>((resolve, reject) => {
    child.once("message", (message) => {
      const text = JSON.stringify(message);
      const seen = within ? text.replaceAll("//localhost:", `//${within.host}:`) : text;
      resolve(JSON.parse(seen) as ReadyMessage);
    });
    child.once("exit", () => {
      reject(new Error(`The program ended before it was ready:\n${output}`));
    });
  });
  const sip = isLive ? [liveSip] : ready.sip;
  return {
    ...ready,
    sip,
    child,
    dataDir,
    sipUdp: udpOf(sip),
    output: () => output,
    exited,
    restart: async (changes = {}) =>
      startProgram({
        dataDir,
        environment: {
          ...environment,
          RINGDOWN_HTTP_PORT: new URL(ready.http).port,
          RINGDOWN_SIP_PORT: String(udpOf(sip).port),
          ...changes,
        },
      }),
    async stop({ keepData = false, signal = "SIGTERM" } = {}) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await exited;
      if (!keepData) rmSync(dataDir, { recursive: true, force: true });
      const problems = judgeLog(output);
      if (problems.length > 0)
        throw new Error(`The log tells too much or too little:\n${problems.join("\n")}`);
    },
  };
}

/** For `fork`: Node in another network, if one is named. */
export function inNetworkOf(
  within: { namespace: string } | undefined,
  nodeArgs: string[],
): { execPath?: string; execArgv: string[] } {
  if (within === undefined) return { execArgv: nodeArgs };
  return { execPath: "ip", execArgv: ["netns", "exec", within.namespace, process.execPath, ...nodeArgs] };
}

function udpOf(sip: string[]): { host: string; port: number } {
  const found = sip.map((line) => /^udp (\S+):(\d+)$/.exec(line)).find((match) => match !== null);
  if (!found) throw new Error(`The program listens on no UDP port: ${sip.join(", ")}`);
  return { host: found[1] ?? "127.0.0.1", port: Number(found[2]) };
}
