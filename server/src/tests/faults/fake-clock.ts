/** Another time of day for one process, by Debian's libfaketime. */
import { existsSync } from "node:fs";

const places = ["x86_64-linux-gnu", "aarch64-linux-gnu"].map(
  (machine) => `/usr/lib/${machine}/faketime/libfaketime.so.1`,
);

/**
 * The environment of a process whose time of day is off by what the file says ("+5m", "-300"), read again at every
 * look at the clock. The monotonic clock, by which timers run, is the real one, as when somebody sets a clock.
 */
export function fakeClock(file: string): Record<string, string> {
  const library = process.env["LIBFAKETIME_PATH"] ?? places.find((place) => existsSync(place));
  if (library === undefined)
    throw new Error("libfaketime is needed (Debian package faketime, or LIBFAKETIME_PATH)");
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
  };
}
