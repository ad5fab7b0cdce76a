/** A running contact center with its demo data, an administrator, and agents with desk phones: what most tests need. */
import { WebSocket } from "ws";
import type { Desk } from "../../contract/agent-desk.ts";
import { readDesk, saveWrapUp, setStatus } from "../../contract/agent-desk.ts";
import { type Interaction, readInteraction } from "../../contract/interactions.ts";
import type { LedgerEntry, LedgerEvent } from "../../contract/ledger.ts";
import type { LiveEvent, ServerMessage } from "../../contract/live.ts";
import { issueDeskPhone, listPeople } from "../../contract/people.ts";
import type { Queue, QueueSettings } from "../../contract/queues.ts";
import { listQueues, setQueueMembers, updateQueue } from "../../contract/queues.ts";
import { openTelephone, type Telephone } from "../rig/telephone.ts";
import { keepSecret } from "../rig/privacy.ts";
import { waitFor } from "../rig/wait-for.ts";
import { ApiClient } from "./api-client.ts";
import { type Program, startProgram, type Within } from "./program.ts";

const password = "correct horse battery";

export interface House {
  program: Program;
  administrator: ApiClient;
  sales: Queue;
  support: Queue;
  /** The people of the demo, by their one-time links, not signed in yet. */
  people: Program["links"]["people"];
  /** Signs a demo agent in, gives them a desk phone, and makes them ready. */
  agentWithPhone(index: number): Promise<PhoneAgent>;
  setQueue(queueId: string, settings: Partial<QueueSettings>): Promise<void>;
  /** The administrator's realtime stream. */
  realtime: Realtime;
  /** An interaction that has come so far as `isFar` says, with its ledger. */
  interaction(
    what: string,
    isFar: (ledger: LedgerEntry[]) => boolean,
    timeoutMs?: number,
  ): Promise<{ id: string; ledger: LedgerEntry[]; types: string[]; interaction: Interaction }>;
  close(): Promise<void>;
}

/** An agent with a desk phone: the API, the realtime connection, and a telephone. */
export interface PhoneAgent {
  personId: string;
  client: ApiClient;
  phone: Telephone;
  /** The present realtime connection. */
  readonly realtime: Realtime;
  /** A new realtime connection after the former one was closed. */
  reconnect(): Promise<void>;
  desk(): Desk;
  deskBecomes(what: string, isExpected: (desk: Desk) => boolean, timeoutMs?: number): Promise<Desk>;
  ready(): Promise<void>;
  finishWrapUp(): Promise<void>;
  leave(): Promise<void>;
}

/** Starts the program with demo data; recording announcements and positions are off, so that tests are quick. */
export async function openHouse(environment: Record<string, string> = {}, within?: Within): Promise<House> {
  const program = await startProgram({ environment, ...(within ? { within } : {}) });
  try {
    return await furnish(program);
  } catch (error) {
    await program.stop();
    throw new Error(`${String(error)}\n${program.output().slice(-6_000)}`, { cause: error });
  }
}

async function furnish(program: Program): Promise<House> {
  if (program.links.firstAdministrator === null)
    throw new Error("There is no link for the first administrator");
  const administrator = await ApiClient.byLink(program.links.firstAdministrator, password, {
    name: "Test Administrator",
    username: "boss",
  });
  const { queues } = await administrator.call(listQueues);
  for (const { name, username } of program.links.people) keepSecret(name, username);
  keepSecret("Test Administrator", "+15550100");
  const find = (name: string) => {
    const queue = queues.find((one) => one.name === name);
    if (queue === undefined) throw new Error(`The demo has no queue ${name}`);
    return queue as Queue;
  };
  const agents: PhoneAgent[] = [];
  const realtime = await openRealtime(administrator);
  const interactions = new Interactions(administrator, realtime);
  const setQueue = async (queueId: string, settings: Partial<QueueSettings>) => {
    await administrator.call(updateQueue, { params: { queueId }, body: { settings } });
  };
  for (const queue of queues)
    await setQueue(queue.id, { announceRecording: false, announcePosition: false, wrapUpMs: 0 });
  return {
    program,
    administrator,
    sales: find("Sales"),
    support: find("Support"),
    people: program.links.people,
    setQueue,
    async agentWithPhone(index) {
      const agent = await openPhoneAgent(program, administrator, index);
      agents.push(agent);
      return agent;
    },
    interaction: (what, isFar, timeoutMs) => interactions.find(what, isFar, timeoutMs),
    realtime,
    async close() {
      for (const agent of agents) await agent.leave();
      await realtime.close();
      await program.stop();
    },
  };
}

type Found = Awaited<ReturnType<House["interaction"]>>;

/** Reads an interaction only after the realtime stream has told of a change in it. */
class Interactions {
  readonly #client: ApiClient;
  readonly #realtime: Realtime;
  readonly #stories = new Map<string, { changes: number; found: Found }>();

  constructor(client: ApiClient, realtime: Realtime) {
    this.#client = client;
    this.#realtime = realtime;
  }

