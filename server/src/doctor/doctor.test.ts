import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createWebServer } from "node:http";
import { createServer as createTlsWebServer } from "node:https";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { readConfig } from "../config.ts";
import { startPair } from "../telephony/tests/pair.ts";
import { freePort } from "../tests/rig/free-port.ts";
import { startProcess } from "../tests/rig/processes.ts";
import { startRedis } from "../tests/rig/redis-process.ts";
import { openTestDatabase } from "../store/test-database.ts";
import { examine, type Finding } from "./doctor.ts";

let folder: string;
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ringdown-doctor-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** What it finds with these variables, of the checks whose name begins so. */
async function findings(
  environment: Record<string, string>,
  about: string,
  options: { ntpServer?: string; deadlineMs?: number } = {},
): Promise<Finding[]> {
  const { ntpServer = null, deadlineMs = 5_000 } = options;
  const all = { RINGDOWN_DATA_DIR: folder, RINGDOWN_HTTP_PORT: "0", RINGDOWN_SIP_PORT: "0", ...environment };
  const found = await examine({ config: readConfig(all), environment: all, ntpServer, deadlineMs });
  return found.filter(({ name }) => name.startsWith(about));
}

async function listen(server: Server): Promise<number> {
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const saying = (outcome: Finding["outcome"], saw: RegExp, advice?: RegExp): object => ({
  outcome,
  saw: expect.stringMatching(saw) as string,
  ...(advice === undefined ? {} : { advice: expect.stringMatching(advice) as string }),
});

describe("PostgreSQL", () => {
  it("is well, or says which of user, database and port is wrong, and never the password", async () => {
    const database = await openTestDatabase();
    closing.push(() => database.close());
    const well = await findings({ DATABASE_URL: database.url }, "postgres");
    expect(well.map(({ outcome }) => outcome)).toEqual(["ok", "ok", "ok", "ok", "ok"]);
    const server = new URL(inject("postgresUrl"));
    server.password = "hunter22";
    const wrong = await findings({ DATABASE_URL: `${server.href}/postgres` }, "postgres");
    expect(wrong).toMatchObject([saying("problem", /password authentication failed/, /user and password/)]);
    expect(JSON.stringify(wrong)).not.toContain("hunter22");
    const nowhere = await findings({ DATABASE_URL: `${inject("postgresUrl")}/no_such` }, "postgres");
    expect(nowhere).toMatchObject([saying("problem", /"no_such" does not exist/, /createdb/)]);
    const closed = `postgres://u:p@127.0.0.1:${await freePort()}/x`;
    expect(await findings({ DATABASE_URL: closed }, "postgres")).toMatchObject([
      saying("problem", /ECONNREFUSED/, /host and port/),
    ]);
  });

  it("that takes the connection and says nothing is given up at the deadline", async () => {
    const silent = createServer((socket) => closing.push(() => socket.destroy()));
    const url = `postgres://u:p@127.0.0.1:${await listen(silent)}/x`;
    const startedAt = performance.now();
    expect(await findings({ DATABASE_URL: url }, "postgres", { deadlineMs: 300 })).toMatchObject([
      saying("problem", /no answer in time/i),
    ]);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe("Redis", () => {
  it("without appendonly is warned of; with it, it is well", async () => {
    const [lasting, forgetful] = await Promise.all([startRedis(), startRedis({ isForgetful: true })]);
    closing.push(() => lasting.close(), () => forgetful.close()); // prettier-ignore
    const [well, warned] = await Promise.all(
      [lasting, forgetful].map(({ url }) => findings({ REDIS_URL: url }, "redis: what survives")),
    );
    expect(well).toMatchObject([saying("ok", /appendfsync always/)]);
    expect(warned).toMatchObject([saying("warning", /appendonly is off/, /Set appendonly yes/)]);
    const closed = `redis://127.0.0.1:${await freePort()}`;
    expect(await findings({ REDIS_URL: closed }, "redis")).toMatchObject([saying("problem", /ECONNREFUSED/)]);
  });
});

describe("the pair of servers", () => {
  it("answers the right secrets and refuses wrong ones; browsers' SIP is tried", async () => {
    const { sip, media, ws, isReal, close } = await startPair();
    closing.push(close);
    const environment = {
      ...{ DRACHTIO_HOST: sip.host, DRACHTIO_PORT: String(sip.port), DRACHTIO_SECRET: sip.secret },
      ...{
        FREESWITCH_HOST: media.host,
        FREESWITCH_PORT: String(media.port),
        FREESWITCH_SECRET: media.secret,
      },
      DRACHTIO_WS_URL: `ws://${ws.host}:${ws.port}`,
    };
    expect(isReal).toBe(false);
    const well = await findings(environment, "drachtio");
    expect(well.map(({ name, outcome }) => [name.split(": ")[1], outcome])).toEqual([
      ["control port", "ok"],
      ["SIP", "ok"],
      ["address for callers", "warning"], // loopback
      ["browsers", "ok"],
    ]);
    const wrong = {
      DRACHTIO_SECRET: "hunter22",
      FREESWITCH_SECRET: "hunter22",
      DRACHTIO_WS_URL: `ws://127.0.0.1:${sip.port}`,
    };
    const refused = await findings({ ...environment, ...wrong }, "");
    const named = (what: RegExp) =>
      refused.filter(({ name, outcome }) => outcome === "problem" && what.test(name));
    expect(named(/drachtio.*control port/)).toMatchObject([
      saying("problem", /DRACHTIO_SECRET is not its secret/),
    ]);
    expect(named(/drachtio.*browsers/)).toHaveLength(1);
    expect(named(/FreeSWITCH/)).toMatchObject([saying("problem", /FREESWITCH_SECRET is not its password/)]);
    expect(JSON.stringify(refused)).not.toContain("hunter22");
  });

  it("is missed when nothing listens there", async () => {
    const port = String(await freePort());
    const servers = {
      DRACHTIO_HOST: "127.0.0.1",
      DRACHTIO_SECRET: "x",
      FREESWITCH_HOST: "127.0.0.1",
      FREESWITCH_SECRET: "x",
    };
    const found = await findings({ ...servers, DRACHTIO_PORT: port, FREESWITCH_PORT: port }, "");
    for (const what of [/drachtio.*control port/, /FreeSWITCH.*event socket/])
      expect(found.filter(({ name }) => what.test(name))).toMatchObject([saying("problem", /ECONNREFUSED/)]);
  });
});

describe("certificates", () => {
  const makeCertificate = (name: string, ...dates: string[]) =>
    makeCertificateFor("/CN=localhost", name, dates);
  const makeCertificateFor = (subject: string, name: string, dates: string[] = []) => {
    const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
    const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const about = ["-subj", subject, "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert];
    execFileSync("openssl", [...request, ...about, ...dates], { stdio: "pipe" });
    return { key, cert };
  };

  async function serve({ key, cert }: { key: string; cert: string }): Promise<string> {
    const server = createTlsWebServer(
      { key: readFileSync(key), cert: readFileSync(cert) },
      (_request, response) => response.end('{"ok":true}'),
    );
    return `https://localhost:${await listen(server)}`;
  }

  it("that nobody signed, that have expired or are for another name are found on the public URL", async () => {
    const own = makeCertificate("own");
    const url = await serve(own);
    expect(await findings({ RINGDOWN_PUBLIC_URL: url }, "TLS")).toMatchObject([
      saying("problem", /not trusted: it is signed by itself/, /whole chain/),
    ]);
    // A certificate of the past is made by a clock of the past.
    const past = spawnSync("faketime", ["2020-01-01", "true"]).status === 0;
    if (past) {
      const [key, cert] = [join(folder, "old.key"), join(folder, "old.pem")];
      const made = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "10",
      ];
      const files = ["-subj", "/CN=localhost", "-keyout", key, "-out", cert];
      execFileSync("faketime", ["2020-01-01", "openssl", ...made, ...files], { stdio: "pipe" });
      expect(await findings({ RINGDOWN_PUBLIC_URL: await serve({ key, cert }) }, "TLS")).toMatchObject([
        saying("problem", /expired on 2020-01-11/, /Renew it/),
      ]);
    }
    const other = url.replace("localhost", "127.0.0.1");
    expect(await findings({ RINGDOWN_PUBLIC_URL: other }, "TLS")).toMatchObject([
      saying("problem", /is for localhost, not for 127\.0\.0\.1/),
    ]);
  });

  it("without a subject are named by what they are for", async () => {
    const url = await serve(makeCertificateFor("/", "nobody"));
    expect(await findings({ RINGDOWN_PUBLIC_URL: url }, "TLS")).toMatchObject([
      saying("problem", /not trusted: it is signed by itself/),
    ]);
  });

  it("of ours are read from their files, with the key that belongs to them", async () => {
    const [one, two] = [makeCertificate("one"), makeCertificate("two", "-days", "3")];
    const files = (cert: string, key: string) =>
      findings({ RINGDOWN_TLS_CERT: cert, RINGDOWN_TLS_KEY: key }, "TLS: our certificate");
    expect(await files(one.cert, one.key)).toMatchObject([saying("ok", /valid until/)]);
    expect(await files(two.cert, two.key)).toMatchObject([saying("warning", /\((2|3) days\)/)]);
    expect(await files(one.cert, two.key)).toMatchObject([
      { outcome: "ok" },
      saying("problem", /two\.key is not the key/),
    ]);
    expect(await files(join(folder, "none.pem"), one.key)).toMatchObject([saying("problem", /ENOENT/)]);
  });
});

describe("ports", () => {
  it("in use by another program are problems, and a running Ringdown is known by its answer", async () => {
    const other = await listen(createServer((socket) => socket.resume().on("error", () => undefined)));
    const busy = await findings({ RINGDOWN_HTTP_PORT: String(other) }, "ports: web");
    expect(busy).toMatchObject([saying("problem", new RegExp(`Another program uses ${other}/tcp`))]);

    const fine = { ok: true, sentence: "answers" };
    const parts = { postgres: fine, eventLog: fine, sip: fine, media: fine, draining: fine };
    const ringdown = createWebServer((_request, response) =>
      response.end(JSON.stringify({ ok: true, parts })),
    );
    const port = String(await listen(ringdown));
    expect(await findings({ RINGDOWN_HTTP_PORT: port }, "ports: web")).toMatchObject([
      saying("ok", /Ringdown runs/),
    ]);
    expect(await findings({ RINGDOWN_HTTP_PORT: port }, "program")).toMatchObject([
      saying("ok", /takes calls/),
    ]);
  });
});

const isRoot = process.getuid?.() === 0;
const has = (program: string) => spawnSync("which", [program]).status === 0;

describe.runIf(isRoot)("a disk", () => {
  it("that is full is a problem", async () => {
    const small = join(folder, "small");
    await mkdir(small);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", small]);
    closing.push(() => execFileSync("umount", [small]));
    await writeFile(join(small, "fill"), Buffer.alloc(2_097_152)).catch(() => undefined); // until it is full
    expect(await findings({ RINGDOWN_DATA_DIR: small }, "data directory: free space")).toMatchObject([
      saying("problem", /0 MB are free/, /nothing is recorded/),
    ]);
  });
});

describe.runIf(has("turnserver"))("coturn", () => {
  it("gives a relay for the right secret over UDP and TCP, refuses a wrong one, and tells where we come from", async () => {
    const [port, low] = [await freePort(), await freePort()];
    const listening = ["-n", "--listening-ip", "127.0.0.1", "--relay-ip", "127.0.0.1", "-p", String(port)];
    const relay = [
      "--min-port",
      String(Math.min(low, 65_000)),
      "--max-port",
      String(Math.min(low, 65_000) + 20),
    ];
    const secret = ["--use-auth-secret", "--static-auth-secret", "the secret", "--realm", "ringdown.test"];
    const rest = [
      "--no-tls",
      "--no-dtls",
      "--no-cli",
      "--allow-loopback-peers",
      "--log-file",
      "stdout",
      "--simple-log",
    ];
    const pid = ["--pidfile", join(folder, "turn.pid"), "--userdb", join(folder, "turn.db")];
    const coturn = await startProcess("turnserver", {
      args: [...listening, ...relay, ...secret, ...rest, ...pid],
    });
    closing.push(() => coturn.kill());
    const urls = `turn:127.0.0.1:${port},turn:127.0.0.1:${port}?transport=tcp`;
    const ask = (given: string) =>
      findings({ RINGDOWN_TURN_URLS: urls, RINGDOWN_TURN_SECRET: given }, "TURN");
    await expect
      .poll(() => ask("the secret"), { timeout: 15_000 })
      .toMatchObject([
        saying("ok", /gave a relay at 127\.0\.0\.1/),
        saying("ok", /gave a relay at 127\.0\.0\.1/),
      ]);
    expect(await ask("another one")).toMatchObject([
      saying("problem", /refuses our credential \(401/, /static-auth-secret/),
      saying("problem", /refuses our credential \(401/),
    ]);
    const stun = await findings({ RINGDOWN_ICE_SERVERS: `stun:127.0.0.1:${port}` }, "STUN");
    expect(stun).toMatchObject([saying("ok", /sees us as 127\.0\.0\.1/)]);
  });
});
