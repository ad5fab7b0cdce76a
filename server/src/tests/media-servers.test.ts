import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type MediaDrains, openMediaDrains, serverEndpoints, tellMediaServers } from "../admin/admin.ts";
import { systemClock as clock } from "../base/clock.ts";
import { openLog } from "../base/log.ts";
import { mediaCommand } from "../cli/media.ts";
import {
  type MediaServer,
  drainMediaServer,
  listServers,
  undrainMediaServer,
} from "../contract/operations.ts";
import { openPostgres, type Postgres } from "../store/postgres.ts";
import { startOffice, type OfficeRig } from "./office-rig.ts";
import { waitFor } from "./rig/wait-for.ts";

const log = openLog("silent");
const names = ["10.0.0.7:8021", "10.0.0.8:8021"] as const;
const [first, second] = names;

let office: OfficeRig;
/** What another node follows, on connections of its own. */
let elsewhere: { postgres: Postgres; drains: MediaDrains };
let drains: MediaDrains;
const down = new Set<string>();
const closing: (() => Promise<void>)[] = [];

/** As a node with two media servers would see them. */
function seen(): MediaServer[] {
  return names.map((name) => {
    const isDraining = drains.has(name);
    const isUp = !down.has(name);
    return {
      ...{ name, isDraining, since: 0, reconnects: 0, sessions: isUp ? 3 : null, maxSessions: 100 },
      ...{ channels: 2, waiting: 0, idleCpu: 0.9, failures: {}, mayBeStopped: false, sentence: "As it is" },
      state: isUp ? (isDraining ? ("draining" as const) : ("up" as const)) : ("down" as const),
    };
  });
}

beforeAll(async () => {
  office = await startOffice({
    async more({ postgres }) {
      drains = await openMediaDrains(postgres, clock, log);
      closing.push(() => drains.close());
      const telling = tellMediaServers({ postgres, clock, log, nodeId: "node-1" }, seen);
      closing.push(() => telling.close());
      return serverEndpoints({
        postgres,
        drains,
        servers: () => ({ nodeId: "node-1", sip: [], media: seen() }),
      });
    },
  });
  const postgres = await openPostgres({ url: office.database.url }, log, { migrate: false });
  elsewhere = { postgres, drains: await openMediaDrains(postgres, clock, log) };
});
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  await elsewhere.drains.close();
  await elsewhere.postgres.close();
  await office.close();
});

async function media(...args: string[]): Promise<{ code: number; out: string }> {
  const ran = { out: "" };
  const code = await mediaCommand.run(args, {
    environment: { DATABASE_URL: office.database.url },
    print: (text) => (ran.out += text),
    say: () => undefined,
    isInteractive: false,
  });
  return { code, ...ran };
}

const soon = { timeoutMs: 5_000, intervalMs: 10 };

describe("draining a media server", () => {
  it("is done for every node, audited, and found again by a node that starts later", async () => {
    const { media: after } = await office.administrator.call(drainMediaServer, { body: { name: first } });
    expect(after.map(({ name, state }) => [name, state])).toEqual([
      [first, "draining"],
      [second, "up"],
    ]);
    await waitFor("the other node", () => elsewhere.drains.has(first), soon);
    const later = await openMediaDrains(elsewhere.postgres, clock, log);
    expect([later.has(first), later.has(second)]).toEqual([true, false]);
    await later.close();
    const audited = await office.database.postgres.query(
      "select actor_name, action, subject from audit where subject = $1",
      [`media-server:${first}`],
    );
    expect(audited).toEqual([
      { actor_name: "Root", action: "media-server.drained", subject: `media-server:${first}` },
    ]);
  });

  it("is refused for the last one that takes calls, unless forced, and for one that nobody knows", async () => {
    const drain = (body: { name: string; force?: boolean }) =>
      office.administrator.call(drainMediaServer, { body });
    await expect(drain({ name: second })).rejects.toThrow(/the last media server that takes calls/);
    await expect(drain({ name: "10.0.0.9:8021" })).rejects.toThrow(/There is no media server 10.0.0.9:8021/);
    await drain({ name: second, force: true });
    expect(drains.has(second)).toBe(true);
    for (const name of names) await office.administrator.call(undrainMediaServer, { body: { name } });
    await waitFor("the other node", () => !elsewhere.drains.has(first), soon);
    down.add(second);
    await expect(drain({ name: first })).rejects.toThrow(/the last media server that takes calls/);
    down.clear();
    const undrain = office.administrator.call(undrainMediaServer, { body: { name: first } });
    await expect(undrain).rejects.toThrow(/is not being drained/);
  });

  it("is for administrators only", async () => {
    const supervisor = await office.signUp("vera", "supervisor");
    await expect(supervisor.call(listServers, {})).rejects.toThrow();
    await expect(supervisor.call(drainMediaServer, { body: { name: first } })).rejects.toThrow();
  });
});

describe("ringdown media", () => {
  it("lists what the nodes see, drains and undrains, and refuses the last one", async () => {
    await waitFor("the node to tell", async () => (await media("list")).out.includes(second), soon);
    const { out } = await media("drain", first);
    expect(out).toMatch(/10\.0\.0\.7:8021 +node-1 +draining +3\/100 +2 /);
    await waitFor("the node to hear", () => drains.has(first), soon);
    await expect(media("drain", second)).rejects.toThrow(/the last media server that takes calls/);
    expect((await media("undrain", first)).code).toBe(0);
    await waitFor("the node to hear", () => !drains.has(first), soon);
    await expect(media("undrain", first)).rejects.toThrow(/is not being drained/);
    await expect(media("drain")).rejects.toThrow(/needs one HOST:PORT/);
    await expect(media("pause", first)).rejects.toThrow(/list, drain or undrain/);
  });
});
