import { randomUUID } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import type { Flow } from "../contract/flow.ts";
import { plainMembership, QueueSettings } from "../contract/queues.ts";
import type { Postgres, Queryable } from "../store/postgres.ts";
import { audit, system } from "./audit.ts";
import { insertFlow, insertFlowVersion, setPublishedVersion } from "./flows.postgres.ts";
import { makeLink } from "./invitations.ts";
import { insertLabel } from "./labels.postgres.ts";
import { insertNumber } from "./numbers.postgres.ts";
import { insertPerson } from "./people.postgres.ts";
import { insertQueue, replaceMembers } from "./queues.postgres.ts";
import { keepFirstVersion } from "./routing.ts";
import { blankTrunk } from "./trunk-change.ts";
import { insertTrunk } from "./trunks.postgres.ts";

/** A person who may sign in with a link that works once. */
export interface OneTimeLink {
  name: string;
  username: string;
  url: string;
}

export interface DemoOptions {
  postgres: Postgres;
  clock: Clock;
  /** For the links, `http://127.0.0.1:8080`. */
  origin: string;
  flow(queues: { salesQueueId: string; supportQueueId: string }): Flow;
}

const agents = [
  { name: "Ann Lee", username: "ann" },
  { name: "Ben Okafor", username: "ben" },
  { name: "Chen Wei", username: "chen" },
  { name: "Dana Novak", username: "dana" },
  { name: "Eli Romero", username: "eli" },
];
const numbers = [
  { number: "+15550100", label: "Demo line" },
  { number: "1000", label: "Demo line (short number)" },
];
const dispositions = ["Resolved", "Order placed", "Call back", "Passed on", "Wrong number", "No sale"];
const reasons = ["Break", "Lunch", "Meeting", "Training"];

/** Fills an empty installation, all or nothing. Null when it is not empty. */
export async function createDemo(options: DemoOptions): Promise<OneTimeLink[] | null> {
  return await options.postgres.transaction(async (inside) => {
    await inside.query("select pg_advisory_xact_lock(7246853003)");
    if (!(await isEmpty(inside))) return null;
    const links = await createAgents(inside, options);
    const members = links.map(({ id }) => ({ personId: id, ...plainMembership }));
    const settings = QueueSettings.parse({});
    const salesQueueId = await insertQueue(inside, "Sales", settings);
    const supportQueueId = await insertQueue(inside, "Support", settings);
    await replaceMembers(inside, salesQueueId, members);
    await replaceMembers(inside, supportQueueId, members);
    await createNumbers(inside, options.flow({ salesQueueId, supportQueueId }));
    await createRest(inside);
    await inside.query("insert into setting (key, value) values ('demo', 'true') on conflict do nothing");
    await keepFirstVersion(inside, system, "Demo");
    await audit(inside, system, { action: "demo.created", subject: "installation" });
    return links.map(({ name, username, url }) => ({ name, username, url }));
  });
}

/** Demo data is made once: who removed it does not want it back at the next start. */
async function isEmpty(inside: Queryable): Promise<boolean> {
  const rows = await inside.query(
    `select 1 where exists (select 1 from person) or exists (select 1 from queue) or exists (select 1 from flow)
       or exists (select 1 from trunk) or exists (select 1 from setting where key = 'demo')`,
  );
  return rows.length === 0;
}

async function createAgents(inside: Queryable, { clock, origin }: DemoOptions) {
  const links = [];
  for (const agent of agents) {
    const id = await insertPerson(inside, { ...agent, role: "agent" });
    const { url } = await makeLink(inside, clock, origin, id);
    links.push({ ...agent, id, url });
  }
  return links;
}

async function createNumbers(inside: Queryable, flow: Flow): Promise<void> {
  const flowId = await insertFlow(inside, "Demo");
  await insertFlowVersion(inside, flowId, 1, flow, null);
  await setPublishedVersion(inside, flowId, 1);
  for (const number of numbers) await insertNumber(inside, { ...number, flowId, openToWeb: true });
}

async function createRest(inside: Queryable): Promise<void> {
  const networks = ["127.0.0.1", "::1"];
  await insertTrunk(inside, { ...blankTrunk, id: randomUUID(), name: "This machine", networks });
  for (const label of dispositions) await insertLabel(inside, "disposition", label);
  for (const label of reasons) await insertLabel(inside, "not_ready_reason", label);
}
