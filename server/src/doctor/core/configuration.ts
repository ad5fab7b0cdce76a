import { type Finding, ok, problem, warning } from "./finding.ts";

/** Variables of ours that other parts than the program read: FreeSWITCH's configuration, drachtio, compose, tests. */
const readByOthers = [
  ...["FREESWITCH_IP", "FREESWITCH_EXTERNAL_IP", "FREESWITCH_SIP_PORT", "FREESWITCH_EVENT_SOCKET_IP"],
  ...["FREESWITCH_CONTROLLER_NETWORK", "FREESWITCH_RTP_START_PORT", "FREESWITCH_RTP_END_PORT"],
  ...["FREESWITCH_MUSIC_DIR", "FREESWITCH_RECORDINGS_DIR", "FREESWITCH_MAX_CHANNELS"],
  ...["FREESWITCH_CHANNELS_PER_SECOND", "FREESWITCH_MEDIA_TIMEOUT_MS", "FREESWITCH_LOG_LEVEL"],
  ...["DRACHTIO_ADMIN_ADDRESS", "DRACHTIO_ADMIN_TCP_PORT", "DRACHTIO_CONSOLE_LOGGING", "DRACHTIO_LOGLEVEL"],
  ...["DRACHTIO_PROMETHEUS_SCRAPE_PORT", "DRACHTIO_SOFIA_LOGLEVEL", "RINGDOWN_DOMAIN", "RINGDOWN_LIVE_SIP"],
];
const ours = /^(RINGDOWN|DRACHTIO|FREESWITCH)_/;

/** Variables that nobody reads. Those close to a known name are surely meant to be it. */
export function judgeNames(given: readonly string[], read: readonly string[]): Finding[] {
  const name = "configuration: names";
  const known = new Set([...read, ...readByOthers]);
  const unknown = given.filter((each) => (ours.test(each) || isLikely(each, read)) && !known.has(each));
  const findings = unknown.map((each) => judgeName(name, each, [...known]));
  const found = findings.filter((finding) => finding !== null);
  if (found.length > 0) return found;
  const set = given.filter((each) => known.has(each)).length;
  return [ok(name, `${set} variables are set, and each is one that Ringdown or its servers read`)];
}

/** DATABSE_URL and REDIS_ULR have no prefix of ours. */
function isLikely(given: string, read: readonly string[]): boolean {
  const unprefixed = read.filter((name) => !ours.test(name));
  return unprefixed.some((name) => name !== given && editsBetween(given, name) <= 2);
}

function judgeName(name: string, given: string, known: readonly string[]): Finding | null {
  const near = nearestOf(given, known);
  const saw = `${given} is set, and nothing reads it`;
  if (near !== null) return problem(name, saw, `Rename it to ${near}, or remove it`);
  // Their own programs have variables that we can't know all.
  if (!given.startsWith("RINGDOWN_")) return null;
  return warning(name, saw, "Remove it; .env.example lists every variable");
}

function nearestOf(given: string, known: readonly string[]): string | null {
  const [best] = known
    .map((name) => ({ name, edits: editsBetween(given, name) }))
    .sort((a, b) => a.edits - b.edits);
  return best && best.edits <= Math.max(2, Math.floor(given.length / 8)) ? best.name : null;
}

/** Levenshtein's distance, with two exchanged neighbours as one edit. */
export function editsBetween(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped =
        a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? Infinity) + 1 : Infinity;
      row[j] = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + change, swapped);
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}

/** Files that hold secrets, with their permission bits; null: there is none. */
export function judgeModes(files: readonly { path: string; mode: number | null }[]): Finding[] {
  return files
    .filter(({ mode }) => mode !== null)
    .map(({ path, mode }) => {
      const name = "configuration: who may read secrets";
      if (((mode ?? 0) & 0o077) === 0) return ok(name, `${path} is its owner's alone`);
      const saw = `${path} may be read or written by others (mode ${((mode ?? 0) & 0o777).toString(8)})`;
      return problem(name, saw, `chmod 600 ${path}`);
    });
}

export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const name = "machine: Node.js";
  if (major > 20 || (major === 20 && minor >= 19)) return ok(name, `Node.js ${version} runs this`);
  return problem(name, `Node.js ${version} is too old`, "Install Node.js 20.19 or newer");
}

/** A call with an agent takes some sockets, a browser two connections. Null: it can't be read here. */
export function judgeFileLimit(limit: number | null): Finding[] {
  const name = "machine: open files";
  if (limit === null) return [];
  if (limit >= 8_192) return [ok(name, `A process may have ${limit} files and sockets open`)];
  const advice = "Raise it to 65536: ulimit -n, LimitNOFILE= in the systemd unit, or ulimits: in compose";
  return [warning(name, `A process may have only ${limit} files and sockets open`, advice)];
}
