import { Worker } from "node:worker_threads";
import { Failure } from "../base/failure.ts";
import type { Report } from "./core/report.ts";
import type { HistoryTask, WorkerMessage } from "./worker-messages.ts";

/** A simulation that needs more ends by itself, and the server lives on. */
const mostMemoryMb = 2_048;

/**
 * Simulates a past period as configured and as proposed, in a thread of its own: nothing here is held up. Throws
 * Failure with a sentence, the signal's reason when it aborts, or an Error with the thread's stack for a bug.
 */
export async function simulateHistory(
  task: HistoryTask,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<Report> {
  signal.throwIfAborted();
  const worker = startWorker(task);
  let stopListening = () => {};
  try {
    return await new Promise<Report>((resolve, reject) => {
      const onAbort = () => {
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      stopListening = () => {
        signal.removeEventListener("abort", onAbort);
      };
      worker.on("message", (message: WorkerMessage) => {
        if (message.type === "progress") onProgress(message.share);
        else if (message.type === "done") resolve(message.report);
        else if (message.sentence === null) reject(new Error(message.stack));
        else reject(new Failure("unavailable", message.sentence));
      });
      worker.once("error", (error: NodeJS.ErrnoException) => {
        if (error.code !== "ERR_WORKER_OUT_OF_MEMORY") reject(error);
        else
          reject(new Failure("too-large", "The simulation needs too much memory: choose a shorter period"));
      });
      worker.once("exit", () => {
        reject(new Error("The simulation's thread ended without a result"));
      });
    });
  } finally {
    stopListening();
    await worker.terminate();
  }
}

/** The source, in tests and development, is TypeScript: there the thread first learns to read it. */
function startWorker(task: HistoryTask): Worker {
  const options = { workerData: task, resourceLimits: { maxOldGenerationSizeMb: mostMemoryMb } };
  if (!import.meta.url.endsWith(".ts"))
    return new Worker(new URL("./history-worker.js", import.meta.url), options);
  const program = JSON.stringify(new URL("./history-worker.ts", import.meta.url).href);
  const learning = `import("tsx/esm/api").then(({ register }) => { register(); return import(${program}); })`;
  return new Worker(learning, { ...options, eval: true });
}
