import { createHash } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import { describeError, type Log } from "../base/log.ts";
import type { Role } from "../contract/people.ts";
import type { Postgres, Queryable } from "../store/postgres.ts";
import type { Changes } from "./changes.ts";
import { hashToken, looksLikeToken, makeToken } from "./secrets.ts";
import {
  deleteOldSessions,
  deleteSessions,
  findSession,
  insertSession,
  noteSeen,
} from "./sessions.postgres.ts";

const hourMs = 3_600_000;
/** A shift and its breaks; whoever was away longer signs in again. */
const idleLimitMs = 12 * hourMs;
const lifetimeMs = 7 * 24 * hourMs;
/** How long an answer of the database is believed, and how long if the database is away. */
const believedMs = 15_000;
const believedWhileAwayMs = 10 * 60_000;
const noteSeenEveryMs = 5 * 60_000;
const cleanEveryMs = hourMs;
const remembered = 20_000;

export interface SignedInSession {
  sessionId: string;
  user: { id: string; name: string; role: Role };
  csrfToken: string;
}

/**
 * Who is signed in. Answers are remembered for a few seconds; while the database is away those seen in the last
 * ten minutes still hold, so that an agent can go on with a call.
 */
export interface SessionStore {
  authenticate(token: string): Promise<SignedInSession | null>;
  /** Inside the transaction that checked who it is. */
  begin(inside: Queryable, personId: string, ip: string): Promise<{ token: string; expiresAt: Date }>;
  /** Ends a person's sessions (all, one, or all but one) at once, here and in the realtime feed. */
  end(personId: string, which?: { only?: string; except?: string }): Promise<void>;
  /** Forgets what is remembered of a person whose name or role changed. */
  forget(personId: string): void;
  close(): void;
}

interface Remembered {
  session: SignedInSession;
  checkedAt: number;
}

export function openSessions(postgres: Postgres, clock: Clock, log: Log, changes: Changes): SessionStore {
  const known = new Map<string, Remembered>();
  let stopCleaning = armCleaning();

  function armCleaning(): () => void {
    return clock.setTimer(clock.now() + cleanEveryMs, () => {
      const now = clock.now();
      deleteOldSessions(postgres, now, now - idleLimitMs).catch((error: unknown) => {
        log.warn({ error: describeError(error) }, "old sessions were not removed");
      });
      for (const [key, { checkedAt }] of known) if (now - checkedAt > believedWhileAwayMs) known.delete(key);
      stopCleaning = armCleaning();
    });
  }

  async function check(token: string, key: string): Promise<SignedInSession | null> {
    const now = clock.now();
    const found = await findSession(postgres, hashToken(token), now, now - idleLimitMs);
    known.delete(key);
    if (found === null) return null;
    if (now - found.lastSeenAt.getTime() > noteSeenEveryMs) await noteSeen(postgres, found.id, now);
    const { id, personId, name, role } = found;
    const session = { sessionId: id, user: { id: personId, name, role }, csrfToken: csrfTokenOf(token) };
    if (known.size >= remembered) known.clear();
    known.set(key, { session, checkedAt: now });
    return session;
  }

  const forget = (personId: string) => {
    for (const [key, { session }] of known) if (session.user.id === personId) known.delete(key);
  };

  return {
    async authenticate(token) {
      if (!looksLikeToken(token)) return null;
      const key = hashToken(token).toString("base64");
      const before = known.get(key);
      const ageMs = before === undefined ? Infinity : clock.now() - before.checkedAt;
      if (before !== undefined && ageMs < believedMs) return before.session;
      try {
        return await check(token, key);
      } catch (error) {
        const isAway = error instanceof Failure && error.code === "unavailable";
        if (isAway && before !== undefined && ageMs < believedWhileAwayMs) return before.session;
        throw error;
      }
    },
    async begin(inside, personId, ip) {
      const { token, hash } = makeToken();
      const at = clock.now();
      const expiresAt = at + lifetimeMs;
      await insertSession(inside, { tokenHash: hash, personId, at, expiresAt, ip });
      return { token, expiresAt: new Date(expiresAt) };
    },
    async end(personId, which) {
      const ended = await deleteSessions(postgres, personId, which);
      forget(personId);
      for (const sessionId of ended) changes.tell({ what: "session-ended", sessionId, personId });
    },
    forget,
    close() {
      stopCleaning();
    },
  };
}

/** Made from the token, which only the browser's cookie jar holds; it proves that a page of ours read an answer. */
export function csrfTokenOf(token: string): string {
  return createHash("sha256").update(`csrf:${token}`).digest("base64url");
}
