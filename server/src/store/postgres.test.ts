import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Failure } from "../base/failure.ts";
import { openTestDatabase, type TestDatabase } from "./test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

describe("the pool", () => {
  it("returns bigint as number and timestamptz as Date", async () => {
    const [row] = await database.postgres.query<{ n: number; at: Date }>(
      "select 9007199254740991::bigint as n, to_timestamp(1) as at",
    );
    expect(row).toEqual({ n: 9007199254740991, at: new Date(1_000) });
  });

  it("rolls back everything when a transaction throws, and passes the Failure on", async () => {
    const refused = database.postgres.transaction(async (inside) => {
      await inside.query("insert into setting (key, value) values ('x', '1')");
      throw new Failure("conflict", "no");
    });
    await expect(refused).rejects.toMatchObject({ code: "conflict", message: "no" });
    expect(await database.postgres.query("select 1 from setting where key = 'x'")).toEqual([]);
  });

  it("goes on after the server has ended all its connections", async () => {
    const { postgres } = database;
    const killing =
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()";
    await expect(postgres.query(killing)).rejects.toMatchObject({ code: "unavailable" });
    expect(await postgres.query("select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("answers Failure unavailable when the connection dies inside a transaction", async () => {
    const cut = database.postgres.transaction((inside) =>
      inside.query("select pg_terminate_backend(pg_backend_pid())"),
    );
    await expect(cut).rejects.toMatchObject({ code: "unavailable" });
    await database.postgres.ping();
  });
});

describe("the ledger and the audit", () => {
  it("only grow", async () => {
    const { postgres } = database;
    await postgres.query("insert into audit (action, subject) values ('test', 'x')");
    await expect(postgres.query("update audit set action = 'y'")).rejects.toThrow(/append-only/);
    await expect(postgres.query("delete from audit")).rejects.toThrow(/append-only/);
    await expect(postgres.query("truncate audit")).rejects.toThrow(/append-only/);
    await expect(postgres.query("truncate ledger")).rejects.toThrow(/append-only/);
  });
});
