/** A supervisor may change its mind while the program starts. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { freePort } from "../rig/free-port.ts";

const mainPath = fileURLToPath(new URL("../../../dist/main.js", import.meta.url));

// The first process of a container gets no signal that it has no handler for: what ends here by the signal goes on there.
it.each(["SIGTERM", "SIGINT"] as const)(
  "ends by itself at a %s that comes before it is ready",
  async (signal) => {
    const dataDir = await mkdtemp(join(tmpdir(), "ringdown-test-"));
    // A database that is not there is waited for.
    const DATABASE_URL = `postgres://nobody@127.0.0.1:${await freePort()}/none`;
    const child = fork(mainPath, [], {
      env: { PATH: process.env["PATH"], RINGDOWN_DATA_DIR: dataDir, RINGDOWN_HTTP_PORT: "0", DATABASE_URL },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    if (child.stdout === null) throw new Error("It has no output");
    await once(child.stdout, "data");
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([0, null]);
    await rm(dataDir, { recursive: true, force: true });
  },
);
