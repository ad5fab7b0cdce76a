import { pino } from "pino";

/** Structured log: `log.info({ callId }, "sentence")`. No secrets; no personal data at info level or above. */
export interface Log {
  debug(fields: object, sentence: string): void;
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
  child(fields: object): Log;
}

const secretFields = ["password", "secret", "token", "authorization", "cookie"];
const redacted = secretFields.flatMap((name) => [name, `*.${name}`]);

/** A log of JSON lines on standard output (one object a line, `time` in ISO 8601). */
export function openLog(level: string): Log {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { error: pino.stdSerializers.err },
    redact: { paths: redacted, censor: "[secret]" },
  });
}

/** What an unknown thrown value says, for log lines and error messages. */
export function describeError(error: unknown): string {
  if (error instanceof Error) return error.message || error.name;
  return typeof error === "string" ? error : JSON.stringify(error);
}
