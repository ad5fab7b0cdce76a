/** Puts the program together: with app/, the only place that chooses implementations. */
import { keepBusinessDays } from "./app/business-days.ts";
import { CallStates } from "./app/call-states.ts";
import { type Calls, takeCalls } from "./app/calls.ts";
import { Closing } from "./app/closing.ts";
import { type Drain, openDrain } from "./app/drain.ts";
import { type Foundations, layFoundations } from "./app/foundations.ts";
import { openLines } from "./app/lines.ts";
import { openMetricsPort } from "./app/metrics-port.ts";
import { openScreens } from "./app/screens.ts";
import { openTraces } from "./app/traces.ts";
import { type House, openWeb } from "./app/web.ts";
import { systemClock } from "./base/clock.ts";
import { countLines } from "./base/counted-log.ts";
import type { Log } from "./base/log.ts";
import type { Config } from "./config.ts";
import { routerSettings } from "./interactions/router-settings.ts";
import { demoFlow } from "./ivr/ivr.ts";

export { StartError } from "./app/embedded-pair.ts";
export { version } from "./app/web.ts";

export interface RunningApp {
  addresses: {
    http: string;
    sip: string[];
    webNumbers: { number: string; label: string }[];
    /** Where Prometheus scrapes, or null. */
    metrics: string | null;
  };
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

/** Starts everything, in the order in which it is needed; what has started is closed again if a later part fails. */
export async function startApp(config: Config, log: Log): Promise<RunningApp> {
  const closing = new Closing(log);
  try {
    return await start(config, log, closing);
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function start(config: Config, plainLog: Log, closing: Closing): Promise<RunningApp> {
  const log = countLines(plainLog);
  const parts = await layFoundations(config, systemClock, log, closing);
  const tracing = await openTraces(config, parts, closing);
  const lines = await openLines(config, parts, closing);
  const screens = await openScreens(config, parts, lines, closing);
  const states = new CallStates();
  closing.add(
    "call states",
    parts.ledger.on(({ interactionId, event }) => states.note(interactionId, event)),
  );
  let drain: Drain | null = null;
  const draining = () => drain?.sentence() ?? null;
  const house: House = { config, parts, lines, screens, tracing, requests: new Set(), draining };
  const http = await openWeb(house, closing);
  const metrics = await openMetricsPort(house, log.counts, closing);
  closing.add("business days", await keepBusinessDays(parts.acd, parts.clock, log));
  const links = await openForBusiness(config, parts, http);
  const calls = takeCalls(parts, lines, screens, closing);

  const drained = openDrain({
    ...{ clock: parts.clock, log, drainMs: config.drainMs, calls, states },
    begin() {
      lines.telephony.drain();
      screens.hub.announceGoingAway(config.drainMs);
    },
  });
  drain = drained;
  let stopping: Promise<void> | null = null;
  return {
    addresses: { http, sip: lines.pair?.listening ?? [], webNumbers: webNumbersOf(parts), metrics },
    links,
    callsNow: (): ReturnType<Calls["count"]> => calls.count(),
    stop: () => (stopping ??= drained.run().then(() => closing.run())),
    hurry: () => {
      drained.hurry();
    },
    failed: new Promise((resolve) => {
      void lines.pair?.died.then((sentence) => {
        if (stopping === null) resolve(sentence);
      });
    }),
  };
}

/** First-start data and links; then the router learns of every queue. It knows the agents since the screens opened. */
async function openForBusiness(
  config: Config,
  { admin, acd }: Foundations,
  origin: string,
): Promise<RunningApp["links"]> {
  const people = config.demo ? await admin.createDemo({ origin, flow: (queues) => demoFlow(queues) }) : null;
  const firstAdministrator = await admin.ensureFirstAdministratorLink(origin);
  const { directory } = admin;
  for (const queue of directory.queues()) await acd.setQueue(routerSettings(queue.id, queue.settings));
  await removeForgotten({ admin, acd });
  return { firstAdministrator, people: people ?? [] };
}

/** What was removed while nobody was there to tell the router, whose log may outlive us. */
async function removeForgotten({ admin, acd }: Pick<Foundations, "admin" | "acd">): Promise<void> {
  const onBoard = acd.board().queues.map(({ queueId }) => queueId);
  // Read after the board: a queue that another node has just added is in the database before the router has it.
  await admin.announce();
  for (const queueId of onBoard) if (admin.directory.queue(queueId) === null) await acd.removeQueue(queueId);
}

function webNumbersOf({ admin }: Foundations): { number: string; label: string }[] {
  return admin.directory
    .numbers()
    .filter(({ openToWeb }) => openToWeb)
    .map(({ number, label }) => ({ number, label }));
}
