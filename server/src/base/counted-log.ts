import type { Log } from "./log.ts";

export interface LogCounts {
  warn: number;
  error: number;
}

/** The same log, which counts its warnings and errors, those of its children included. */
export function countLines(log: Log, counts: LogCounts = { warn: 0, error: 0 }): Log & { counts: LogCounts } {
  return {
    counts,
    debug: (fields, sentence) => {
      log.debug(fields, sentence);
    },
    info: (fields, sentence) => {
      log.info(fields, sentence);
    },
    warn: (fields, sentence) => {
      counts.warn += 1;
      log.warn(fields, sentence);
    },
    error: (fields, sentence) => {
      counts.error += 1;
      log.error(fields, sentence);
    },
    child: (fields) => countLines(log.child(fields), counts),
  };
}
