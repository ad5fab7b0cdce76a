import type { Clock } from "../base/clock.ts";
import { describeError } from "../base/log.ts";

/** A call waits so long for what would be good to know, and no longer. */
export const patienceMs = 300;

/** The answer, if it comes in time; else, and when it fails, `otherwise`, and `onMiss` hears why. Never rejects. */
export async function inTime<T>(
  answer: Promise<T>,
  otherwise: T,
  clock: Clock,
  onMiss: (problem: string) => void,
): Promise<T> {
  let stop = () => {};
  const late = new Promise<T>((resolve) => {
    stop = clock.setTimer(clock.now() + patienceMs, () => {
      onMiss(`There was no answer within ${patienceMs} ms`);
      resolve(otherwise);
    });
  });
  const failed = (error: unknown) => {
    onMiss(describeError(error));
    return otherwise;
  };
  try {
    return await Promise.race([answer.catch(failed), late]);
  } finally {
    stop();
  }
}
