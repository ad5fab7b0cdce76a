/** RFC 3261 section 17.1.1.1 and table 4, in milliseconds. */
export const t1Ms = 500;
export const t2Ms = 4000;
export const t4Ms = 5000;
/** Timers B, F, H, J, L and M. */
export const transactionTimeoutMs = 64 * t1Ms;
/** Timer D: at least 32 s over UDP. */
export const timerDMs = 32_000;
