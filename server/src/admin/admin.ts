/** The door of administration: sign-in, people, configuration, audit, and the directories that others follow. */
import type { Clock } from "../base/clock.ts";
import type { BoundEndpoint } from "../base/handler.ts";
import { describeError, type Log } from "../base/log.ts";
import type { Flow } from "../contract/flow.ts";
import type { Postgres } from "../store/postgres.ts";
import { audit, system } from "./audit.ts";
import { auditEndpoints } from "./audit.handlers.ts";
import { openChanges, type ChangeListener, type Changes } from "./changes.ts";
import { createDemo, type OneTimeLink } from "./demo.ts";
import { openDirectory, type Directory } from "./directory.ts";
import { emergencyEndpoints } from "./emergency.handlers.ts";
import { flowEndpoints, type FlowValidator } from "./flows.handlers.ts";
import { makeLink } from "./invitations.ts";
import { hasAdministrator } from "./invitations.postgres.ts";
import { labelEndpoints } from "./labels.handlers.ts";
import { numberEndpoints } from "./numbers.handlers.ts";
import { announcer } from "./office.ts";
import { peopleEndpoints } from "./people.handlers.ts";
import { promptEndpoints, type PromptStore } from "./prompts.handlers.ts";
import { queueEndpoints } from "./queues.handlers.ts";
import { keepFirstVersion } from "./routing.ts";
import { routingEndpoints } from "./routing.handlers.ts";
import { readInstanceSecret } from "./secrets.ts";
import { sessionEndpoints } from "./session.handlers.ts";
import { openSessions, type SignedInSession } from "./sessions.ts";
import { openRegistrarLease, type RegistrarLeaseStore } from "./registrar-lease.postgres.ts";
import type { SecretBox } from "./secret-box.ts";
import { trunkEndpoints } from "./trunks.handlers.ts";
import { toPeer, type StoredDigest, type TrunkLines, type TrunkPeerRecord } from "./trunk-view.ts";

export { audit } from "./audit.ts";
export { type MediaDrains, openMediaDrains, tellMediaServers } from "./media-servers.ts";
export { serverEndpoints } from "./servers.handlers.ts";
export type { Change, ChangeListener } from "./changes.ts";
export type { OneTimeLink } from "./demo.ts";
export type { Directory, PublishedFlow } from "./directory.ts";
export type { FlowValidator } from "./flows.handlers.ts";
export type { PromptStore } from "./prompts.handlers.ts";
export { openSecretBox, readSecretsKey, type SecretBox } from "./secret-box.ts";
export type { SignedInSession } from "./sessions.ts";

export interface AdminOptions {
  postgres: Postgres;
  clock: Clock;
  log: Log;
  /** SIP realm of digest secrets. Changing it makes stored secrets useless. */
  realm: string;
  validateFlow: FlowValidator;
  prompts: PromptStore;
  /** Encrypts carriers' passwords. */
  secrets: SecretBox;
}

export interface Admin {
  /** For api/: who a session token belongs to, null for nobody. */
  sessions: { authenticate(token: string): Promise<SignedInSession | null> };
  /** Told after a change is in the database and the directory has it. */
  changes: { on(listener: ChangeListener): () => void };
  /** Something was changed in the database beside these endpoints: reads it back and tells everybody. Never rejects. */
  announce(): Promise<void>;
  /** The published configuration in memory. */
  directory: Directory;
  endpoints: BoundEndpoint[];
  /** Telephony's directories (telephony/directories.ts). */
  trunks: { list(): readonly TrunkPeerRecord[]; onChange(listener: () => void): () => void };
  /** Which node registers with carriers, and what it tells of that. */
  registrarLease(nodeId: string): RegistrarLeaseStore;
  /** Notes in the audit that somebody dialed an emergency number. Never waits, never throws. */
  noteEmergencyCall(call: { number: string; callId: string | undefined }): void;
  /** Telephony is up: from now on the screens show how trunks stand. */
  showTrunkLines(lines: TrunkLines): void;
  phones: { find(username: string): Promise<{ personId: string; secret: StoredDigest } | undefined> };
  /** An active person, as far as memory knows: never waits for the database. */
  people: { isStillAllowed(personId: string): boolean };
  /** Reasons and dispositions that may be chosen (not the retired ones), from memory. */
  labels(): Promise<{
    notReadyReasons: { id: string; label: string }[];
    dispositions: { id: string; label: string }[];
  }>;
  /** A random secret of this installation, made at the first call: 64 hexadecimal digits. */
  instanceSecret(name: string): Promise<string>;
  /**
   * The link that makes the first administrator (`<origin>/welcome/<token>`), or null when there is one. Earlier
   * links stop working.
   */
  ensureFirstAdministratorLink(origin: string): Promise<string | null>;
  /**
   * Demo data on an empty installation: two queues, two numbers on a flow, five agents with one-time links, a
   * trunk for this machine. Null when there is (or once was) anything.
   */
  createDemo(options: {
    origin: string;
    flow(queues: { salesQueueId: string; supportQueueId: string }): Flow;
  }): Promise<OneTimeLink[] | null>;
  /** Notes an access to a recording; rejects when it cannot be noted, and then nothing may be shown. */
  auditRecordingAccess(
    actor: { id: string; name: string },
    recording: { recordingId: string; interactionId: string; download: boolean },
    ip: string,
  ): Promise<void>;
  /** Stops the timers. Idempotent. */
  close(): Promise<void>;
}

