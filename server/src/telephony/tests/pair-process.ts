/** An embedded pair in a process of its own, which a test can pause and kill. */
import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { HostPort, Pair } from "./pair.ts";

export interface PairProcess extends Pair {
  /** It hangs: its sockets stay open, and nothing is answered any more. */
  pause(): void;
  resume(): void;
  /** It is gone without a word. */
  kill(): Promise<void>;
}

interface Ready {
  type: "ready";
  sipEdge: { control: HostPort; listening: { protocol: string; host: string; port: number }[] };
  media: { eventSocket: HostPort };
}

const program = fileURLToPath(new URL("../../../../embedded/src/main.ts", import.meta.url));
const root = fileURLToPath(new URL("../../../..", import.meta.url));

export async function startPairProcess(): Promise<PairProcess> {
  const secret = randomBytes(12).toString("hex");
  const host = "127.0.0.1";
  const listen = ["udp", "tcp", "ws"].map((protocol) => ({ protocol, host, port: 0 }));
  const config = {
    sipEdge: { control: { host, port: 0, secret }, listen },
    media: {
      eventSocket: { host, port: 0, password: secret },
      sip: { host, port: 0 },
      rtp: { address: host },
      maxChannels: 100,
      localStreams: {},
    },
  };
  const child = fork(program, [], {
    cwd: root,
    execArgv: ["--import", "tsx"],
    env: { ...process.env, RINGDOWN_EMBEDDED_CONFIG: JSON.stringify(config) },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const [first] = (await once(child, "message")) as [Ready | { type: "failed"; error: { message: string } }];
  if (first.type !== "ready") throw new Error(`The embedded pair did not start: ${first.error.message}`);
  const portOf = (protocol: string) =>
    first.sipEdge.listening.find((listener) => listener.protocol === protocol)?.port ?? 0;
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  return {
    name: `${host}:${first.sipEdge.control.port}`,
    sip: { ...first.sipEdge.control, secret },
    media: { ...first.media.eventSocket, secret },
    udp: { host, port: portOf("udp") },
    ws: { host, port: portOf("ws") },
    isReal: false,
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    kill,
    close: kill,
  };
}
