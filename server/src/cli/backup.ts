/** `ringdown backup` and `ringdown restore`. */
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { countUp, makeBackup, restoreBackup, type Verified, verifyBackup } from "../backup/backup.ts";
import { Failure } from "../base/failure.ts";
import { describeError } from "../base/log.ts";
import { type Command, exitCodes, type Terminal, UsageError } from "./command.ts";
import { type DataPlace, findDataDir, openDataPlace } from "./data-place.ts";
import { showProgress, untilInterrupted } from "./progress.ts";

const backupHelp = `Usage: ringdown backup FILE [--with-secrets] [--passphrase-file FILE]
       ringdown backup --verify FILE [--passphrase-file FILE]

Writes the database as of one moment, recordings and uploaded prompts into one
archive, while the program runs or not. FILE appears only when it is whole.

  --with-secrets           secrets.key too, which decrypts carriers' passwords.
                           Without it they are typed again after a restore
  --passphrase-file FILE   encrypts the archive (scrypt, AES-256-GCM) under the
                           first line of FILE
  --verify FILE            reads an archive and compares every part with its
                           SHA-256; writes nothing
  --data-dir FOLDER        instead of RINGDOWN_DATA_DIR

The database is DATABASE_URL, or the embedded one. An archive holds names,
numbers, voices and hashes of passwords: keep it as safe as the data itself.
It is a tar within gzip: tar -tzf lists one that is not encrypted.

Examples
  ringdown backup /backups/ringdown-$(date +%F).tar.gz
  ringdown backup --verify /backups/ringdown-2026-11-30.tar.gz
`;

const restoreHelp = `Usage: ringdown restore FILE [--replace] [--passphrase-file FILE]

Puts a backup back: reads all of it and compares it with its SHA-256, then
restores the database in one transaction, and the files. Stop the program before.
A backup of an older version is brought up to this one's schema.

  --replace                a database that is not empty gives way to the backup
  --passphrase-file FILE   of an encrypted archive
  --data-dir FOLDER        instead of RINGDOWN_DATA_DIR

Example
  RINGDOWN_DATA_DIR=/var/lib/ringdown ringdown restore ringdown-2026-11-30.tar.gz
`;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

export const backupCommand: Command = {
  name: "backup",
  summary: "the database, recordings and prompts in one archive, while it runs",
  help: backupHelp,
  async run(args, terminal) {
    const { values, positionals } = read(args, {
      ...{ "with-secrets": flag, verify: text },
      ...{ "passphrase-file": text, "data-dir": text },
    });
    const passphrase = await readPassphrase(values["passphrase-file"]);
    if (values.verify !== undefined) {
      if (positionals.length > 0) throw new UsageError("backup --verify takes one FILE");
      return await verify(resolve(values.verify), passphrase, terminal);
    }
    const archive = onlyFile("backup", positionals);
    return await backup(archive, passphrase, values, terminal);
  },
};

export const restoreCommand: Command = {
  name: "restore",
  summary: "puts a backup back",
  help: restoreHelp,
  async run(args, terminal) {
    const { values, positionals } = read(args, { replace: flag, "passphrase-file": text, "data-dir": text });
    const archive = onlyFile("restore", positionals);
    const passphrase = await readPassphrase(values["passphrase-file"]);
    return await restore(archive, passphrase, values, terminal);
  },
};

type Values = {
  "data-dir"?: string | undefined;
  "with-secrets"?: boolean | undefined;
  replace?: boolean | undefined;
};

async function backup(
  archive: string,
  passphrase: string | null,
  values: Values,
  terminal: Terminal,
): Promise<number> {
  const secrets = values["with-secrets"] === true;
  const place = await openDataPlace(findDataDir(values["data-dir"] ?? null, terminal), terminal, {
    beside: true,
  });
  const progress = showProgress(terminal);
  try {
    const made = await untilInterrupted((signal) =>
      makeBackup({
        ...{ archive, passphrase, secrets, signal },
        ...{ databaseUrl: place.databaseUrl, dataDir: place.dataDir, version: readVersion() },
        nodeId: terminal.environment["RINGDOWN_NODE_ID"] ?? "node-1",
        onProgress: (what, bytes, of) => progress.show(`Backing up ${what}`, bytes, of),
      }),
    );
    progress.end();
    terminal.say(`${archive}: ${made.rows} rows, ${sayFiles(made.files)}, ${sayBytes(made.bytes)}\n`);
    if (secrets && !existsSync(resolve(place.dataDir, "secrets.key")))
      terminal.say(`There is no secrets.key in ${place.dataDir}: keep RINGDOWN_SECRETS_KEY elsewhere\n`);
    return exitCodes.done;
  } finally {
    progress.end();
    await place.close();
  }
}

