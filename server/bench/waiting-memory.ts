/** What one more waiting caller costs in memory, in each of the two processes. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { waitFor } from "../src/tests/rig/wait-for.ts";
import type { BenchHouse } from "./bench-house.ts";
import { startCrowd } from "./callers.ts";
import { residentBytes } from "./processes.ts";
import { openSilentPort } from "./silent-port.ts";

export interface WaitingMemory {
  callers: number;
  /** Of live objects and buffers after a garbage collection. */
  bytesPerCall: { server: number; embedded: number };
  /** Growth of the process as the operating system counts it (anonymous memory), after the same collection. */
  residentPerCall: { server: number; embedded: number };
}

export interface MemoryPlan {
  callers: number;
  /** How long to wait before each look: SIP's transactions are remembered for 32 s (RFC 3261, 64*T1). */
  settleMs: number;
  /** How long the last caller stays after that: all are counted, both processes collect their garbage. */
  staysMs: number;
}

interface Held {
  live: number;
  resident: number;
}
type Part = "server" | "embedded";

const callsPerSecond = 15;

/** The house must have been started with `--inspect-port=0`: the processes are asked through their inspectors. */
export async function measureWaitingMemory(
  bench: BenchHouse,
  { callers, settleMs, staysMs }: MemoryPlan,
): Promise<WaitingMemory> {
  const media = await openSilentPort();
  const inspectors = {
    server: await openInspector(bench, "server"),
    embedded: await openInspector(bench, "embedded"),
  };
  const measure = async () => ({
    server: await inspectors.server.held(),
    embedded: await inspectors.embedded.held(),
  });
  const crowd = (calls: number, talkMs: number) =>
    startCrowd({
      at: bench.house.program.sipUdp,
      to: bench.waitingNumber,
      ...{ calls, callsPerSecond, talkMs, hangUp: "caller", mediaPort: media.port },
    });
  try {
    const rehearsal = await crowd(Math.ceil(callers / 4), 2_000);
    await rehearsal.result();
    await rehearsal.close();
    await waitFor("the rehearsal to have left", () => waitingNow(bench) === 0);
    await sleep(settleMs);
    const before = await measure();
    const waiting = await crowd(callers, (callers / callsPerSecond) * 1_000 + settleMs + staysMs);
    try {
      await waitFor("all to wait", () => waitingNow(bench) === callers, { timeoutMs: 60_000 });
      await sleep(settleMs);
      const after = await measure();
      await waiting.result();
      const each = (part: Part, kind: keyof Held) =>
        Math.round((after[part][kind] - before[part][kind]) / callers);
      return {
        callers,
        bytesPerCall: { server: each("server", "live"), embedded: each("embedded", "live") },
        residentPerCall: { server: each("server", "resident"), embedded: each("embedded", "resident") },
      };
    } finally {
      await waiting.close();
    }
  } finally {
    inspectors.server.close();
    inspectors.embedded.close();
    await media.close();
  }
}

export function waitingNow({ house }: Pick<BenchHouse, "house">): number {
  const waiting = new Set<string>();
  for (const event of house.realtime.events) {
    if (event.kind === "waiting") waiting.add(event.waiting.interactionId);
    if (event.kind === "waiting-left") waiting.delete(event.interactionId);
  }
  return waiting.size;
}

/** Opens a process's inspector by its signal, and finds the address among what the program printed. */
async function openInspector({ house, pids }: BenchHouse, part: Part) {
  const addresses = () => [...house.program.output().matchAll(/Debugger listening on (ws:\S+)/g)];
  const before = addresses().length;
  process.kill(pids[part], "SIGUSR1");
  const address = await waitFor("the inspector", () => addresses()[before]?.[1]);
  const socket = new WebSocket(address);
  await once(socket, "open");
  let calls = 0;
  const ask = (method: string, params: object = {}): Promise<unknown> => {
    calls += 1;
    const id = calls;
    socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => {
      const take = (data: Buffer): void => {
        const message = JSON.parse(data.toString()) as { id?: number; result?: unknown };
        if (message.id !== id) return;
        socket.off("message", take);
        resolve(message.result);
      };
      socket.on("message", take);
    });
  };
  return {
    async held(): Promise<Held> {
      await ask("HeapProfiler.collectGarbage");
      const expression = "process.memoryUsage().heapUsed + process.memoryUsage().external";
      const answer = (await ask("Runtime.evaluate", { expression })) as { result: { value: number } };
      return { live: answer.result.value, resident: await residentBytes(pids[part]) };
    },
    close: () => {
      socket.close();
    },
  };
}