/** Reads the configuration into memory; throws Failure "unavailable" when the database is away. */
export async function openAdmin(options: AdminOptions): Promise<Admin> {
  const { postgres, clock, log, realm, validateFlow, prompts, secrets } = options;
  let trunkLines: TrunkLines | null = null;
  const changes = openChanges(log);
  await postgres.transaction((inside) => keepFirstVersion(inside, system, "As it was found"));
  const directory = await openDirectory(postgres);
  const sessions = openSessions(postgres, clock, log, changes);
  const { announce, announceSoon, stop: stopAnnouncing } = announcer(directory, changes, clock, log);
  changes.on((change) => {
    if (change.what === "people") sessions.forget(change.personId);
  });
  const listening = postgres.listen("ringdown_change", {
    heard(who) {
      if (who !== postgres.identity) announceSoon(); // our own are told by whoever makes them
    },
    connected: announceSoon,
  });
  const office = {
    ...{ postgres, clock, log, sessions, directory, announce, realm, validateFlow, prompts, secrets },
    trunkLines: () => trunkLines,
  };
  return {
    sessions,
    changes,
    announce,
    directory,
    endpoints: [
      ...sessionEndpoints(office),
      ...peopleEndpoints(office),
      ...queueEndpoints(office),
      ...routingEndpoints(office),
      ...numberEndpoints(office),
      ...flowEndpoints(office),
      ...trunkEndpoints(office),
      ...promptEndpoints(office),
      ...labelEndpoints(office),
      ...emergencyEndpoints(office),
      ...auditEndpoints(office),
    ],
    trunks: trunkDirectory(directory, changes, secrets),
    registrarLease: (nodeId) => openRegistrarLease(postgres, nodeId),
    noteEmergencyCall({ number, callId }) {
      const record = {
        action: "emergency.dialed",
        subject: `interaction:${callId ?? "none"}`,
        detail: { number },
      };
      audit(postgres, system, record).catch((error: unknown) => {
        log.error({ callId, error: describeError(error) }, "An emergency call is not in the audit");
      });
    },
    showTrunkLines(lines) {
      trunkLines = lines;
    },
    phones: {
      find(username) {
        const found = directory.deskPhone(username);
        if (found === null) return Promise.resolve(undefined);
        const { personId, ha1Md5, ha1Sha256 } = found;
        return Promise.resolve({ personId, secret: { ha1Md5, ha1Sha256 } });
      },
    },
    people: { isStillAllowed: (personId) => directory.person(personId)?.active === true },
    labels: () => Promise.resolve(directory.labels()),
    instanceSecret: (name) => readInstanceSecret(postgres, name),
    ensureFirstAdministratorLink: (origin) =>
      postgres.transaction(async (inside) => {
        if (await hasAdministrator(inside)) return null;
        return (await makeLink(inside, clock, origin, null)).url;
      }),
    async createDemo(demo) {
      const links = await createDemo({ postgres, clock, ...demo });
      if (links === null) return null;
      await announce();
      return links;
    },
    auditRecordingAccess: (user, { recordingId, interactionId, download }, ip) =>
      audit(
        postgres,
        { user, ip },
        {
          action: download ? "recording.downloaded" : "recording.listened",
          subject: `recording:${recordingId}`,
          detail: { interactionId },
        },
      ),
    async close() {
      sessions.close();
      stopAnnouncing();
      await listening.close();
    },
  };
}

function trunkDirectory(directory: Directory, changes: Changes, secrets: SecretBox): Admin["trunks"] {
  return {
    list: () => directory.trunks().map((trunk) => toPeer(trunk, secrets)),
    onChange: (listener) =>
      changes.on((change) => {
        if (change.what === "trunks") listener();
      }),
  };
}
