/** Puts the program together: the only place that chooses implementations. */
import { accessSync, constants, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startAcd } from "./acd/acd.ts";
import { openAdmin } from "./admin/admin.ts";
import { openAgents } from "./agents/agents.ts";
import { openStatusStore } from "./agents/status-store.postgres.ts";
import { type Api, startApi } from "./api/api.ts";
import { healthEndpoints } from "./api/health.handlers.ts";
import { openRealtime } from "./api/realtime.ts";
import { systemClock } from "./base/clock.ts";
import { describeError, type Log } from "./base/log.ts";
import type { SipCredential } from "./contract/agent-desk.ts";
import type { Config } from "./config.ts";
import { recordingsDir, shippedMusic, StartError, startEmbeddedPair } from "./embedded-pair.ts";
import { callerEndpoints } from "./interactions/caller.handlers.ts";
import { deskEndpoints } from "./interactions/desk.handlers.ts";
import { openDesks } from "./interactions/desks.ts";
import { handleCall } from "./interactions/handle-call.ts";
import { interactionEndpoints } from "./interactions/interactions.handlers.ts";
import { findEarlierCalls } from "./interactions/interactions.postgres.ts";
import { type Ledger, openLedger } from "./interactions/ledger.ts";
import { followChange } from "./follow-changes.ts";
import { openLiveBoard } from "./interactions/live-board.ts";
import { routerSettings } from "./interactions/router-settings.ts";
import { wire } from "./interactions/wiring.ts";
import { demoFlow, openPrompts, validateFlow } from "./ivr/ivr.ts";
import { openRecordings, type Recordings } from "./recordings/recordings.ts";
import { openFigures, reportEndpoints } from "./reports/reports.ts";
import { openRouterLog } from "./router-log.ts";
import { openPostgres } from "./store/postgres.ts";
import { proxySipSocket } from "./telephony/sip-socket-proxy.ts";
import { startTelephony } from "./telephony/telephony.ts";

export interface RunningApp {
  addresses: { http: string; sip: string[]; webNumbers: { number: string; label: string }[] };
  links: { firstAdministrator: string | null; people: { name: string; username: string; url: string }[] };
  /** Calls in progress, waiting ones included. */
  callsNow(): number;
  /** Drains, then closes. Idempotent. */
  stop(): Promise<void>;
  /** Ends the drain at once. */
  hurry(): void;
  /** Resolves with a sentence when the program can't go on (the embedded pair has died). */
  failed: Promise<string>;
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const credentialTtlMs = 10 * 60_000;
const guestTtlMs = 5 * 60_000;
const sipPath = "/sip";

/** Starts everything, in the order in which it is needed; what has started is closed again if a later part fails. */
export async function startApp(config: Config, log: Log): Promise<RunningApp> {
  const closing = new Closing();
  try {
    return await start(config, log, closing);
  } catch (error) {
    await closing.run(log);
    throw error;
  }
}

/** What has been opened, to be closed in the opposite order. */
class Closing {
  readonly #steps: { name: string; close: () => Promise<void> | void }[] = [];
  #done: Promise<void> | null = null;

  add(name: string, close: () => Promise<void> | void): void {
    this.#steps.unshift({ name, close });
  }

  run(log: Log): Promise<void> {
    this.#done ??= this.#closeAll(log);
    return this.#done;
  }

