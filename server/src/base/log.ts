import { pino } from "pino";
import { readableLine } from "./readable-log.ts";
import { cleanFields, scrub } from "./redact.ts";

/**
 * Structured log: `log.info({ agentId }, "sentence")`. The sentence is constant, so that it can be searched for; what
 * varies is in the fields. No secrets; no personal data at info level or above (docs/observability.md). What belongs to
 * a call is logged by that call's own log, `log.child({ callId })`.
 */
export interface Log {
  debug(fields: object, sentence: string): void;
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
  child(fields: object): Log;
}

export interface LogOptions {
  /** The name of this process in each line. */
  node?: string;
  /** Where lines go; default: standard output, readable when that is a terminal. */
  write?(line: string): void;
}

const infoLevel = pino.levels.values["info"] ?? 30;

/** A log of JSON lines (one object a line, `time` in ISO 8601 with milliseconds, `level` as a word). */
export function openLog(level: string, { node, write = terminal() }: LogOptions = {}): Log {
  const options: pino.LoggerOptions = {
    level,
    base: node === undefined ? null : { node },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (word) => ({ level: word }), bindings: (fields) => cleanFields(fields, true) },
    hooks: {
      logMethod([fields, sentence = ""], method, lineLevel) {
        const isPublic = lineLevel >= infoLevel;
        method.apply(this, [
          cleanFields(fields as object, isPublic),
          isPublic ? scrub(sentence) : sentence,
        ] as Parameters<typeof method>);
      },
    },
  };
  return write === undefined ? pino(options) : pino(options, { write });
}

function terminal(): ((line: string) => void) | undefined {
  if (!process.stdout.isTTY) return undefined;
  return (line) => process.stdout.write(readableLine(line));
}

/** What an unknown thrown value says, for log lines and error messages. */
export function describeError(error: unknown): string {
  if (error instanceof Error) return error.message || error.name;
  if (typeof error === "string") return error;
  try {
    return JSON.stringify(error) ?? String(error);
  } catch {
    return String(error); // refers to itself
  }
}
