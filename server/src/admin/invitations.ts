import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import type { Postgres, Queryable } from "../store/postgres.ts";
import { audit, type Actor } from "./audit.ts";
import {
  findInvitation,
  hasAdministrator,
  replaceInvitation,
  useInvitation,
  type StoredInvitation,
} from "./invitations.postgres.ts";
import { insertPerson, setPasswordHash, changePerson } from "./people.postgres.ts";
import { hashPassword, hashToken, looksLikeToken, makeToken } from "./secrets.ts";

const lifetimeMs = 7 * 24 * 3_600_000;

export interface Link {
  url: string;
  expiresAt: string;
}

export function linkTo(origin: string, token: string): string {
  return `${origin}/welcome/${token}`;
}

/** A new link for a person (null: for the first administrator); earlier ones stop working. */
export async function makeLink(
  inside: Queryable,
  clock: Clock,
  origin: string,
  personId: string | null,
): Promise<Link> {
  const { token, hash } = makeToken();
  const at = clock.now();
  const expiresAt = at + lifetimeMs;
  await replaceInvitation(inside, { tokenHash: hash, personId, at, expiresAt });
  return { url: linkTo(origin, token), expiresAt: new Date(expiresAt).toISOString() };
}

/** The invitation behind a token. Failure "not-found" for none, "gone" for one that is used, late or void. */
export async function openInvitation(
  postgres: Queryable,
  token: string,
  now: number,
  lock = false,
): Promise<StoredInvitation> {
  const found = looksLikeToken(token) ? await findInvitation(postgres, hashToken(token), lock) : null;
  if (found === null) throw new Failure("not-found", "This link is not known; ask for a new one");
  if (found.usedAt !== null) throw new Failure("gone", "This link was used already; ask for a new one");
  if (found.expiresAt.getTime() <= now) throw new Failure("gone", "This link is too old; ask for a new one");
  if (found.active === false) throw new Failure("gone", "This person may not sign in any more");
  if (found.kind === "first-administrator" && (await hasAdministrator(postgres)))
    throw new Failure("gone", "There is an administrator already; ask them for a link");
  return found;
}

export interface Choice {
  name?: string | undefined;
  username?: string | undefined;
  password: string;
}

/** Uses a link: sets the password (and makes the first administrator). Returns the person's id. */
export async function acceptLink(
  postgres: Postgres,
  clock: Clock,
  token: string,
  choice: Choice,
  actor: Actor,
): Promise<string> {
  const passwordHash = await hashPassword(choice.password);
  return await postgres.transaction(async (inside) => {
    // One at a time, so that two first administrators cannot be made by two links.
    await inside.query("select pg_advisory_xact_lock(7246853002)");
    const now = clock.now();
    const invitation = await openInvitation(inside, token, now, true);
    await useInvitation(inside, invitation.id, now);
    const personId =
      invitation.personId === null
        ? await createAdministrator(inside, choice, passwordHash)
        : await choosePassword(inside, invitation, invitation.personId, choice, passwordHash);
    await audit(inside, actor, { action: "invitation.used", subject: `person:${personId}` });
    return personId;
  });
}

async function createAdministrator(inside: Queryable, choice: Choice, passwordHash: string): Promise<string> {
  const { name, username } = choice;
  const missing = [
    ...(name === undefined ? [{ path: "body.name", message: "a name is needed" }] : []),
    ...(username === undefined ? [{ path: "body.username", message: "a username is needed" }] : []),
  ];
  if (name === undefined || username === undefined)
    throw new Failure("bad-request", "The first administrator needs a name and a username", missing);
  return await insertPerson(inside, { name, username, role: "administrator", passwordHash });
}

async function choosePassword(
  inside: Queryable,
  invitation: StoredInvitation,
  personId: string,
  choice: Choice,
  passwordHash: string,
): Promise<string> {
  if (choice.username !== undefined && choice.username !== invitation.username)
    throw new Failure("bad-request", "The username of this link is fixed", [
      { path: "body.username", message: `must be ${invitation.username ?? ""} or left out` },
    ]);
  await setPasswordHash(inside, personId, passwordHash);
  if (choice.name !== undefined) await changePerson(inside, personId, { name: choice.name });
  return personId;
}
