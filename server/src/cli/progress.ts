import type { Terminal } from "./command.ts";

export interface Progress {
  show(what: string, bytes: number, ofBytes: number | null): void;
  /** The line is wiped out. Idempotent. */
  end(): void;
}

const everyMs = 100;

/** On a terminal, a line that is overwritten; elsewhere nothing. */
export function showProgress({ isInteractive, say }: Terminal): Progress {
  let [shown, at] = ["", 0];
  const put = (next: string) => {
    say(`\r${next.padEnd(shown.length)}${next === "" ? "\r" : ""}`);
    shown = next;
  };
  return {
    show(what, bytes, ofBytes) {
      if (!isInteractive || performance.now() - at < everyMs) return;
      at = performance.now();
      const share = ofBytes === null || ofBytes === 0 ? "" : ` (${Math.floor((100 * bytes) / ofBytes)} %)`;
      put(`${what}: ${(bytes / 1e6).toFixed(1)} MB${share}`);
    },
    end() {
      if (shown !== "") put("");
    },
  };
}

/** Ctrl-C (or a supervisor's SIGTERM) aborts the signal instead of ending the process in the middle. */
export async function untilInterrupted<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupting = new AbortController();
  const interrupt = () => interrupting.abort();
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    return await run(interrupting.signal);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}