async function verify(archive: string, passphrase: string | null, terminal: Terminal): Promise<number> {
  const progress = showProgress(terminal);
  try {
    const verified = await verifyBackup(archive, passphrase, (bytes) =>
      progress.show("Checking", bytes, null),
    );
    progress.end();
    terminal.print(`${describe(archive, verified)}\n`);
    return exitCodes.done;
  } finally {
    progress.end();
  }
}

async function restore(
  archive: string,
  passphrase: string | null,
  values: Values,
  terminal: Terminal,
): Promise<number> {
  const opened: DataPlace[] = [];
  const dataDir = findDataDir(values["data-dir"] ?? null, terminal);
  const openDatabase = async () => {
    const place = await openDataPlace(dataDir, terminal, { beside: false });
    opened.push(place);
    return place.databaseUrl;
  };
  const progress = showProgress(terminal);
  try {
    const done = await untilInterrupted((signal) =>
      restoreBackup({
        ...{ archive, passphrase, signal, dataDir, openDatabase, replace: values.replace === true },
        onProgress: (what, bytes) =>
          progress.show(what === "checking" ? "Checking the backup" : "Restoring", bytes, null),
      }),
    );
    progress.end();
    const { about, rows, files, migrated, setAside } = done;
    terminal.say(
      `Restored the backup of ${about.madeAt} (version ${about.version}): ${rows} rows, ${sayFiles(files)}\n`,
    );
    if (migrated.length > 0) terminal.say(`The schema was brought up to date: ${migrated.join(", ")}\n`);
    for (const path of setAside)
      terminal.say(`Put aside, of the life before: ${path} (remove it when it is of no use any more)\n`);
    if (!about.secrets && !existsSync(resolve(dataDir, "secrets.key")))
      terminal.say(
        "The backup has no secrets.key: without it or RINGDOWN_SECRETS_KEY, carriers' passwords are typed again\n",
      );
    return exitCodes.done;
  } finally {
    progress.end();
    for (const place of opened) await place.close();
  }
}

function describe(archive: string, { about, manifest }: Verified): string {
  const { rows, files } = countUp(manifest);
  return [
    `${archive} is whole.`,
    `Made ${about.madeAt} on ${about.nodeId} by version ${about.version} from PostgreSQL ${about.postgres}.`,
    `Schema: ${about.migrations.at(-1) ?? ""}.`,
    `${rows} rows in ${manifest.tables.length} tables, ${sayFiles(files)}${about.secrets ? ", secrets.key asked for" : ""}.`,
  ].join("\n");
}

function read<T extends NonNullable<Parameters<typeof parseArgs>[0]>["options"] & object>(
  args: string[],
  options: T,
) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(describeError(error));
  }
}

function onlyFile(command: string, positionals: readonly string[]): string {
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new UsageError(`ringdown ${command} takes one FILE (ringdown ${command} --help says more)`);
  return resolve(file);
}

/** The first line. Not an argument or a variable: those are seen by others. */
async function readPassphrase(file: string | undefined): Promise<string | null> {
  if (file === undefined) return null;
  const content = await readFile(file, "utf8").catch((error: unknown) => {
    throw new Failure("not-found", `${file} can't be read: ${describeError(error)}`);
  });
  const passphrase = content.split(/\r?\n/)[0] ?? "";
  if (passphrase.length < 12)
    throw new Failure("bad-request", `${file}: a passphrase has at least 12 characters on the first line`);
  return passphrase;
}

function readVersion(): string {
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

function sayFiles(count: number): string {
  return count === 1 ? "1 file" : `${count} files`;
}

function sayBytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
