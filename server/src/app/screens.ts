/** What people see: agents and their desks, the live board, figures, the realtime hub, and the wires between them. */
import { type Agents, openAgents } from "../agents/agents.ts";
import { openStatusStore } from "../agents/status-store.postgres.ts";
import { openRealtime, type RealtimeHub } from "../api/realtime.ts";
import type { Config } from "../config.ts";
import { type Desks, openDesks } from "../interactions/desks.ts";
import { type LiveBoard, openLiveBoard } from "../interactions/live-board.ts";
import { wire } from "../interactions/wiring.ts";
import { type Figures, openFigures } from "../reports/reports.ts";
import type { Closing } from "./closing.ts";
import { followChange } from "./follow-changes.ts";
import type { Foundations } from "./foundations.ts";
import type { Lines } from "./lines.ts";

export interface Screens {
  agents: Agents;
  desks: Desks;
  hub: RealtimeHub;
  live: LiveBoard;
}

export async function openScreens(
  config: Config,
  parts: Foundations,
  lines: Lines,
  closing: Closing,
): Promise<Screens> {
  const { clock, log, postgres, admin, ledger } = parts;
  const agents = await openAgents(clock, openStatusStore(postgres, log));
  closing.add("agents", () => {
    agents.close();
  });
  const figures = await openFigures({ postgres, clock, log, ledger, directory: admin.directory });
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
  closing.add("realtime", () => hub.close());
  const desks = makeDesks(parts, lines, agents, figures, hub);
  const live = makeLiveBoard(parts, agents, figures, hub);
  closing.add("live board", () => {
    live.close();
  });
  connect(parts, lines, { agents, desks, figures, hub, live }, closing);
  return { agents, desks, hub, live };
}

function makeDesks(
  { clock, admin }: Foundations,
  { telephony }: Lines,
  agents: Agents,
  figures: Figures,
  hub: RealtimeHub,
): Desks {
  return openDesks({
    clock,
    agents,
    queueIdsOf: (personId) => admin.directory.membershipsOf(personId).map(({ queueId }) => queueId),
    phoneOf: (personId) => {
      const kind = telephony.registrar.devicesOf(personId)[0] ?? null;
      return { registered: kind !== null, kind };
    },
    today: (personId) => figures.agentToday(personId),
    publish: (desk) => {
      hub.publish({ personId: desk.personId }, { kind: "desk", desk });
    },
  });
}

function makeLiveBoard(
  { clock, acd, admin, ledger }: Foundations,
  agents: Agents,
  figures: Figures,
  hub: RealtimeHub,
): LiveBoard {
  return openLiveBoard(
    {
      clock,
      acd,
      agents,
      today: (queueId) => figures.queueToday(queueId),
      alarmWaitMs: (queueId) => admin.directory.queue(queueId)?.settings.alarmWaitMs || null,
      queueIdsOf: (personId) => admin.directory.membershipsOf(personId).map(({ queueId }) => queueId),
      queueIds: () => admin.directory.queues().map(({ id }) => id),
      publish: (event) => {
        hub.publish("supervisors", event);
      },
    },
    (interactionId) => ledger.live(interactionId)?.from ?? null,
  );
}

function connect(
  { acd, admin, callbacks, clock, ledger, log }: Foundations,
  { telephony }: Lines,
  { agents, desks, figures, hub, live }: Screens & { figures: Figures },
  closing: Closing,
): void {
  const { tellRouter, stop } = wire({
    acd,
    agents,
    clock,
    desks,
    ledger,
    live,
    log,
    registrar: telephony.registrar,
    routingOf: (personId) => ({
      queues: [...admin.directory.membershipsOf(personId)],
      skills: { ...admin.directory.skillsOf(personId) },
      capacity: admin.directory.capacityOf(personId),
      handledToday: figures.agentToday(personId).handled,
    }),
    publishTo: (personId, event) => {
      hub.publish({ personId }, event);
    },
    publishToSupervisors: (event) => {
      hub.publish("supervisors", event);
    },
  });
  closing.add("wiring", stop);
  callbacks.on(() => {
    hub.publish("supervisors", { kind: "changed", what: "callbacks" });
  });
  hub.onPresence((personId, connected) => {
    agents.setConnected(personId, connected);
  });
  admin.changes.on((change) => {
    followChange(change, { acd, admin, agents, desks, hub, live, telephony, tellRouter, log });
  });
  // Now, as phones register already and browsers come back as soon as there is a web: neither is told twice.
  for (const { id, active } of admin.directory.people()) {
    agents.setPerson(id, active);
    agents.setRegistered(id, telephony.registrar.isRegistered(id));
  }
}
