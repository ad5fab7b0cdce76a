/** What everything else stands on: database, administration, the router with its log, the ledger. */
import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Acd, startAcd } from "../acd/acd.ts";
import { type Admin, audit, openAdmin, openSecretBox, readSecretsKey } from "../admin/admin.ts";
import type { Clock } from "../base/clock.ts";
import { describeError, type Log } from "../base/log.ts";
import type { Config } from "../config.ts";
import { type Callbacks, openCallbacks } from "../interactions/callbacks.ts";
import { type Customers, openCustomers } from "../customers/customers.ts";
import { type Ledger, openLedger } from "../interactions/ledger.ts";
import { openPrompts, type PromptLibrary, validateFlow } from "../ivr/ivr.ts";
import { openPostgres, type Postgres } from "../store/postgres.ts";
import type { Closing } from "./closing.ts";
import { StartError } from "./embedded-pair.ts";
import { openRouterLog, type RouterLog } from "./router-log.ts";

export interface Foundations {
  clock: Clock;
  log: Log;
  postgres: Postgres;
  prompts: PromptLibrary;
  admin: Admin;
  routerLog: RouterLog;
  acd: Acd;
  ledger: Ledger;
  customers: Customers;
  callbacks: Callbacks;
}

export async function layFoundations(
  config: Config,
  clock: Clock,
  log: Log,
  closing: Closing,
): Promise<Foundations> {
  const { dataDir, nodeId, databaseUrl } = config;
  makeDataDir(dataDir);
  const location = databaseUrl === undefined ? { embedded: { dataDir } } : { url: databaseUrl };
  const postgres = await openPostgres(location, log).catch((error: unknown) => {
    throw new StartError(`The database can't be used: ${describeError(error)}`);
  });
  closing.add("postgres", () => postgres.close());
  const prompts = openPrompts({ uploadsDirectory: join(dataDir, "prompts") });
  const secrets = openSecretBox(keyOf(config));
  const realm = config.sip.domain;
  const admin = await openAdmin({ postgres, clock, log, realm, validateFlow, prompts, secrets });
  closing.add("admin", () => admin.close());
  const customers = openCustomers({ postgres, clock, audit, announce: () => admin.announce() });
  admin.changes.on(({ what }) => {
    if (what === "customers") customers.changed();
  });
  const routerLog = await openRouterLog(config.redisUrl, clock, log);
  closing.add("router log", () => routerLog.close());
  const acd = await startAcd({ nodeId, log: routerLog.log, clock, journal: log });
  closing.add("router", () => acd.close());
  const ledger = await openLedger({ postgres, clock, log, nodeId, dataDir });
  closing.add("ledger", () => ledger.close());
  const callbacks = openCallbacks({ postgres, clock, log, nodeId });
  return { clock, log, postgres, prompts, admin, routerLog, acd, ledger, customers, callbacks };
}

function keyOf({ secretsKey, dataDir }: Config): Buffer {
  try {
    return readSecretsKey(secretsKey, dataDir);
  } catch (error) {
    throw new StartError(`Carriers' passwords can't be encrypted: ${describeError(error)}`);
  }
}

/** Private to the user who runs it: recordings, secrets and the database are in it. */
function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new StartError(`${dataDir} can't be used (${describeError(error)}); set RINGDOWN_DATA_DIR`);
  }
}