  async #closeAll(log: Log): Promise<void> {
    for (const { name, close } of this.#steps)
      try {
        await close();
      } catch (error) {
        log.error({ part: name, error: describeError(error) }, "A part did not close well");
      }
  }
}

async function start(config: Config, log: Log, closing: Closing): Promise<RunningApp> {
  const clock = systemClock;
  const { dataDir, nodeId } = config;
  makeDataDir(dataDir);

  const postgres = await openPostgres(
    config.databaseUrl === undefined ? { embedded: { dataDir } } : { url: config.databaseUrl },
    log,
  );
  closing.add("postgres", () => postgres.close());

  const prompts = openPrompts({ uploadsDirectory: join(dataDir, "prompts") });
  const admin = await openAdmin({ postgres, clock, log, realm: config.sip.domain, validateFlow, prompts });
  closing.add("admin", () => admin.close());
  const { directory } = admin;

  const routerLog = await openRouterLog(config.redisUrl, clock, log);
  closing.add("router log", () => routerLog.close());
  const acd = await startAcd({ nodeId, log: routerLog.log, clock, journal: log });
  closing.add("router", () => acd.close());

  const ledger = await openLedger({ postgres, clock, log, nodeId, dataDir });
  closing.add("ledger", () => ledger.close());

  const pair = config.servers
    ? null
    : await startEmbeddedPair(config, { recordings: recordingsDir(dataDir), music: shippedMusic }, log);
  if (pair !== null) closing.add("embedded pair", () => pair.close());
  const sip = pair?.drachtio ?? config.servers?.drachtio;
  const media = pair?.freeswitch ?? config.servers?.freeswitch;
  if (sip === undefined || media === undefined)
    throw new Error("There is neither an embedded pair nor servers");

  const telephony = startTelephony(
    {
      sip,
      media: { ...media, listenPort: config.media.eslPort, advertisedAddress: config.media.eslHost },
      nodeId,
      realm: config.sip.domain,
      credentialKey: await admin.instanceSecret("sip-credential-key"),
    },
    { clock, log, trunks: admin.trunks, phones: admin.phones, people: admin.people },
  );
  closing.add("telephony", () => telephony.close());
  await telephony.ready(15_000).catch((error: unknown) => {
    throw new StartError(`SIP and media did not come up: ${describeError(error)}`);
  });
  await telephony.reconcile();

  const recordings = openRecordings({ root: recordingsDir(dataDir), clock, log });
  closing.add("recordings", () => recordings.close());
  await recoverFromFormerLife(ledger, recordings, log);

  const agents = await openAgents(clock, openStatusStore(postgres, log));
  closing.add("agents", () => {
    agents.close();
  });
  const figures = await openFigures({ postgres, clock, log, ledger, directory });
  closing.add("figures", () => figures.close());

  const hub = openRealtime({
    sessions: admin.sessions,
    clock,
    log,
    publicUrl: config.http.publicUrl,
    snapshotFor: (user) => {
      const desk = desks.desk(user.id);
      if (user.role === "agent") return { desk, queues: [], agents: [], waiting: [] };
      return { desk, ...live.snapshot() };
    },
  });
  const desks = openDesks({
    clock,
    agents,
    queueIdsOf: (personId) => directory.membershipsOf(personId).map(({ queueId }) => queueId),
    phoneOf: (personId) => {
      const kind = telephony.registrar.devicesOf(personId)[0] ?? null;
      return { registered: kind !== null, kind };
    },
    today: (personId) => figures.agentToday(personId),
    publish: (desk) => {
      hub.publish({ personId: desk.personId }, { kind: "desk", desk });
    },
  });
  const live = openLiveBoard(
    {
      clock,
      acd,
      agents,
      today: (queueId) => figures.queueToday(queueId),
      queueIdsOf: (personId) => directory.membershipsOf(personId).map(({ queueId }) => queueId),
      queueIds: () => directory.queues().map(({ id }) => id),
      publish: (event) => {
        hub.publish("supervisors", event);
      },
    },
    (interactionId) => ledger.live(interactionId)?.from ?? null,
  );
  closing.add("live board", () => {
    live.close();
  });
  const wiring = wire({
    acd,
    agents,
    clock,
    desks,
    ledger,
    live,
    log,
    registrar: telephony.registrar,
    membershipsOf: (personId) => [...directory.membershipsOf(personId)],
    publishTo: (personId, event) => {
      hub.publish({ personId }, event);
    },
    publishToSupervisors: (event) => {
      hub.publish("supervisors", event);
    },
  });
  closing.add("wiring", () => {
    wiring.stop();
  });
  hub.onPresence((personId, connected) => {
    agents.setConnected(personId, connected);
  });

  admin.changes.on((change) => {
    const { tellRouter } = wiring;
    followChange(change, { acd, admin, agents, desks, hub, live, telephony, tellRouter, log });
  });

  const calls = new Set<Promise<void>>();
  const world = {
    clock,
    log,
    acd,
    agents,
    telephony,
    recordings,
    ledger,
    desks,
    directory,
    prompts,
    earlierCalls: (from: string, except: string) => findEarlierCalls(postgres, from, except),
  };
  telephony.onCall((call) => {
    const story = handleCall(call, world).finally(() => calls.delete(story));
    calls.add(story);
  });

  const iceServers = config.iceServers.length > 0 ? [{ urls: config.iceServers }] : [];
  const credential = (issued: { username: string; password: string; expiresAt: number }): SipCredential => ({
    ...issued,
    domain: config.sip.domain,
    socket: sipPath,
    iceServers,
  });
  const webSocket = pair?.webSocket ?? webSocketOf(config);
  const sipProxy = proxySipSocket({
    target: webSocket,
    onClose: (address, port) => {
      telephony.registrar.connectionClosed(address, port);
    },
  });
  closing.add("sip proxy", () => {
    sipProxy.close();
  });

  let draining = false;
  const api: Api = await startApi({
    endpoints: [
      ...admin.endpoints,
      ...deskEndpoints({
        acd,
        agents,
        clock,
        desks,
        ledger,
        labels: () => admin.labels(),
        issueCredential: (personId) =>
          credential(telephony.registrar.issueCredential({ kind: "person", personId }, credentialTtlMs)),
      }),
      ...callerEndpoints({
        webNumber: (number) => {
          const found = directory.number(number);
          return found?.openToWeb ? { label: found.label } : null;
        },
        issueGuestCredential: (number) => ({
          ...credential(telephony.registrar.issueCredential({ kind: "guest", number }, guestTtlMs)),
          target: `sip:${number}@${config.sip.domain}`,
        }),
      }),
      ...interactionEndpoints({
        postgres,
        recordings,
        audit: (...args) => admin.auditRecordingAccess(...args),
      }),
      ...reportEndpoints({ postgres, directory }),
      ...healthEndpoints(async () => ({
        postgres: await postgres.ping().then(
          () => ({ ok: true, sentence: "answers" }),
          (error: unknown) => ({ ok: false, sentence: describeError(error) }),
        ),
        eventLog: await routerLog.check(),
        ...telephony.health(),
        draining: { ok: !draining, sentence: draining ? "draining: no new calls" : "taking calls" },
      })),
    ],
    sessions: admin.sessions,
    upgradeHandlers: {
      "/api/realtime": (request, socket, head) => {
        hub.handleUpgrade(request, socket, head);
      },
      [sipPath]: sipProxy,
    },
    staticDir: join(root, "softphone/dist"),
    host: config.http.host,
    port: config.http.port,
    tls: config.http.tls && {
      cert: readFileSync(config.http.tls.certPath),
      key: readFileSync(config.http.tls.keyPath),
    },
    log,
    version,
    publicUrl: config.http.publicUrl,
    trustedProxies: config.http.trustedProxies,
  }).catch((error: unknown) => {
    throw new StartError(`${describeError(error)}; set RINGDOWN_HTTP_PORT or RINGDOWN_HTTP_HOST`);
  });
  closing.add("realtime", () => hub.close());
  closing.add("api", () => api.close());

  const http =
    config.http.publicUrl ?? `http${config.http.tls ? "s" : ""}://${httpHost(config.http.host)}:${api.port}`;
  const people = config.demo
    ? await admin.createDemo({ origin: http, flow: (queues) => demoFlow(queues) })
    : null;
  const firstAdministrator = await admin.ensureFirstAdministratorLink(http);
  for (const queue of directory.queues()) await acd.setQueue(routerSettings(queue.id, queue.settings));
  for (const person of directory.people()) {
    agents.setPerson(person.id, person.active);
    wiring.tellRouter(person.id);
  }

  let hurry: () => void = () => {};
  const hurried = new Promise<void>((resolve) => (hurry = resolve));
  let stopping: Promise<void> | null = null;
  async function drainAndClose(): Promise<void> {
    draining = true;
    telephony.drain();
    hub.announceGoingAway(config.drainMs);
    await Promise.race([allEnded(calls), hurried, after(config.drainMs)]);
    log.info({ left: calls.size }, "The drain is over");
    await closing.run(log);
  }

  return {
    addresses: {
      http,
      sip: pair?.listening ?? [],
      webNumbers: directory
        .numbers()
        .filter(({ openToWeb }) => openToWeb)
        .map(({ number, label }) => ({ number, label })),
    },
    links: { firstAdministrator, people: people ?? [] },
    callsNow: () => calls.size,
    stop: () => (stopping ??= drainAndClose()),
    hurry,
    failed: new Promise((resolve) => {
      void pair?.died.then((sentence) => {
        if (stopping === null) resolve(sentence);
      });
    }),
  };
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

/** After a crash: no row claims a call that is gone, and no recording stays half a file. */
async function recoverFromFormerLife(ledger: Ledger, recordings: Recordings, log: Log): Promise<void> {
  const found = await recordings.recover();
  for (const { interactionId, events } of found)
    for (const event of events) ledger.append(interactionId, event);
  const closed = await ledger.recover();
  if (found.length > 0 || closed.interactions > 0)
    log.warn({ ...closed, recordings: found.length }, "What an earlier life left open was closed");
}

function webSocketOf(config: Config): { host: string; port: number } {
  const url = new URL(config.servers?.drachtio.webSocketUrl ?? "ws://127.0.0.1:8088");
  return { host: url.hostname, port: Number(url.port || (url.protocol === "wss:" ? 443 : 80)) };
}

/** Browsers give microphones to `localhost`, and people read it more easily than an address. */
function httpHost(host: string): string {
  if (host === "127.0.0.1" || host === "0.0.0.0" || host === "::" || host === "::1") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

async function allEnded(calls: Set<Promise<void>>): Promise<void> {
  while (calls.size > 0) await Promise.allSettled(calls);
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
