/** System errors of a database that cannot be reached now: worth a retry, and 503 at the edge. */
const systemErrors = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENOENT", // the unix socket is not there
]);

/**
 * SQLSTATEs of a server that stops, starts, is full, or refuses because it is a standby after a fail-over.
 * https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
const serverErrors = new Set([
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "57P05", // idle_session_timeout
  "53300", // too_many_connections
  "53200", // out_of_memory
  "53100", // disk_full
  "25006", // read_only_sql_transaction
  "55P03", // lock_not_available
  "57014", // query_canceled (statement_timeout)
]);

/** What pg itself throws, without a code, when a connection breaks or a limit of ours passes. */
const clientMessages =
  /Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Query read timeout|Cannot use a pool after calling end|Client was closed|timeout expired|not queryable/i;

export function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Whether the database is away (or full), rather than the statement wrong. Also looks into AggregateError. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError && error.errors.some(isUnavailable)) return true;
  const code = codeOf(error);
  if (code !== undefined)
    return systemErrors.has(code) || serverErrors.has(code) || /^08[0-9A-Z]{3}$/.test(code);
  return error instanceof Error && clientMessages.test(error.message);
}

/** Serialization failures and deadlocks: the same transaction again succeeds. */
export function isWorthRepeating(error: unknown): boolean {
  const code = codeOf(error);
  return code === "40001" || code === "40P01";
}

/** The constraint that a statement broke, or null: unique_violation 23505, foreign_key_violation 23503. */
export function brokenConstraint(error: unknown): string | null {
  const code = codeOf(error);
  if (code !== "23505" && code !== "23503") return null;
  const constraint = (error as { constraint?: unknown }).constraint;
  return typeof constraint === "string" ? constraint : "";
}
