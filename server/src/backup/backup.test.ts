import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import {
  type BackupOptions,
  makeBackup,
  type RestoreOptions,
  restoreBackup,
  verifyBackup,
} from "./backup.ts";
import { connect } from "./database-dump.postgres.ts";

const never = new AbortController().signal;
const recording = "recordings/2026/11/30/0b0f0d4e-4a43-4d44-8ad9-a4f3ae0b9f4c.wav";
const awkward = 'tab\t, newline\n, backslash \\, "quotes", 你好, \\N, \u0001';
let folder: string;
let source: TestDatabase;
let target: TestDatabase;
let targetDir: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ringdown-backup-"));
  source = await openTestDatabase();
  await fill(source);
  for (const file of ["data/recordings/2026/11/30", "data/recordings/unfinished", "data/prompts"])
    await mkdir(join(folder, file), { recursive: true });
  await writeFile(join(folder, "data", recording), Buffer.alloc(70_001, 7));
  await writeFile(join(folder, "data/recordings/unfinished/a.json"), "{}");
  await writeFile(join(folder, "data/prompts/p.wav"), "a prompt");
  await writeFile(join(folder, "data/ledger-spool.jsonl"), '{"waits":true}\n');
  await writeFile(join(folder, "data/secrets.key"), "the key\n");
  await writeFile(join(folder, "data/postgres.password"), "not ours to copy\n");
});
afterAll(async () => {
  await source.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  target = await openTestDatabase();
  await target.postgres.close(); // a program that uses it would be in the way
  targetDir = await mkdtemp(join(folder, "target-"));
});
afterEach(() => target.close());

async function fill({ postgres }: TestDatabase): Promise<void> {
  await postgres.query("insert into person (username, name, role) values ('ann', $1, 'administrator')", [
    awkward,
  ]);
  await postgres.query(
    "insert into session (token_hash, person_id, created_at, last_seen_at, expires_at) select '\\x00ff0a5c', id, now(), now(), now() from person",
  );
  await postgres.query(
    "insert into audit (action, subject) select 'made', n::text from generate_series(1, 2000) n",
  );
  await postgres.query("insert into setting (key, value) values ('x', $1)", [
    JSON.stringify({ text: awkward }),
  ]);
  // More than one part: those are cut after four megabytes, between rows.
  await postgres.query(
    `insert into setting (key, value) select 'large ' || n, to_jsonb(
       (select string_agg(md5(n || ' ' || m), '') from generate_series(1, 3400) m)) from generate_series(1, 40) n`,
  );
  await postgres.query("insert into skill (id, key, name) values (gen_random_uuid(), 'billing', 'Billing')");
  await postgres.query("select nextval('interaction_number') from generate_series(1, 41)");
}

let made = 0;
async function backUp(options: Partial<BackupOptions> = {}): Promise<string> {
  const archive = join(folder, `backup-${(made += 1)}.tar.gz`);
  const usual = {
    databaseUrl: source.url,
    dataDir: join(folder, "data"),
    nodeId: "node-1",
    version: "1.2.3",
  };
  await makeBackup({ ...usual, archive, passphrase: null, secrets: false, signal: never, ...options });
  return archive;
}

function restore(archive: string, options: Partial<RestoreOptions> = {}) {
  const place = { openDatabase: () => Promise.resolve(target.url), dataDir: targetDir };
  return restoreBackup({ ...place, archive, passphrase: null, replace: false, signal: never, ...options });
}

/** Every row of every table, as text. */
async function contentOf(url: string): Promise<Record<string, unknown[]>> {
  const client = await connect(url, "test");
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1",
    );
    const content: Record<string, unknown[]> = {};
    for (const { name } of tables)
      content[name] = (await client.query(`select t::text as row from "${name}" t order by 1`)).rows;
    return content;
  } finally {
    await client.end();
  }
}

