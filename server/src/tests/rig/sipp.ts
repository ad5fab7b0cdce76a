/** sipp as the caller from outside: real UDP, real RTP, keys by RFC 4733. Debian's `sip-tester`, or SIPP_PATH. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, freeRtpPort } from "./free-port.ts";
import { encodeG711 } from "./g711.ts";
import { makeCapture } from "./pcap.ts";
import { startProcess } from "./processes.ts";
import { callerScenario } from "./sipp-scenario.ts";
import type { CallerScenario } from "./sipp-scenario.ts";
import type { Address } from "./sip-socket.ts";
import { makeTone } from "./tones.ts";
import { within } from "./wait-for.ts";

export interface SippOptions extends Partial<
  Pick<CallerScenario, "credentials" | "hangUp" | "talkMs" | "refusedWith" | "lateOffer">
> {
  at: Address;
  /** The number to call. */
  to: string;
  from?: string;
  /** The tone that the caller sends from the answer on; null: silence. */
  toneHz?: number | null;
  /** Keys with their time after the answer. They need the right to open raw sockets (root). */
  keys?: readonly { key: string; atMs: number }[];
  /** How long tone and keys go on. */
  audioMs?: number;
  /** How many calls, and how many new ones each second. More than one call needs root, as keys do. */
  calls?: number;
  callsPerSecond?: number;
  /** Sends back what it hears instead of a tone. */
  echo?: boolean;
}

export interface SippResult {
  succeeded: number;
  failed: number;
  /** sipp's error log. */
  errors: string;
}

export interface SippRun {
  readonly pid: number;
  /** SIP port of the callers. */
  readonly port: number;
  /** Resolves when every call is over, whether it went by the scenario or not. */
  result(timeoutMs?: number): Promise<SippResult>;
  /** All messages so far. */
  messages(): Promise<string>;
  /** Ends sipp and removes its files. Idempotent. */
  close(): Promise<void>;
}

/** Whether sipp may play captures (and so keys): it opens raw sockets. */
export function canPlayCaptures(): boolean {
  return process.getuid?.() === 0;
}

export async function startSipp(options: SippOptions): Promise<SippRun> {
  const directory = await mkdtemp(join(tmpdir(), "ringdown-sipp-"));
  const file = (name: string): string => join(directory, name);
  await writeFile(file("scenario.xml"), callerScenario(await prepareScenario(options, file)));
  const port = await freePort();
  const mediaPort = await freeRtpPort();
  const calls = options.calls ?? 1;
  const rate = String(options.callsPerSecond ?? 10);
  const calling = [`${options.at.host}:${options.at.port}`, "-sf", file("scenario.xml"), "-s", options.to];
  calling.push("-m", String(calls), "-l", String(calls), "-r", rate);
  const network = ["-i", "127.0.0.1", "-p", String(port), "-mi", "127.0.0.1", "-mp", String(mediaPort)];
  if (options.echo) network.push("-rtp_echo");
  const traces = ["-trace_err", "-error_file", file("errors.log"), "-trace_msg", "-message_file"];
  traces.push(file("messages.log"), "-trace_stat", "-stf", file("stat.csv"));
  const sipp = await startProcess(process.env["SIPP_PATH"] ?? "sipp", {
    cwd: directory,
    args: [...calling, ...network, ...traces, "-nostdin", "-deadcall_wait", "500"],
  });
  const read = (name: string): Promise<string> => readFile(file(name), "utf8").catch(() => "");
  return {
    pid: sipp.pid,
    port,
    async result(timeoutMs = 60_000) {
      await within(`sipp to finish its ${calls} calls`, sipp.ended, timeoutMs).catch(
        async (error: unknown) => {
          throw new Error(`${String(error)}\n${(await read("messages.log")).slice(-6_000)}`);
        },
      );
      return { ...countCalls(await read("stat.csv"), sipp.output()), errors: await read("errors.log") };
    },
    messages: () => read("messages.log"),
    async close() {
      await sipp.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function prepareScenario(
  options: SippOptions,
  file: (name: string) => string,
): Promise<CallerScenario> {
  const { toneHz = 1_000, keys = [], audioMs = 30_000, from = "+15550177" } = options;
  const { credentials, talkMs, refusedWith, lateOffer, calls = 1, hangUp = "callee" } = options;
  const scenario: CallerScenario = {
    from,
    hangUp,
    ...(credentials && { credentials }),
    ...(talkMs !== undefined && { talkMs }),
    ...(refusedWith !== undefined && { refusedWith }),
    ...(lateOffer !== undefined && { lateOffer }),
  };
  if (options.echo) return scenario;
  // A whole number of periods in a whole number of packets: the loop has no seam.
  const tone = toneHz === null ? null : makeTone({ hz: toneHz, durationMs: 1_000 });
  if (keys.length > 0 || calls > 1) {
    const sound = tone ? { sound: tone } : {};
    await writeFile(file("audio.pcap"), makeCapture({ durationMs: audioMs, keys, ...sound }));
    return { ...scenario, captureFile: file("audio.pcap") };
  }
  if (!tone) return scenario;
  await writeFile(file("tone.ul"), encodeG711("PCMU", tone.samples));
  return { ...scenario, streamFile: file("tone.ul") };
}

/** The last line of sipp's statistics, by the names in its first. */
function countCalls(statistics: string, output: string): { succeeded: number; failed: number } {
  const [names = "", ...lines] = statistics.trim().split("\n");
  const last = lines.at(-1)?.split(";");
  if (!last) throw new Error(`sipp left no statistics:\n${output.slice(-4_000)}`);
  const column = (name: string): number => Number(last[names.split(";").indexOf(name)]);
  return { succeeded: column("SuccessfulCall(C)"), failed: column("FailedCall(C)") };
}
