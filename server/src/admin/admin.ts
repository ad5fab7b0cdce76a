/** The door of administration: sign-in, people, configuration, audit, and the directories that others follow. */
import type { Clock } from "../base/clock.ts";
import type { BoundEndpoint } from "../base/handler.ts";
import type { Log } from "../base/log.ts";
import type { FlowProblem } from "../contract/telephony.ts";
import type { Flow } from "../contract/flow.ts";
import type { Language, Role } from "../contract/people.ts";
import type { Postgres } from "../store/postgres.ts";
import type { Changes } from "./changes.ts";
import type { Directory } from "./directory.ts";

export type { Change, ChangeListener } from "./changes.ts";
export type { Directory } from "./directory.ts";

/** What administration needs of prompts: ivr/ has it. */
export interface PromptStore {
  list(): { id: string; languages: Language[]; text: string }[];
  find(id: string, language: Language): string;
  save(id: string, file: Buffer): Promise<{ durationMs: number; bytes: number }>;
  remove(id: string): Promise<void>;
}

export type FlowValidator = (
  flow: unknown,
  context: { queueIds: ReadonlySet<string>; uploadIds: ReadonlySet<string> },
) => FlowProblem[];

export interface AdminOptions {
  postgres: Postgres;
  clock: Clock;
  log: Log;
  /** SIP realm of digest secrets. Changing it makes stored secrets useless. */
  realm: string;
  validateFlow: FlowValidator;
  prompts: PromptStore;
}

export interface OneTimeLink {
  name: string;
  username: string;
  url: string;
}

export interface Admin {
  /** For api/: who a session token belongs to. */
  sessions: {
    authenticate(token: string): Promise<{
      sessionId: string;
      user: { id: string; name: string; role: Role };
      csrfToken: string;
    } | null>;
  };
  changes: Pick<Changes, "on">;
  directory: Directory;
  endpoints: BoundEndpoint[];
  /** Telephony's directories (telephony/directories.ts). */
  trunks: {
    list(): readonly {
      id: string;
      name: string;
      enabled: boolean;
      networks: readonly string[];
      username: string | null;
      secret: { ha1Md5: string; ha1Sha256: string } | null;
      maximumCalls: number;
    }[];
    onChange(listener: () => void): () => void;
  };
  phones: {
    find(
      username: string,
    ): Promise<{ personId: string; secret: { ha1Md5: string; ha1Sha256: string } } | undefined>;
  };
  /** An active person, as far as memory knows (never waits for the database). */
  people: { isStillAllowed(personId: string): boolean };
  /** Labels for the desk, in memory: not retired ones. */
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
   * trunk for this machine. Null when there is anything already.
   */
  createDemo(options: {
    origin: string;
    flow: (queues: { salesQueueId: string; supportQueueId: string }) => Flow;
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

export declare function openAdmin(options: AdminOptions): Promise<Admin>;