async function ask<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = await connect(url, "test");
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe("a backup", () => {
  it("is one moment of the database and its files, readable by tar; restored, everything is as it was", async () => {
    const archive = await backUp();
    expect((await stat(archive)).mode & 0o777).toBe(0o600);
    const listed = execFileSync("tar", ["-tzf", archive], { encoding: "utf8" }).split("\n");
    expect(listed).toEqual(
      expect.arrayContaining(["about.json", "database/setting/000001.copy", "manifest.json"]),
    );
    expect(listed).not.toContain("files/secrets.key");
    expect(listed).not.toContain("files/postgres.password");

    const { about, files, migrated } = await restore(archive);
    expect({ version: about.version, files, migrated }).toEqual({ version: "1.2.3", files: 4, migrated: [] });
    expect(await contentOf(target.url)).toEqual(await contentOf(source.url));
    expect(await readFile(join(targetDir, recording))).toEqual(Buffer.alloc(70_001, 7));
    expect((await readdir(targetDir)).sort()).toEqual(["ledger-spool.jsonl", "prompts", "recordings"]);
    expect((await readdir(join(targetDir, "recordings"))).sort()).toEqual(["2026", "unfinished"]);
  });

  it("lets numbers go on where they were, and references and append-only tables hold", async () => {
    await restore(await backUp());
    expect(await ask(target.url, "select nextval('interaction_number')::int as n")).toEqual([{ n: 42 }]);
    const [row] = await ask<{ id: number }>(
      target.url,
      "insert into audit (action, subject) values ('next', '') returning id::int",
    );
    expect(row?.id).toBe(2_001);
    await expect(ask(target.url, "delete from audit")).rejects.toThrow("append-only");
    await expect(
      ask(
        target.url,
        "insert into queue_member (queue_id, person_id) select gen_random_uuid(), id from person",
      ),
    ).rejects.toThrow("foreign key");
  });

  it("sees the moment at which it began, whatever is written meanwhile", async () => {
    const own = await openTestDatabase();
    try {
      await fill(own);
      const writes: Promise<unknown>[] = [];
      const onProgress = () => {
        if (writes.length > 0) return;
        writes.push(
          own.postgres.query("insert into setting (key, value) values ('late', '1'), ('later', '2')"),
        );
      };
      const archive = await backUp({ databaseUrl: own.url, onProgress });
      await Promise.all(writes);
      const { manifest } = await verifyBackup(archive, null);
      expect(manifest.tables.find(({ name }) => name === "setting")).toEqual({ name: "setting", rows: 41 });
      expect(await own.postgres.query("select from setting")).toHaveLength(43);
    } finally {
      await own.close();
    }
  });

  it("takes the key along when asked, and is of use to nobody without its passphrase", async () => {
    const passphrase = "correct horse battery";
    const archive = await backUp({ secrets: true, passphrase });
    expect((await readFile(archive)).includes("about.json")).toBe(false);
    await expect(restore(archive)).rejects.toThrow("is encrypted: name its passphrase");
    await expect(verifyBackup(archive, "another one entirely")).rejects.toThrow("The passphrase is wrong");
    await restore(archive, { passphrase });
    expect(await readFile(join(targetDir, "secrets.key"), "utf8")).toBe("the key\n");
  });

  it("leaves nothing behind when it is interrupted, when it can't be written, and when the name is taken", async () => {
    const before = (await readdir(folder)).length;
    const interrupting = new AbortController();
    const interrupted = backUp({ signal: interrupting.signal, onProgress: () => interrupting.abort() });
    await expect(interrupted).rejects.toThrow(/Interrupted: .* was not written/);
    await expect(backUp({ archive: "/nowhere/b.tar.gz" })).rejects.toThrow("/nowhere/b.tar.gz");
    expect((await readdir(folder)).length).toBe(before);
    const archive = await backUp();
    await expect(backUp({ archive })).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("a restore", () => {
  it("refuses a database that is not empty, is used, or is somebody else's, and replaces when it is told to", async () => {
    const archive = await backUp();
    await restore(archive);
    await ask(target.url, "insert into setting (key, value) values ('of another life', '1')");
    await writeFile(join(targetDir, "ledger-spool.jsonl"), "of another life\n");
    await expect(restore(archive)).rejects.toThrow(/not empty \(2000 in audit, 42 in setting, .*--replace/);
    const { setAside } = await restore(archive, { replace: true });
    expect(setAside).toHaveLength(2);
    expect(await readFile(setAside[0] ?? "", "utf8")).toBe("of another life\n");
    expect(await contentOf(target.url)).toEqual(await contentOf(source.url));

    await source.postgres.ping(); // a connection that lives
    await expect(
      restore(archive, { openDatabase: () => Promise.resolve(source.url), replace: true }),
    ).rejects.toThrow(/A program uses this database now \(ringdown.*stop it first/);
    await ask(target.url, "drop table schema_migration");
    await expect(restore(archive, { replace: true })).rejects.toThrow("not Ringdown's");
  });

  it("touches nothing when the archive is cut off, has a changed byte, or is none", async () => {
    const archive = await backUp();
    const whole = await readFile(archive);
    const before = await contentOf(target.url);
    const broken = join(folder, "broken.tar.gz");
    const expectRefused = async (bytes: Buffer, sentence: RegExp) => {
      await writeFile(broken, bytes);
      await expect(restore(broken)).rejects.toThrow(sentence);
    };
    await expectRefused(whole.subarray(0, whole.length / 2), /broken\.tar\.gz is damaged or cut off/);
    await expectRefused(whole.subarray(0, -6), /cut off/);
    const flipped = Buffer.from(whole);
    flipped[flipped.length >> 1] = (flipped[flipped.length >> 1] ?? 0) ^ 1;
    await expectRefused(flipped, /is damaged/);
    const plain = gunzipSync(whole);
    plain[plain.indexOf("a prompt")] = 65; // the archive itself is sound: only the SHA-256 knows
    await expectRefused(gzipSync(plain), /damaged: files\/prompts\/p\.wav was changed: its SHA-256 differs/);
    await expectRefused(gzipSync(Buffer.alloc(1_024)), /damaged: it does not say what it is/);
    await expectRefused(Buffer.from("not a backup"), /is not a backup of Ringdown/);
    expect(await contentOf(target.url)).toEqual(before);
    expect(await readdir(targetDir)).toEqual([]);
  });

  it("finds an encrypted archive that lost its end between two pieces", async () => {
    const passphrase = "correct horse battery";
    const archive = await backUp({ passphrase });
    const { size } = await stat(archive);
    const handle = await open(archive, "r+");
    await handle.truncate(33 + 65_552);
    await handle.close();
    expect(size).toBeGreaterThan(33 + 65_552);
    await expect(verifyBackup(archive, passphrase)).rejects.toThrow(/damaged/);
  });

  it("brings an older schema up to date, and refuses a newer one and another history", async () => {
    const old = await openTestDatabase();
    try {
      await old.postgres.query(
        "drop table callback; alter table queue_visit drop column callback; alter table interaction drop column callback_id",
      );
      await old.postgres.query(
        "delete from schema_migration where id >= (select id from schema_migration where name like '%_callback')",
      );
      await old.postgres.query("insert into setting (key, value) values ('old', '1')");
      const archive = await backUp({ databaseUrl: old.url });
      const { migrated } = await restore(archive);
      expect(migrated[0]).toMatch(/_callback$/);
      expect(await ask(target.url, "select count(*)::int as n from callback")).toEqual([{ n: 0 }]);
      const [fresh] = await ask<{ n: number }>(source.url, "select count(*)::int as n from schema_migration");
      expect(await ask(target.url, "select count(*)::int as n from schema_migration")).toEqual([fresh]);

      await old.postgres.query("insert into schema_migration (name, run_on) values ('2099_future', now())");
      await expect(restore(await backUp({ databaseUrl: old.url }), { replace: true })).rejects.toThrow(
        /newer version \(1\.2\.3; 2099_future unknown here\)/,
      );
    } finally {
      await old.close();
    }
  });

  it("leaves the database as it was when a row is refused in the middle", async () => {
    const bad = await openTestDatabase();
    try {
      await bad.postgres.query("alter table disposition alter column label drop not null");
      await bad.postgres.query("insert into disposition (label) values (null)");
      const archive = await backUp({ databaseUrl: bad.url });
      const before = await contentOf(target.url);
      await expect(restore(archive)).rejects.toThrow(/rows of table disposition were refused: .*null value/);
      expect(await contentOf(target.url)).toEqual(before);
      expect(await readdir(targetDir)).toEqual([]);
    } finally {
      await bad.close();
    }
  });
});