  async find(what: string, isFar: (ledger: LedgerEntry[]) => boolean, timeoutMs = 15_000): Promise<Found> {
    let newest: LedgerEntry[] = [];
    return waitFor(
      `an interaction that ${what}`,
      async () => {
        for (const [id, changes] of this.#changes()) {
          const found = await this.#read(id, changes);
          newest = found.ledger;
          if (isFar(found.ledger)) return found;
        }
        return null;
      },
      { timeoutMs, intervalMs: 50 },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\nThe last one's ledger:\n${JSON.stringify(newest, null, 1)}`);
    });
  }

  /** How often each interaction has changed, newest interactions last. */
  #changes(): Map<string, number> {
    const changes = new Map<string, number>();
    for (const event of this.#realtime.events)
      if (event.kind === "interaction")
        changes.set(event.interaction.id, (changes.get(event.interaction.id) ?? 0) + 1);
    return changes;
  }

  /** The rows are written a moment after the event: read again while the ledger is shorter than what was told. */
  async #read(id: string, changes: number): Promise<Found> {
    const known = this.#stories.get(id);
    if (known?.changes === changes) return known.found;
    const { ledger, interaction } = await this.#client.call(readInteraction, {
      params: { interactionId: id },
    });
    const found = { id, ledger, interaction, types: ledger.map(({ event }) => event.type) };
    if (ledger.length >= changes) this.#stories.set(id, { changes, found });
    return found;
  }
}

/** All entries of one kind, typed. */
export function entries<T extends LedgerEvent["type"]>(
  ledger: LedgerEntry[],
  type: T,
): Extract<LedgerEvent, { type: T }>[] {
  return ledger
    .map(({ event }) => event)
    .filter((event): event is Extract<LedgerEvent, { type: T }> => event.type === type);
}

/** Whether the interaction has ended, recordings included. */
export function hasEnded(ledger: LedgerEntry[]): boolean {
  const started = entries(ledger, "recording.started").length;
  const done = entries(ledger, "recording.stopped").length + entries(ledger, "recording.failed").length;
  return ledger.some(({ event }) => event.type === "interaction.ended") && done >= started;
}

/** A realtime connection as the browser's: the snapshot, then every event. */
export interface Realtime {
  readonly events: LiveEvent[];
  /** The kinds of message that came, in order: `going-away` when the server drains. */
  readonly messages: ServerMessage["type"][];
  desk(): Desk | null;
  close(): Promise<void>;
}

export async function openRealtime(client: ApiClient): Promise<Realtime> {
  const events: LiveEvent[] = [];
  const messages: ServerMessage["type"][] = [];
  let desk: Desk | null = null;
  const socket = new WebSocket(`${client.origin.replace(/^http/, "ws")}/api/realtime`, {
    headers: { cookie: client.cookie, origin: client.origin },
  });
  socket.on("error", () => undefined); // told by the close that follows
  socket.on("message", (data: Buffer) => {
    const message = JSON.parse(data.toString()) as ServerMessage;
    messages.push(message.type);
    if (message.type === "snapshot") ({ desk } = message);
    if (message.type !== "event") return;
    events.push(message.event);
    if (message.event.kind === "desk") ({ desk } = message.event);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("close", (code) => {
      reject(new Error(`The realtime connection was refused (${code})`));
    });
  });
  socket.send(JSON.stringify({ type: "hello" }));
  const heartbeat = setInterval(() => {
    socket.send(JSON.stringify({ type: "ping" }));
  }, 3_000);
  await waitFor("the realtime snapshot", () => desk);
  return {
    events,
    messages,
    desk: () => desk,
    async close() {
      clearInterval(heartbeat);
      if (socket.readyState === WebSocket.CLOSED) return;
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.close();
      await closed;
    },
  };
}

async function openPhoneAgent(
  program: Program,
  administrator: ApiClient,
  index: number,
): Promise<PhoneAgent> {
  const person = program.links.people[index];
  if (person === undefined) throw new Error(`The demo has no agent ${index}`);
  const client = await ApiClient.byLink(person.url, password);
  const { people } = await administrator.call(listPeople);
  const personId = people.find(({ username }) => username === person.username)?.id ?? "";
  const account = await administrator.call(issueDeskPhone, { params: { personId } });
  const { username, password: secret } = account;
  const phone = await openTelephone({ number: username, credentials: { username, password: secret } });
  const { status } = await phone.register(program.sipUdp, { domain: account.domain });
  if (status !== 200)
    throw new Error(`The desk phone of ${person.name} was refused: ${status}\n${phone.trace()}`);
  let realtime = await openRealtime(client);
  const desk = () => {
    const now = realtime.desk();
    if (now === null) throw new Error("There is no desk yet");
    return now;
  };
  const deskBecomes: PhoneAgent["deskBecomes"] = (what, isExpected, timeoutMs = 10_000) =>
    waitFor(`${person.name}'s desk: ${what}`, () => (isExpected(desk()) ? desk() : null), { timeoutMs });
  return {
    personId,
    client,
    phone,
    get realtime() {
      return realtime;
    },
    async reconnect() {
      realtime = await openRealtime(client);
    },
    desk,
    deskBecomes,
    async ready() {
      await client.call(setStatus, { body: { status: "ready", reasonId: null } });
      await deskBecomes("routable", ({ status, state }) => status === "ready" && state !== "unreachable");
    },
    async finishWrapUp() {
      const { desk: now } = await client.call(readDesk);
      if (now.wrapUp === null) return;
      await client.call(saveWrapUp, {
        params: { interactionId: now.wrapUp.card.interactionId },
        body: { dispositionId: null, note: "", finish: true },
      });
    },
    async leave() {
      await realtime.close();
      await phone.close();
    },
  };
}

export async function memberOnly(house: House, queue: Queue, agents: { personId: string }[]): Promise<void> {
  await house.administrator.call(setQueueMembers, {
    params: { queueId: queue.id },
    body: { members: agents.map(({ personId }) => ({ personId, priority: 0 })) },
  });
}
