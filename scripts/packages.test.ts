import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "./prepare.mjs";

const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
  packages: Record<string, { dev?: boolean; hasInstallScript?: boolean; optional?: boolean }>;
};
const inProduction = Object.entries(lock.packages).filter(([path, { dev }]) => path !== "" && dev !== true);

describe("the packages of the lock file", () => {
  // The image that we build has no compiler and no Python, and neither has many a machine. Where the binary that a
  // package ships does not load on this Node, its install script silently compiles another one, and fails there.
  it("run from the binaries that they ship, on the oldest Node that is supported", () => {
    const compiled = inProduction
      .filter(([, { hasInstallScript, optional }]) => hasInstallScript === true && optional !== true)
      .map(([path]) => path.replace("node_modules/", ""));
    expect(compiled).toEqual(["argon2"]);
    const env = { ...process.env, PREBUILDS_ONLY: "1" };
    const { status, stderr } = spawnSync(process.execPath, ["-e", 'require("argon2")'], { cwd: root, env });
    expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: "" });
  });

  it("lie in one folder, which is the one that the Dockerfile copies", () => {
    const elsewhere = inProduction.filter(([path]) => /^(server|embedded)\/node_modules\//.test(path));
    expect(elsewhere).toEqual([]);
  });
});
