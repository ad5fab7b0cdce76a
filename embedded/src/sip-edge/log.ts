/** Where the edge tells what an operator or developer should see; pino's loggers fit. */
export interface SipEdgeLog {
  error(fields: Record<string, unknown>, message: string): void;
  warn?(fields: Record<string, unknown>, message: string): void;
}

export const silentLog: SipEdgeLog = { error: () => undefined };
