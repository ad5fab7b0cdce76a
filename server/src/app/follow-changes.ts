/** What an administrator changes takes effect at once: router, agents, telephony and screens are told. */
import type { Acd } from "../acd/acd.ts";
import type { Admin, Change } from "../admin/admin.ts";
import type { Agents } from "../agents/agents.ts";
import type { RealtimeHub } from "../api/realtime.ts";
import type { Log } from "../base/log.ts";
import type { LiveEvent } from "../contract/live.ts";
import type { Desks } from "../interactions/desks.ts";
import type { LiveBoard } from "../interactions/live-board.ts";
import { routerSettings } from "../interactions/router-settings.ts";
import type { Telephony } from "../telephony/telephony.ts";

export interface Followers {
  acd: Acd;
  admin: Admin;
  agents: Agents;
  desks: Desks;
  hub: RealtimeHub;
  live: LiveBoard;
  log: Log;
  telephony: Telephony;
  tellRouter(personId: string): void;
}

export function followChange(change: Change, followers: Followers): void {
  switch (change.what) {
    case "people":
      followPerson(change, followers);
      break;
    case "queues":
      followQueue(change, followers);
      break;
    case "routing":
      change.personIds.forEach(followers.tellRouter);
      break;
    case "desk-phone":
      followers.desks.refresh(change.personId);
      break;
    case "session-ended":
      followers.hub.endSession(change.sessionId);
      if (!followers.hub.isConnected(change.personId))
        followers.telephony.registrar.dropPerson(change.personId);
      break;
    default:
      break;
  }
  const stale = staleOf(change);
  if (stale !== null) followers.hub.publish("everyone", { kind: "changed", what: stale });
}

type Stale = Extract<LiveEvent, { kind: "changed" }>["what"];

function staleOf(change: Change): Stale | null {
  if (change.what === "session-ended") return null;
  return change.what === "desk-phone" ? "people" : change.what;
}

function followPerson(
  { personId, active }: Extract<Change, { what: "people" }>,
  { agents, hub, telephony, tellRouter, live, desks }: Followers,
): void {
  agents.setPerson(personId, active);
  tellRouter(personId);
  live.recount(personId);
  desks.refresh(personId);
  if (!active) telephony.registrar.dropPerson(personId);
  hub.restart(personId);
}

function followQueue(
  { queueId, removed, members }: Extract<Change, { what: "queues" }>,
  followers: Followers,
): void {
  const { acd, admin, desks, live, log, tellRouter } = followers;
  const queue = admin.directory.queue(queueId);
  const told =
    removed || queue === null
      ? acd.removeQueue(queueId)
      : acd.setQueue(routerSettings(queueId, queue.settings));
  told.catch((error: unknown) => {
    log.error({ queueId, error }, "The router could not be told of a queue");
  });
  for (const personId of members) {
    tellRouter(personId);
    live.recount(personId);
    desks.refresh(personId);
  }
  if (removed) live.removeQueue(queueId);
  else live.queueChanged(queueId);
}
