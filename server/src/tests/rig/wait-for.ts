/** Waiting for conditions by name: a test that hangs says what it was waiting for, and what it saw instead. */
import { inspect } from "node:util";

export interface WaitOptions {
  timeoutMs?: number;
  intervalMs?: number;
}

/** What a probe returns while the condition does not hold yet. */
type NotYet = undefined | null | false;

/**
 * Asks `probe` again and again until it returns something that is not undefined, null or false, and resolves with
 * that. A probe that throws has not succeeded yet. Rejects after `timeoutMs` (default 10 s) with what was waited for,
 * the last value or the last error.
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | NotYet | Promise<T | NotYet>,
  { timeoutMs = 10_000, intervalMs = 25 }: WaitOptions = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let last = "nothing yet";
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined && value !== null && value !== false) return value;
      last = inspect(value, { depth: 4 });
    } catch (error) {
      last = error instanceof Error ? `${error.name}: ${error.message}` : inspect(error);
    }
    if (performance.now() >= deadline) {
      throw new Error(`Waited ${timeoutMs} ms for ${what}; the last answer was: ${last}`);
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}

/** Waits until the probe's value equals the expected one; the failure shows what it was instead. */
export async function waitForValue<T>(
  what: string,
  probe: () => T | Promise<T>,
  isExpected: (value: T) => boolean,
  { timeoutMs = 10_000, intervalMs = 25 }: WaitOptions = {},
): Promise<T> {
  let last: T | undefined;
  try {
    const found = await waitFor(
      what,
      async () => {
        last = await probe();
        return isExpected(last) ? { value: last } : undefined;
      },
      { timeoutMs, intervalMs },
    );
    return found.value;
  } catch {
    throw new Error(`Waited ${timeoutMs} ms for ${what}; the last value was: ${inspect(last, { depth: 6 })}`);
  }
}

/** A promise with a name and a deadline. */
export async function within<T>(what: string, promise: Promise<T>, timeoutMs = 10_000): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`Waited ${timeoutMs} ms for ${what}`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** For measurements over a time; a test that can wait for a condition does that instead. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
