import { execFile } from "node:child_process";
import { access, chmod, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The account that PostgreSQL runs under; null: our own. PostgreSQL refuses to run as root. */
export type PostgresAccount = { name: string; uid: number; gid: number } | null;

/** Our own account, or if we are root `postgres` (created if need be), or `nobody`. */
export async function findPostgresAccount(): Promise<PostgresAccount> {
  if (process.getuid?.() !== 0) return null;
  const account = (await lookUp("postgres")) ?? (await create()) ?? (await lookUp("nobody"));
  if (account !== null) return account;
  throw new Error(
    "PostgreSQL does not run as root, and there is no other account: start Ringdown as another user, or set DATABASE_URL",
  );
}

async function lookUp(name: string): Promise<PostgresAccount> {
  try {
    const [uid, gid] = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]);
    return { name, uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return null; // no such account
  }
}

async function create(): Promise<PostgresAccount> {
  const system = ["--system", "--no-create-home", "--user-group", "--shell", "/bin/false", "postgres"];
  try {
    await run("useradd", system);
    return await lookUp("postgres");
  } catch {
    return null; // no useradd here; the caller has another account to try
  }
}

/** Throws a sentence that names the folder through which the account may not pass on the way to `path`. */
export async function checkReach(account: PostgresAccount, path: string): Promise<void> {
  if (account === null) return;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { uid, gid, mode } = await stat(folder);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0)
      throw new Error(
        `PostgreSQL runs as ${account.name}, which may not enter ${folder} (on the way to ${path}): start Ringdown as a user who is not root, allow it (chmod o+x ${folder}), or set DATABASE_URL`,
      );
    if (folder === dirname(folder)) return;
  }
}

/** Lets the account pass through the data directory (not list it), as after a `mkdtemp` by root. */
export async function letPass(account: PostgresAccount, folder: string): Promise<void> {
  if (account === null) return;
  const { mode } = await stat(folder);
  if ((mode & 0o001) === 0) await chmod(folder, (mode & 0o7777) | 0o001);
}

/** Throws a sentence if we cannot write into `folder`. */
export async function checkWritable(folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Error(
      `The data directory ${folder} cannot be written: change its owner, or set RINGDOWN_DATA_DIR`,
      {
        cause: error,
      },
    );
  }
}
