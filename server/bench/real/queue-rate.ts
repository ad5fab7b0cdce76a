/** Calls through a queue to desk phones, at rising rates: the comparison with mod_callcenter (field notes). */
import { issueDeskPhone } from "../../src/contract/people.ts";
import { setQueueMembers } from "../../src/contract/queues.ts";
import type { ApiClient } from "../../src/tests/system/api-client.ts";
import type { Realtime } from "../../src/tests/system/house.ts";
import { beReady, hire } from "../bench-house.ts";
import { openSilentPort } from "../silent-port.ts";
import type { RealHouse } from "./house.ts";
import { type Climb, climb, ratesOr } from "../climb.ts";
import { type Load, runLoad, warmUp } from "./load.ts";
import { startSippAgents } from "./sipp-agents.ts";

const rates = ratesOr([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
const secondsEach = 15;
const talkMs = 1_000;
const offerWithinMs = 1_000;
/** Four times the 70 calls a second that mod_callcenter sustains, and some. */
const agents = Number(process.env["BENCH_AGENTS"] ?? 300);

export type QueueRate = Climb<Load> & { agents: number };

export async function measureQueueRate(
  bench: RealHouse,
  progress: (sentence: string) => void,
): Promise<QueueRate> {
  const media = await openSilentPort();
  progress(`${agents} agents are hired`);
  const { accounts, clients, domain } = await hireAll(bench);
  const registrar = bench.house.program.sipUdp;
  const phones = await startSippAgents({ registrar, domain, accounts, talkMs, mediaPort: media.port });
  const connections: Realtime[] = [];
  try {
    progress("they sign in");
    for (const client of clients) connections.push(await beReady(client));
    const call = { to: bench.servedNumber, hangUp: "callee", talkMs, mediaPort: media.port } as const;
    progress("queue, warming up");
    await warmUp(bench, call, 10);
    const found = await climb(rates, isGood, (rate) => {
      progress(`queue, ${rate} calls a second`);
      return runLoad(bench, call, rate, secondsEach);
    });
    return { agents, ...found };
  } finally {
    for (const connection of connections) await connection.close();
    await phones.close();
    await media.close();
  }
}

/** Every call served, the time to offer's p99 under a second. */
function isGood({ calls, succeeded, timeToOfferP99Ms }: Load): boolean {
  return succeeded === calls && timeToOfferP99Ms !== null && timeToOfferP99Ms <= offerWithinMs;
}

async function hireAll({ house, servedQueueId }: RealHouse) {
  const { administrator } = house;
  const accounts: { username: string; password: string }[] = [];
  const members: { personId: string; priority: number }[] = [];
  const clients: ApiClient[] = [];
  let domain = "";
  for (let index = 0; index < agents; index += 1) {
    const { person, client } = await hire(administrator, index, `198.18.${index >> 8}.${index & 255}`);
    const account = await administrator.call(issueDeskPhone, { params: { personId: person.id } });
    ({ domain } = account);
    accounts.push({ username: account.username, password: account.password });
    members.push({ personId: person.id, priority: 0 });
    clients.push(client);
  }
  await administrator.call(setQueueMembers, { params: { queueId: servedQueueId }, body: { members } });
  return { accounts, clients, domain };
}
