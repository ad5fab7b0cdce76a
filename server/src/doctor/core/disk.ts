import { type Finding, ok, problem, warning } from "./finding.ts";

/** Stereo, 16 bit, at the 8,000 Hz of a telephone call: a browser's call may take more. */
const bytesPerTalkSecond = 2 * 2 * 8_000;
/** Below, nothing is recorded any more (recordings/recordings.ts). */
const leastBytes = 256 * 1_048_576;

export interface DiskFacts {
  dataDir: string;
  exists: boolean;
  /** By this user; root may write everywhere. */
  writable: boolean;
  /** Of the file system in which it is, or will be made. */
  space: { freeBytes: number; freeFiles: number; files: number };
  /** Talks at the same time, at most. */
  talks: number;
}

export function judgeDisk(facts: DiskFacts): Finding[] {
  const { dataDir, exists, writable, space } = facts;
  const name = "data directory: access";
  const access = exists
    ? writable
      ? ok(name, `${dataDir} can be read and written`)
      : problem(
          name,
          `${dataDir} can't be written by this user`,
          "Make it this user's (chown), or set RINGDOWN_DATA_DIR",
        )
    : warning(name, `${dataDir} is not there yet`, "The first start makes it, or set RINGDOWN_DATA_DIR");
  return [access, judgeSpace(facts, space.freeBytes), judgeFiles(facts, space)];
}

function judgeSpace({ dataDir, talks }: DiskFacts, freeBytes: number): Finding {
  const name = "data directory: free space";
  const hours = Math.max(0, freeBytes - leastBytes) / bytesPerTalkSecond / 3_600;
  const busy = hours / talks;
  const lasts = busy >= 1 ? `${format(busy)} hours` : `${Math.floor(busy * 60)} minutes`;
  const saw = `${sayBytes(freeBytes)} are free in ${dataDir}: ${lasts} of recording with ${talks} talks at once`;
  const advice = "Free space or move RINGDOWN_DATA_DIR to a larger disk: below 256 MB nothing is recorded";
  if (busy < 2) return problem(name, saw, advice);
  return busy < 24 ? warning(name, saw, advice) : ok(name, saw);
}

/** Some file systems make inodes as they need them, and count none. */
function judgeFiles(
  { dataDir }: DiskFacts,
  { freeFiles, files }: { freeFiles: number; files: number },
): Finding {
  const name = "data directory: free files";
  if (files === 0) return ok(name, `The file system of ${dataDir} has no fixed number of files`);
  const saw = `${freeFiles} more files fit into the file system of ${dataDir}`;
  const advice = "Each recording is a file: remove others, or use a file system with more inodes";
  if (freeFiles < 1_000) return problem(name, saw, advice);
  return freeFiles < 0.05 * files ? warning(name, saw, advice) : ok(name, saw);
}

export function sayBytes(bytes: number): string {
  if (bytes >= 1e12) return `${format(bytes / 1e12)} TB`;
  return bytes >= 1e9 ? `${format(bytes / 1e9)} GB` : `${Math.floor(bytes / 1e6)} MB`;
}

function format(value: number): string {
  return value >= 10 ? String(Math.floor(value)) : value.toFixed(1);
}
