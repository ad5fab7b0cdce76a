import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { openLog } from "../base/log.ts";
import { migrate, readMigrationSteps } from "./migrate.ts";

const name = `test_${randomBytes(8).toString("hex")}`;
let administer: pg.Client;
beforeAll(async () => {
  administer = new pg.Client({ connectionString: `${inject("postgresUrl")}/postgres` });
  await administer.connect();
  await administer.query(`create database ${name}`);
});
afterAll(async () => {
  await administer.query(`drop database ${name}`); // fails while a connection is left
  await administer.end();
});

it("runs each step once, in order, when three nodes start at once on an empty database", async () => {
  const url = `${inject("postgresUrl")}/${name}`;
  const said: string[] = [];
  const log = { ...openLog("silent"), info: (_fields: object, sentence: string) => void said.push(sentence) };
  await Promise.all([migrate(url, log), migrate(url, log), migrate(url, log)]);
  expect(said.filter((sentence) => sentence.includes("was updated"))).toHaveLength(1);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>("select name from schema_migration order by id");
  await client.end();
  expect(rows.map((row) => row.name)).toEqual((await readMigrationSteps()).map((step) => step.name));
});
