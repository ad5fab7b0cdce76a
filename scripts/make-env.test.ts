import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../server/src/config.ts";
import { defaultInterface, externalAddress, isPublic, ownAddress } from "./deploy/addresses.mjs";
import { missingFrom, readEnv, variables } from "./deploy/env-file.mjs";

const program = new URL("./make-env.mjs", import.meta.url).pathname;
const where = ["--domain", "calls.invalid", "--address", "192.0.2.10", "--external", "198.51.100.7"];
const secrets = variables.filter(({ secret }) => secret !== undefined).map(({ name }) => name);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ringdown-env-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Without a person at a terminal. */
function run(name: string, ...options: string[]): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [program, "--file", join(folder, name), ...options], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  return new Promise((done) => {
    child.on("close", (code) => {
      done({ code, said });
    });
  });
}
const contents = (name: string) => readEnv(readFileSync(join(folder, name), "utf8"));

describe("the file .env of a production server", () => {
  it("is made with what was said and with secrets that nobody is shown, for its owner alone", async () => {
    const { code, said } = await run("new", ...where, "--region", "US");
    expect(code).toBe(0);
    const file = contents("new");
    expect(file.get("RINGDOWN_DOMAIN")).toBe("calls.invalid");
    expect(file.get("SIP_ADDRESS")).toBe("192.0.2.10");
    expect(file.get("EXTERNAL_ADDRESS")).toBe("198.51.100.7");
    expect(file.get("RINGDOWN_REGION")).toBe("US");
    expect(missingFrom(readFileSync(join(folder, "new"), "utf8"))).toEqual([]);
    expect(statSync(join(folder, "new")).mode & 0o777).toBe(0o600);
    for (const name of secrets) {
      expect(file.get(name)!.length, name).toBeGreaterThanOrEqual(44);
      expect(said).not.toContain(file.get(name));
    }
    expect(new Set(secrets.map((name) => file.get(name))).size).toBe(secrets.length);
    // The server takes them as they are.
    expect(() => readConfig(Object.fromEntries(file))).toThrow(/DRACHTIO_HOST/);
    const { RINGDOWN_SECRETS_KEY, RINGDOWN_TURN_SECRET } = Object.fromEntries(file);
    expect(readConfig({ RINGDOWN_SECRETS_KEY, RINGDOWN_TURN_SECRET }).secretsKey).toBe(RINGDOWN_SECRETS_KEY);
  });

  it("is never overwritten: a second run changes nothing", async () => {
    await run("twice", ...where);
    const before = readFileSync(join(folder, "twice"), "utf8");
    const { code, said } = await run("twice", "--domain", "other.invalid");
    expect(code).toBe(0);
    expect(said).toContain("nothing was changed");
    expect(readFileSync(join(folder, "twice"), "utf8")).toBe(before);
  });

  it("gets what an upgrade brought only with --update, and keeps every line that it had", async () => {
    const old =
      "RINGDOWN_DOMAIN=old.invalid\nSIP_ADDRESS=192.0.2.1\nEXTERNAL_ADDRESS=\nPOSTGRES_PASSWORD=kept";
    writeFileSync(join(folder, "old"), old);
    chmodSync(join(folder, "old"), 0o644);
    const asked = await run("old");
    expect(asked.code).toBe(1);
    expect(asked.said).toContain("REDIS_PASSWORD, DRACHTIO_SECRET");
    expect(readFileSync(join(folder, "old"), "utf8")).toBe(old);
    expect(statSync(join(folder, "old")).mode & 0o777).toBe(0o600);

    const updated = await run("old", "--update");
    expect(updated.code).toBe(0);
    const text = readFileSync(join(folder, "old"), "utf8");
    expect(text.startsWith(`${old}\n`)).toBe(true);
    expect(missingFrom(text)).toEqual([]);
    expect(contents("old").get("POSTGRES_PASSWORD")).toBe("kept");
  });

  it("has only secrets for a cluster, and leads to the example's stores unless others are named", async () => {
    expect((await run("cluster", "--cluster")).code).toBe(0);
    const file = contents("cluster");
    expect(file.get("DATABASE_URL")).toBe(
      `postgres://ringdown:${file.get("POSTGRES_PASSWORD")}@postgres:5432/ringdown`,
    );
    expect(file.get("REDIS_URL")).toBe(`redis://:${file.get("REDIS_PASSWORD")}@redis:6379`);
    expect(file.has("SIP_ADDRESS")).toBe(false);
    await run("named", "--cluster", "--database", "postgres://r:p@db.invalid/r");
    expect(contents("named").get("DATABASE_URL")).toBe("postgres://r:p@db.invalid/r");
  });

  it("is not made from half an answer or a wrong one", async () => {
    const unnamed = await run("wrong", "--address", "192.0.2.10");
    expect(unnamed).toMatchObject({ code: 1, said: expect.stringContaining("--domain is needed") as string });
    const wrong = await run("wrong", "--domain", "calls.invalid", "--address", "192.0.2.256");
    expect(wrong).toMatchObject({
      code: 1,
      said: expect.stringContaining("--address 192.0.2.256") as string,
    });
    const unknown = await run("wrong", "--domian", "calls.invalid");
    expect(unknown).toMatchObject({ code: 1, said: expect.stringContaining("--domain NAME") as string });
    expect(() => statSync(join(folder, "wrong"))).toThrow("ENOENT");
  });
});

describe("the addresses of a machine", () => {
  const routes =
    "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n" +
    "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\n" +
    "wlan0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\n" +
    "eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\n";
  const row = (address: string, internal = false) =>
    ({ family: "IPv4", address, internal }) as NonNullable<ReturnType<typeof Object>>;

  it("are those of the default route with the smallest metric", () => {
    expect(defaultInterface(routes)).toBe("eth0");
    const interfaces = { docker0: [row("172.17.0.1")], wlan0: [row("192.168.0.5")], eth0: [row("10.0.0.5")] };
    expect(ownAddress(interfaces, routes)).toBe("10.0.0.5");
  });

  it("are not guessed when there are several and no default route", () => {
    const interfaces = { lo: [row("127.0.0.1", true)], a: [row("10.0.0.5")] };
    expect(ownAddress(interfaces, "")).toBe("10.0.0.5");
    expect(ownAddress({ ...interfaces, b: [row("10.0.0.6")] }, "")).toBeUndefined();
  });

  it("seen from outside are the machine's when public, else the name's, else unknown", () => {
    expect(externalAddress("198.51.100.7", ["203.0.113.1"])).toBe("198.51.100.7");
    expect(externalAddress("10.0.0.5", ["10.0.0.9", "203.0.113.1"])).toBe("203.0.113.1");
    expect(externalAddress("10.0.0.5", [])).toBeUndefined();
    expect(["172.31.0.1", "172.32.0.1", "100.64.0.1", "169.254.1.1"].map(isPublic)).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });
});
