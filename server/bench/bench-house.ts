/** The whole program as its users run it, prepared for load: numbers for each kind of call, agents with desk phones. */
import { createPerson, issueDeskPhone } from "../src/contract/people.ts";
import { setStatus } from "../src/contract/agent-desk.ts";
import { createQueue, setQueueMembers } from "../src/contract/queues.ts";
import { createFlow, createNumber, publishFlow } from "../src/contract/telephony.ts";
import { ApiClient } from "../src/tests/system/api-client.ts";
import { type House, openHouse, openRealtime, type Realtime } from "../src/tests/system/house.ts";
import { waitFor } from "../src/tests/rig/wait-for.ts";
import { openPhoneBank, type PhoneBank } from "./phones.ts";
import { findPids, type Pids } from "./processes.ts";

export interface BenchLines {
  /** Answers and plays the demo's greeting. */
  flowNumber: string;
  /** Straight into a queue that the desk phones serve. */
  servedNumber: string;
  /** Straight into a queue that nobody serves. */
  waitingNumber: string;
  /** Straight into a queue that is the browser agent's. */
  browserNumber: string;
  servedQueueId: string;
  browserQueueId: string;
}

export interface BenchHouse extends BenchLines {
  house: House;
  pids: Pids;
  close(): Promise<void>;
}

const password = "correct horse battery";

export async function openBenchHouse(environment: Record<string, string> = {}): Promise<BenchHouse> {
  const house = await openHouse({
    RINGDOWN_MAX_CALLS: "2000",
    RINGDOWN_RTP_PORTS: "21000-29999",
    RINGDOWN_LOG_LEVEL: "warn",
    NODE_OPTIONS: "--inspect-port=0", // asked for what they hold in memory by their inspectors, closed until then
    ...environment,
  });
  const pids = await findPids(house.program.child.pid ?? 0);
  return { house, pids, ...(await openLines(house)), close: () => house.close() };
}

/** A number for each kind of call. */
export async function openLines(house: House): Promise<BenchLines> {
  const served = await openLine(house, "Served", "+15550101");
  const browser = await openLine(house, "Browser", "+15550103");
  await openLine(house, "Unstaffed", "+15550102");
  return {
    flowNumber: "+15550100",
    servedNumber: "+15550101",
    waitingNumber: "+15550102",
    browserNumber: "+15550103",
    servedQueueId: served,
    browserQueueId: browser,
  };
}

async function openLine({ administrator }: House, name: string, number: string): Promise<string> {
  const settings = { wrapUpMs: 0, announceRecording: false };
  const { id: queueId } = await administrator.call(createQueue, { body: { name, settings } });
  const flow = {
    version: 1,
    start: "wait",
    nodes: { wait: { kind: "queue", queueId, next: "end" }, end: { kind: "hangup" } },
  };
  const { id: flowId, version } = await administrator.call(createFlow, { body: { name, flow } });
  await administrator.call(publishFlow, { params: { flowId }, body: { version } });
  await administrator.call(createNumber, { body: { number, label: name, flowId } });
  return queueId;
}

export interface DeskPhones {
  bank: PhoneBank;
  close(): Promise<void>;
}

/** Signs so many new agents in, ready, each with a desk phone that answers and talks for `talkMs`. */
export async function staffWithDeskPhones(
  { house, servedQueueId }: BenchHouse,
  count: number,
  talkMs: number,
  mediaPort: number,
): Promise<DeskPhones> {
  const { administrator, program } = house;
  const accounts: { username: string; password: string }[] = [];
  const members: { personId: string; priority: number }[] = [];
  const clients: ApiClient[] = [];
  let domain = "";
  for (let index = 0; index < count; index += 1) {
    const { person, client } = await hire(administrator, index);
    const account = await administrator.call(issueDeskPhone, { params: { personId: person.id } });
    ({ domain } = account);
    accounts.push({ username: account.username, password: account.password });
    members.push({ personId: person.id, priority: 0 });
    clients.push(client);
  }
  await administrator.call(setQueueMembers, { params: { queueId: servedQueueId }, body: { members } });
  const behaviour = { does: "talk", talkMs } as const;
  const bank = await openPhoneBank({ registrar: program.sipUdp, domain, accounts, behaviour, mediaPort });
  const realtimes = await Promise.all(clients.map((client) => beReady(client)));
  return {
    bank,
    async close() {
      for (const realtime of realtimes) await realtime.close();
      await bank.close();
    },
  };
}

/** `from`: the address that the agent's browser has, where the program trusts this machine as a proxy. */
export async function hire(administrator: ApiClient, index: number, from: string | null = null) {
  const body = { name: `Bench ${index}`, username: `bench-${index}`, role: "agent" };
  const { person, invitation } = await administrator.call(createPerson, { body });
  return { person, client: await ApiClient.byLink(invitation.url, password, {}, from) };
}

export async function beReady(client: ApiClient): Promise<Realtime> {
  const realtime = await openRealtime(client);
  await client.call(setStatus, { body: { status: "ready", reasonId: null } });
  await waitFor("an agent of the bench to be idle", () => realtime.desk()?.state === "idle");
  return realtime;
}
